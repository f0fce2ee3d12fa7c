import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jaxtyping import Array

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError
from datarax_typed.operators.image import NormalizeOperator, NormalizeOperatorConfig
from tests.operators.image.colour_references import reference, result_of

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def normalizer(*, learnable: bool = False) -> NormalizeOperator:
    config = NormalizeOperatorConfig(field_key="image", mean=MEAN, std=STD, learnable=learnable)
    return NormalizeOperator(config)


@pytest.mark.parametrize("learnable", [False, True])
def test_channels_become_those_of_torchvision(*, learnable: bool) -> None:
    result = result_of(normalizer(learnable=learnable))
    np.testing.assert_allclose(result, reference("normalize"), rtol=1e-5, atol=1e-6)


def test_half_precision_stays() -> None:
    image = jnp.ones((1, 2, 3, 3), jnp.bfloat16)
    assert normalizer(learnable=True)(Batch({"image": image})).data["image"].dtype == jnp.bfloat16


def test_half_precision_is_computed_in_single() -> None:
    image = jnp.linspace(0, 1, 60).reshape(1, 4, 5, 3).astype(jnp.bfloat16)
    result = normalizer()(Batch({"image": image})).data["image"]
    single = normalizer()(Batch({"image": image.astype(jnp.float32)})).data["image"]
    np.testing.assert_array_equal(result, single.astype(jnp.bfloat16))
    # A half has no number as small as this deviation.
    config = NormalizeOperatorConfig(field_key="image", mean=(0.5,), std=(1e-8,))
    grey = Batch({"image": jnp.full((1, 1, 1, 1), 0.5, jnp.float16)})
    assert NormalizeOperator(config)(grey).data["image"].item() == 0


@pytest.mark.parametrize("log_std", [-1000.0, 1000.0])
def test_a_std_learned_far_away_has_finite_results_and_gradients(log_std: float) -> None:
    operator = normalizer(learnable=True)
    operator.log_std = nnx.Param(jnp.full(3, log_std))

    def loss(op: NormalizeOperator) -> Array:
        return jnp.mean(op(Batch({"image": jnp.zeros((1, 2, 3, 3))})).data["image"])

    found = nnx.value_and_grad(loss, argnums=nnx.DiffState(0, nnx.Param))(operator)
    assert all(np.all(np.isfinite(leaf)) for leaf in jax.tree.leaves(found))


def test_an_image_of_other_channels_is_refused() -> None:
    with pytest.raises(ContractError) as error:
        normalizer()(Batch({"image": jnp.zeros((2, 5, 6, 1))}))
    assert str(error.value) == (
        "NormalizeOperator.transform does not fit its contract:\n"
        '  - data["image"]: expected Float[Array, "h w {self.channels}"], got float32[5,6,1]\n'
        "  axis {self.channels} = 3"
    )


def test_moments_that_do_not_fit_each_other_are_refused() -> None:
    with pytest.raises(ConfigError) as error:
        NormalizeOperatorConfig(field_key="image", mean=MEAN, std=(0.2,))
    assert str(error.value) == (
        "NormalizeOperatorConfig is refused (1):\n"
        "  - mean and std: expected one length, got 3 and 1; give as many items in std as in mean"
    )


def test_a_std_of_zero_and_no_channels_are_refused() -> None:
    with pytest.raises(ConfigError) as error:
        NormalizeOperatorConfig(field_key="image", mean=(), std=(0.2, 0.0))  # type: ignore[datarax-config]  # refused, as it should be
    assert str(error.value) == (
        "NormalizeOperatorConfig is refused (2):\n"
        "  - mean: expected a length of at least 1, got tuple of 0\n"
        "  - std[1]: expected a number >= 1e-30, got 0.0"
    )
