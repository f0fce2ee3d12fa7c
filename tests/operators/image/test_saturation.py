import dm_pix
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import skimage.color
from flax import nnx

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError
from datarax_typed.operators.image import SaturationOperator, SaturationOperatorConfig
from tests.operators.image.gradients import check_extreme_gradients
from tests.operators.image.pictures import photo_batch, photos


def saturated(factor: float, *, learnable: bool = False) -> SaturationOperator:
    config = SaturationOperatorConfig(field_key="image", factor=factor, learnable=learnable)
    return SaturationOperator(config)


@pytest.mark.parametrize("factor", [0.0, 0.4, 2.5])
def test_the_saturation_of_hsv_is_multiplied(factor: float) -> None:
    images = photos()
    result = saturated(factor)(Batch({"image": images})).data["image"]
    hsv = skimage.color.rgb2hsv(np.asarray(images, np.float64))
    hsv[..., 1] = np.minimum(factor * hsv[..., 1], 1)
    np.testing.assert_allclose(result, skimage.color.hsv2rgb(hsv), atol=1e-6)
    with jax.numpy_dtype_promotion("standard"):
        expected = dm_pix.adjust_saturation(images[0], factor)
    np.testing.assert_allclose(result[0], expected, atol=1e-6)


def test_grey_stays_grey_however_little_its_channels_differ() -> None:
    grey = jnp.array([0.0, 0.5, 1.0, 1e-38]).reshape(1, 2, 2, 1)
    almost = jnp.concatenate([grey, grey, jnp.minimum(grey + 6e-8, 1)], axis=-1)
    result = saturated(3.0)(Batch({"image": almost})).data["image"]
    np.testing.assert_allclose(result, almost, atol=5e-7)


def test_each_record_has_its_own_factor_within_the_range() -> None:
    config = SaturationOperatorConfig(field_key="image", stochastic=True, stream_name="augment")
    operator = SaturationOperator(config, rngs=nnx.Rngs(augment=3))
    images = jnp.tile(jnp.array([0.8, 0.6, 0.4]), (500, 1, 1, 1))
    result = np.asarray(operator(Batch({"image": images})).data["image"])
    factors = (0.8 - result[:, 0, 0, 2]) / 0.4
    assert len(set(factors.tolist())) > 490
    assert 0.8 - 1e-6 <= factors.min() < 0.81
    assert 1.19 < factors.max() <= 1.2 + 1e-6


@pytest.mark.parametrize("factor", [0.3, 4.0])
def test_gradients_are_finite_at_extreme_colours(factor: float) -> None:
    check_extreme_gradients(saturated(factor, learnable=True))


def test_masks_stay_where_they_are_and_half_precision_stays() -> None:
    config = SaturationOperatorConfig(
        field_key="image", factor=0.3, auxiliary_fields=["mask", "boxes"]
    )
    batch = photo_batch()
    batch.data["image"] = batch.data["image"].astype(jnp.float16)
    result = SaturationOperator(config)(batch)
    assert result.data["image"].dtype == jnp.float16
    np.testing.assert_array_equal(result.data["mask"], batch.data["mask"])
    np.testing.assert_array_equal(result.data["boxes"], batch.data["boxes"])


def test_an_image_of_one_channel_is_refused() -> None:
    with pytest.raises(ContractError) as error:
        saturated(2.0)(Batch({"image": jnp.zeros((2, 5, 6, 1))}))
    assert str(error.value) == (
        "SaturationOperator.transform does not fit its contract:\n"
        '  - data["image"]: expected Float[Array, "h w 3"], got float32[5,6,1]'
    )


def test_factors_that_are_negative_or_infinite_are_refused() -> None:
    with pytest.raises(ConfigError) as error:
        SaturationOperatorConfig(
            field_key="image",
            factor=float("inf"),  # type: ignore[datarax-config]  # refused, as it should be
            factor_range=(-0.5, 0.5),  # type: ignore[datarax-config]  # refused, as it should be
        )
    assert str(error.value) == (
        "SaturationOperatorConfig is refused (2):\n"
        "  - factor: expected a number < inf, got inf\n"
        "  - factor_range[0]: expected a number >= 0, got -0.5"
    )
