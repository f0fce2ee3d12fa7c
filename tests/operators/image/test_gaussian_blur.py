import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from scipy import ndimage  # type: ignore[import-untyped]  # no stubs

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError
from datarax_typed.operators.image import GaussianBlurOperator, GaussianBlurOperatorConfig
from tests.operators.image.colour_references import reference, result_of
from tests.operators.image.pictures import photos


def blurred(kernel_size: int, sigma: float, *, learnable: bool = False) -> GaussianBlurOperator:
    config = GaussianBlurOperatorConfig(
        field_key="image", kernel_size=kernel_size, sigma=sigma, learnable=learnable
    )
    return GaussianBlurOperator(config)


@pytest.mark.parametrize(
    ("kernel_size", "sigma", "name"), [(5, 1.3, "blur"), (31, 4.0, "blur_wide")]
)
def test_the_blur_is_that_of_torchvision(kernel_size: int, sigma: float, name: str) -> None:
    # The wide kernel is almost twice as high as the image: the margin mirrors all of it.
    result = result_of(blurred(kernel_size, sigma))
    np.testing.assert_allclose(result, reference(name), atol=3e-6)


def test_the_blur_is_that_of_scipy() -> None:
    images = photos()[..., :2]
    result = blurred(9, 1.0)(Batch({"image": images})).data["image"]
    options = {"sigma": 1.0, "truncate": 4.0, "mode": "mirror", "axes": (1, 2)}
    expected = ndimage.gaussian_filter(np.asarray(images, np.float64), **options)
    np.testing.assert_allclose(result, expected, atol=1e-6)


def test_no_sigma_and_a_kernel_of_one_pixel_blur_nothing() -> None:
    images = photos()
    for operator in (blurred(1, 3.0), blurred(5, 1e-30)):
        np.testing.assert_array_equal(operator(Batch({"image": images})).data["image"], images)


def test_each_record_has_its_own_sigma_within_the_range() -> None:
    config = GaussianBlurOperatorConfig(
        field_key="image",
        kernel_size=3,
        sigma_range=(0.5, 2.0),
        stochastic=True,
        stream_name="augment",
    )
    operator = GaussianBlurOperator(config, rngs=nnx.Rngs(augment=3))
    image = jnp.zeros((2, 3, 1)).at[:, 1].set(1)
    batch = Batch({"image": jnp.tile(image, (500, 1, 1, 1))})
    centre = np.asarray(operator(batch).data["image"])[:, 0, 1, 0]
    # The kernel is 1 in its centre and exp(-1 / (2 sigma²)) beside, over the sum.
    sigmas = np.sqrt(-0.5 / np.log((1 / centre - 1) / 2))
    assert len(set(sigmas.tolist())) > 480
    assert 0.5 - 1e-4 <= sigmas.min() < 0.51
    assert 1.98 < sigmas.max() <= 2.0 + 1e-4


def test_a_sigma_learned_to_be_negative_blurs_nothing() -> None:
    operator = blurred(3, 1.0, learnable=True)
    operator.sigma.learned = nnx.Param(jnp.asarray(-1.0))
    images = photos()
    np.testing.assert_array_equal(operator(Batch({"image": images})).data["image"], images)


def test_half_precision_stays() -> None:
    images = photos().astype(jnp.float16)
    assert blurred(3, 1.0)(Batch({"image": images})).data["image"].dtype == jnp.float16


def test_an_image_that_is_too_small_is_refused() -> None:
    with pytest.raises(ContractError) as error:
        blurred(9, 1.0)(Batch({"image": jnp.zeros((2, 4, 6, 3))}))
    assert str(error.value) == (
        "GaussianBlurOperator cannot blur the image:\n"
        '  - data["image"]: expected height and width of at least 5 for kernel_size=9, '
        "got float32[4,6,3]; take a smaller kernel, or larger images"
    )
    assert blurred(9, 1.0)(Batch({"image": jnp.zeros((1, 5, 6, 1))})).data["image"].shape[1] == 5


def test_even_kernels_and_sigmas_that_are_not_positive_are_refused() -> None:
    with pytest.raises(ConfigError) as error:
        GaussianBlurOperatorConfig(field_key="image", kernel_size=4, sigma=0.0)  # type: ignore[datarax-config]  # refused, as it should be
    assert str(error.value) == (
        "GaussianBlurOperatorConfig is refused (2):\n"
        "  - kernel_size: expected a value for which is_odd holds, got 4\n"
        "  - sigma: expected a number > 0, got 0.0"
    )
