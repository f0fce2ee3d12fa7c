import dm_pix
import jax.numpy as jnp
import numpy as np
import pytest

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError
from datarax_typed.operators.image import GrayscaleOperator, GrayscaleOperatorConfig
from tests.operators.image.colour_references import reference, result_of
from tests.operators.image.pictures import photos

ONE = GrayscaleOperator(GrayscaleOperatorConfig(field_key="image"))
THREE = GrayscaleOperator(GrayscaleOperatorConfig(field_key="image", num_output_channels=3))


def test_the_luma_is_that_of_torchvision_and_dm_pix() -> None:
    np.testing.assert_allclose(result_of(ONE), reference("grayscale"), atol=1e-6)
    images = photos()
    result = THREE(Batch({"image": images})).data["image"]
    assert result.shape == images.shape
    expected = dm_pix.rgb_to_grayscale(images[1], keep_dims=True)
    np.testing.assert_allclose(result[1], expected, atol=1e-6)


def test_half_precision_stays() -> None:
    images = photos().astype(jnp.bfloat16)
    assert ONE(Batch({"image": images})).data["image"].dtype == jnp.bfloat16


def test_a_grey_image_is_refused() -> None:
    with pytest.raises(ContractError) as error:
        ONE(Batch({"image": jnp.zeros((2, 5, 6, 1))}))
    assert str(error.value) == (
        "GrayscaleOperator.transform does not fit its contract:\n"
        '  - data["image"]: expected Float[Array, "h w 3"], got float32[5,6,1]\n'
        "  axis {self.config.num_output_channels} = 1"
    )


def test_two_channels_and_randomness_are_refused() -> None:
    with pytest.raises(ConfigError) as error:
        GrayscaleOperatorConfig(
            field_key="image",
            num_output_channels=2,  # type: ignore[arg-type]  # refused, as it should be
            stochastic=True,  # type: ignore[arg-type]  # refused, as it should be
            stream_name="augment",
        )
    assert str(error.value) == (
        "GrayscaleOperatorConfig is refused (2):\n"
        "  - stochastic: expected False, got True\n"
        "  - num_output_channels: expected 1 or 3, got 2"
    )
