from typing import Literal, TypeAlias

import jax.numpy as jnp
import numpy as np
import pytest

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError
from datarax_typed.operators.image import PadOperator, PadOperatorConfig
from tests.operators.image.geometry_references import LABELS, check_reference
from tests.operators.image.pictures import photos

Mode: TypeAlias = Literal["constant", "edge", "reflect"]


def pad(padding_mode: Mode, fill: float = 0.0, *auxiliary_fields: str) -> PadOperator:
    config = PadOperatorConfig(
        field_key="image",
        auxiliary_fields=list(auxiliary_fields),
        padding=(1, 2, 3, 0),
        padding_mode=padding_mode,
        fill=fill,
    )
    return PadOperator(config)


@pytest.mark.parametrize(
    ("name", "padding_mode", "fill"),
    [
        ("zero", "constant", 0.0),
        ("constant", "constant", 0.25),
        ("edge", "edge", 0.0),
        ("reflect", "reflect", 0.0),
    ],
)
def test_it_agrees_with_torchvision(name: str, padding_mode: Mode, fill: float) -> None:
    check_reference(pad(padding_mode, fill, *LABELS), f"pad_{name}")


def test_a_mask_is_empty_where_the_image_is_filled() -> None:
    images = photos().astype(jnp.float16)
    batch = Batch({"image": images, "mask": jnp.ones((3, 16, 20, 2), jnp.bool_)})
    result = pad("constant", 0.75, "mask")(batch).data
    assert result["image"].dtype == jnp.float16
    np.testing.assert_array_equal(result["image"][:, :2], 0.75)
    mask = np.asarray(result["mask"])
    assert mask.shape == (3, 18, 24, 2)
    assert mask[:, 2:, 1:21].all()
    assert mask.sum() == 3 * 16 * 20 * 2


def test_padding_that_the_image_cannot_reflect_is_refused() -> None:
    with pytest.raises(ContractError) as error:
        pad("reflect")(Batch({"image": jnp.zeros((2, 3, 3, 1))}))
    assert str(error.value) == (
        "PadOperator cannot use so small an image:\n"
        '  - data["image"]: expected an image of at least 3,4 pixels, got float32[3,3,1]; '
        "pad less, or with another padding_mode"
    )


def test_an_image_without_an_edge_is_filled_but_has_no_edge_to_repeat() -> None:
    batch = Batch({"image": jnp.zeros((2, 0, 3, 1))})
    assert pad("constant")(batch).data["image"].shape == (2, 2, 7, 1)
    with pytest.raises(ContractError) as error:
        pad("edge")(batch)
    assert "expected an image of at least 1,1 pixels, got float32[0,3,1]" in str(error.value)


def test_padding_that_takes_away_is_refused() -> None:
    with pytest.raises(ConfigError) as error:
        PadOperatorConfig(field_key="image", padding=(0, -1, 0, 0))  # type: ignore[datarax-config]  # refused, as it should be
    assert str(error.value) == (
        "PadOperatorConfig is refused (1):\n  - padding[1]: expected a number >= 0, got -1"
    )
