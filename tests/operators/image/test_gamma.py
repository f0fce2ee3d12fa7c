import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError
from datarax_typed.operators.image import GammaOperator, GammaOperatorConfig
from tests.operators.image.colour_references import reference, result_of
from tests.operators.image.gradients import check_extreme_gradients


def corrected(gamma: float, gain: float = 1.0, *, learnable: bool = False) -> GammaOperator:
    config = GammaOperatorConfig(field_key="image", gamma=gamma, gain=gain, learnable=learnable)
    return GammaOperator(config)


@pytest.mark.parametrize(
    ("gamma", "gain", "name"), [(2.2, 0.9, "gamma_dark"), (0.45, 1.5, "gamma_bright")]
)
def test_values_become_those_of_torchvision(gamma: float, gain: float, name: str) -> None:
    np.testing.assert_allclose(result_of(corrected(gamma, gain)), reference(name), atol=1e-6)


def test_each_record_has_its_own_gamma_within_the_range() -> None:
    config = GammaOperatorConfig(field_key="image", stochastic=True, stream_name="augment")
    operator = GammaOperator(config, rngs=nnx.Rngs(augment=3))
    images = jnp.full((500, 1, 1, 1), 0.5)
    gammas = -np.log2(np.ravel(operator(Batch({"image": images})).data["image"]))
    assert len(set(gammas.tolist())) > 490
    assert 0.8 - 1e-6 <= gammas.min() < 0.81
    assert 1.19 < gammas.max() <= 1.2 + 1e-6


def test_black_stays_black_and_gradients_are_finite() -> None:
    root = corrected(0.2, learnable=True)
    check_extreme_gradients(root)
    values = jnp.array([0.0, -0.25]).reshape(1, 1, 2, 1)
    result = root(Batch({"image": values})).data["image"]
    np.testing.assert_array_equal(result, jnp.zeros_like(values))


def test_a_gamma_learned_to_be_negative_counts_as_zero() -> None:
    operator = corrected(1.0, learnable=True)
    operator.gamma.learned = nnx.Param(jnp.asarray(-2.0))
    values = jnp.array([0.0, 1e-30, 0.5]).reshape(1, 3, 1)

    @jax.jit
    @jax.value_and_grad
    def total(image: Float[Array, "h w c"]) -> Float[Array, ""]:
        return operator.transform(image).sum()

    result, gradient = total(values)
    assert result == 2
    assert np.all(np.isfinite(gradient))


def test_half_precision_is_computed_in_single() -> None:
    image = jnp.array([6e-8, 1e-3, 0.5]).reshape(1, 1, 3, 1).astype(jnp.float16)
    result = corrected(0.3)(Batch({"image": image})).data["image"]
    assert result.dtype == jnp.float16
    np.testing.assert_allclose(result, np.asarray(image, np.float64) ** 0.3, rtol=1e-3)


def test_gammas_that_are_not_positive_are_refused() -> None:
    with pytest.raises(ConfigError) as error:
        GammaOperatorConfig(field_key="image", gamma=0.0, gamma_range=(-1.0, 1.0), gain=-1.0)  # type: ignore[datarax-config]  # refused, as it should be
    assert str(error.value) == (
        "GammaOperatorConfig is refused (3):\n"
        "  - gamma: expected a number > 0, got 0.0\n"
        "  - gamma_range[0]: expected a number > 0, got -1.0\n"
        "  - gain: expected a number > 0, got -1.0"
    )


def test_what_is_no_number_stays_none() -> None:
    image = jnp.asarray([jnp.nan, 0.25, -0.5]).reshape(1, 1, 1, 3)
    operator = GammaOperator(GammaOperatorConfig(field_key="image", gamma=0.5))
    result = np.ravel(operator(Batch({"image": image})).data["image"])
    np.testing.assert_allclose(result, [np.nan, 0.5, 0.0], rtol=1e-6)
