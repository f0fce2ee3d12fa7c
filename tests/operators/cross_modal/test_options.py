"""Options that cannot be, of any type: one error names them all."""

from collections.abc import Callable

import jax.numpy as jnp
import pytest
from flax import nnx

from datarax_typed.core.cross_modal import CrossModalOperatorConfig
from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError
from datarax_typed.operators.cross_modal import (
    AlignmentOperator,
    BatchContrastiveOperator,
    ContrastiveOperator,
    CrossAttentionOperator,
    FiLMOperator,
    FusionOperator,
    ResampleAlignOperator,
)
from datarax_typed.protocols import PyTree

CONFIG = CrossModalOperatorConfig(input_fields=["a", "b"], output_fields=["c"])
RANDOM = CrossModalOperatorConfig(
    input_fields=["a", "b"], output_fields=["c"], stochastic=True, stream_name="augment"
)


@pytest.mark.parametrize(
    ("make", "options", "lines"),
    [
        (
            AlignmentOperator,
            {"form": "l1", "dims": 8, "features": "wide"},
            [
                "form: expected 'cosine' or 'mse', got 'l1'",
                "dims: expected Sequence[int], got 8",
                "features: expected int, got 'wide'",
            ],
        ),
        (BatchContrastiveOperator, {"dims": (8.5, 8)}, ["dims[0]: expected int, got 8.5"]),
        (
            ContrastiveOperator,
            {"margin": 7.0, "dims": (8,)},
            [
                "margin: expected None, since form='similarity', got 7.0",
                "dims: expected two widths, of an anchor and of what it is compared with, got (8,)",
            ],
        ),
        (
            CrossAttentionOperator,
            {"dim": 8.0, "num_heads": 2.0},
            ["dim: expected int, got 8.0", "num_heads: expected int, got 2.0"],
        ),
        (
            FiLMOperator,
            {"features": 1.5, "dim": 0},
            ["features: expected int, got 1.5", "dim: expected a number >= 1, got 0"],
        ),
        (
            FusionOperator,
            {"mode": "gated", "dims": 3},
            ["dims: expected Sequence[int], got 3"],
        ),
        (
            ResampleAlignOperator,
            {"align_corners": "no"},
            ["align_corners: expected bool, got 'no'"],
        ),
    ],
)
def test_options_of_another_type_are_refused(
    make: Callable[..., object], options: PyTree, lines: list[str]
) -> None:
    with pytest.raises(ConfigError) as caught:
        make(CONFIG, **options)
    assert str(caught.value).splitlines()[1:] == [f"  - {line}" for line in lines]


@pytest.mark.parametrize(
    ("make", "options"),
    [
        (AlignmentOperator, {}),
        (BatchContrastiveOperator, {}),
        (CrossAttentionOperator, {"dim": 8, "num_heads": 2}),
        (FiLMOperator, {"dim": 8, "features": 2}),
        (FusionOperator, {}),
        (ResampleAlignOperator, {}),
    ],
)
def test_what_draws_nothing_is_not_stochastic(make: Callable[..., object], options: PyTree) -> None:
    with pytest.raises(ConfigError) as caught:
        make(RANDOM, **options, rngs=nnx.Rngs(0))
    _, line = str(caught.value).splitlines()
    assert line == (
        "  - config: expected stochastic=False, since nothing is random, got stochastic=True; "
        "leave stochastic out"
    )


def test_sums_are_of_one_dtype() -> None:
    with pytest.raises(ContractError) as caught:
        FusionOperator(CONFIG)(Batch({"a": jnp.ones((2, 3)), "b": jnp.ones((2, 3), jnp.float16)}))
    assert str(caught.value) == (
        "FusionOperator cannot fuse the embeddings:\n"
        '  - data["b"]: expected float32, as the first one, got float16[3]'
    )
