import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from scipy import special  # type: ignore[import-untyped]  # no stubs

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError
from datarax_typed.operators.image import GaussianNoiseOperator, GaussianNoiseOperatorConfig
from tests.operators.image.colour_references import reference, result_of
from tests.operators.image.pictures import photo_batch, photos


def noisy(config: GaussianNoiseOperatorConfig) -> GaussianNoiseOperator:
    return GaussianNoiseOperator(config, rngs=nnx.Rngs(augment=3))


def test_what_is_added_is_normal_and_independent() -> None:
    config = GaussianNoiseOperatorConfig(field_key="image", mean=0.5, sigma=2.0, clip_range=None)
    images = photos()
    noise = np.asarray(noisy(config)(Batch({"image": images})).data["image"] - images)
    # Kolmogorov and Smirnov: one of twenty such distances is larger.
    shares = (np.arange(noise.size) + 0.5) / noise.size
    distance = np.max(np.abs(special.ndtr((np.sort(noise.ravel()) - 0.5) / 2) - shares))
    assert distance < 1.36 / np.sqrt(noise.size)
    # Between records, channels and neighbours: 960 numbers or more, each of deviation 1/31.
    for left, right in (
        (noise[0], noise[1]),
        (noise[..., 0], noise[..., 1]),
        (noise[:, 1:], noise[:, :-1]),
    ):
        assert abs(np.corrcoef(left.ravel(), right.ravel())[0, 1]) < 0.1


def test_the_mean_is_added_and_the_result_clipped_as_in_torchvision() -> None:
    config = GaussianNoiseOperatorConfig(field_key="image", mean=0.25, sigma=0.0)
    result = result_of(noisy(config))
    np.testing.assert_allclose(result, reference("noise_without_sigma"), atol=1e-6)


def test_masks_stay_where_they_are_and_half_precision_stays() -> None:
    config = GaussianNoiseOperatorConfig(field_key="image", auxiliary_fields=["mask", "boxes"])
    batch = photo_batch()
    batch.data["image"] = batch.data["image"].astype(jnp.bfloat16)
    result = noisy(config)(batch)
    assert result.data["image"].dtype == jnp.bfloat16
    np.testing.assert_array_equal(result.data["mask"], batch.data["mask"])
    np.testing.assert_array_equal(result.data["boxes"], batch.data["boxes"])


def test_noise_without_randomness_is_refused() -> None:
    with pytest.raises(ConfigError) as error:
        GaussianNoiseOperatorConfig(
            field_key="image",
            stochastic=False,  # type: ignore[arg-type]  # refused, as it should be
            mean=float("nan"),  # type: ignore[datarax-config]  # refused, as it should be
            sigma=-1.0,  # type: ignore[datarax-config]  # refused, as it should be
        )
    assert str(error.value) == (
        "GaussianNoiseOperatorConfig is refused (3):\n"
        "  - stochastic: expected True, got False\n"
        "  - mean: expected a number > -inf and a number < inf, got nan\n"
        "  - sigma: expected a number >= 0, got -1.0"
    )
