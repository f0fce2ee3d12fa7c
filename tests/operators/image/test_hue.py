import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError
from datarax_typed.operators.image import HueOperator, HueOperatorConfig
from tests.operators.image.colour_references import reference, result_of
from tests.operators.image.gradients import EXTREME, check_extreme_gradients


def turned(delta: float, *, learnable: bool = False) -> HueOperator:
    return HueOperator(HueOperatorConfig(field_key="image", delta=delta, learnable=learnable))


@pytest.mark.parametrize(("delta", "name"), [(0.3, "hue_forward"), (-0.5, "hue_backward")])
def test_hues_turn_as_those_of_torchvision(delta: float, name: str) -> None:
    np.testing.assert_allclose(result_of(turned(delta)), reference(name), atol=2e-6)


def test_a_third_of_a_turn_makes_red_green_and_leaves_grey() -> None:
    result = turned(1 / 3)(Batch({"image": EXTREME[None]})).data["image"][0]
    np.testing.assert_allclose(result[0, 3:], [[0, 1, 0], [0, 0, 1]], atol=1e-6)
    np.testing.assert_array_equal(result[0, :3], EXTREME[0, :3])


def test_each_record_has_its_own_delta_within_the_range() -> None:
    config = HueOperatorConfig(field_key="image", stochastic=True, stream_name="augment")
    operator = HueOperator(config, rngs=nnx.Rngs(augment=3))
    # From cyan to blue green falls; before it blue rises, and after it red: all six a turn.
    images = jnp.tile(jnp.array([0.0, 0.5, 1.0]), (500, 1, 1, 1))
    colours = np.asarray(operator(Batch({"image": images})).data["image"])[:, 0, 0]
    deltas = (colours @ [1, -1, 1] - 0.5) / 6
    assert len(set(deltas.tolist())) > 480
    assert -0.1 - 1e-6 <= deltas.min() < -0.099
    assert 0.099 < deltas.max() <= 0.1 + 1e-6


def test_gradients_are_finite_at_extreme_colours() -> None:
    check_extreme_gradients(turned(0.2, learnable=True))


def test_half_precision_stays() -> None:
    images = jnp.asarray(reference("to_float"), jnp.float16)[None]
    result = turned(0.3)(Batch({"image": images})).data["image"]
    assert result.dtype == jnp.float16
    np.testing.assert_allclose(result[0], reference("hue_forward"), atol=6e-3)


def test_an_image_of_four_channels_is_refused() -> None:
    with pytest.raises(ContractError) as error:
        turned(0.1)(Batch({"image": jnp.zeros((2, 5, 6, 4))}))
    assert str(error.value) == (
        "HueOperator.transform does not fit its contract:\n"
        '  - data["image"]: expected Float[Array, "h w 3"], got float32[5,6,4]'
    )


def test_more_than_half_a_turn_is_refused() -> None:
    with pytest.raises(ConfigError) as error:
        HueOperatorConfig(field_key="image", delta=30.0, delta_range=(0.1, 0.1))  # type: ignore[datarax-config]  # refused, as it should be
    assert str(error.value) == (
        "HueOperatorConfig is refused (2):\n"
        "  - delta: expected a number <= 0.5, got 30.0\n"
        "  - delta_range: expected strictly increasing numbers, got (0.1, 0.1); "
        "put the smaller number first"
    )
