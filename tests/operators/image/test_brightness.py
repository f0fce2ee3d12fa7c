import dm_pix
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError, RandomnessError
from datarax_typed.operators.image import BrightnessOperator, BrightnessOperatorConfig
from tests.operators.image.pictures import photo_batch, photos
from tests.operators.trees import symbolic

RANDOM = BrightnessOperatorConfig(field_key="image", stochastic=True, stream_name="augment")


def brighter(delta: float, clip_range: tuple[float, float] | None) -> BrightnessOperator:
    config = BrightnessOperatorConfig(field_key="image", delta=delta, clip_range=clip_range)
    return BrightnessOperator(config)


def test_delta_is_added_and_the_result_clipped() -> None:
    images = photos()
    free = brighter(0.3, None)(Batch({"image": images})).data["image"]
    clipped = brighter(0.3, (0.0, 1.0))(Batch({"image": images})).data["image"]
    reference = dm_pix.adjust_brightness(images, 0.3)
    np.testing.assert_allclose(free, reference, rtol=1e-6)
    np.testing.assert_allclose(clipped, np.clip(reference, 0, 1), rtol=1e-6)
    assert free.max() > 1


def test_results_are_clipped_unless_the_config_says_otherwise() -> None:
    assert BrightnessOperatorConfig(field_key="image").clip_range == (0.0, 1.0)


def test_each_record_has_its_own_delta_within_the_range() -> None:
    images = jnp.full((500, 1, 1, 1), 0.5)
    operator = BrightnessOperator(RANDOM, rngs=nnx.Rngs(augment=3))
    deltas = np.ravel(operator(Batch({"image": images})).data["image"]) - 0.5
    assert len(set(deltas.tolist())) > 490
    assert -0.2 <= deltas.min() < -0.19
    assert 0.19 < deltas.max() <= 0.2
    assert abs(deltas.mean()) < 0.02


def test_masks_stay_where_they_are() -> None:
    config = BrightnessOperatorConfig(
        field_key="image", delta=0.3, auxiliary_fields=["mask", "boxes"]
    )
    batch = photo_batch()
    result = BrightnessOperator(config)(batch)
    np.testing.assert_array_equal(result.data["mask"], batch.data["mask"])
    np.testing.assert_array_equal(result.data["boxes"], batch.data["boxes"])


def test_half_precision_stays() -> None:
    images = photos().astype(jnp.float16)
    assert brighter(0.1, (0.0, 1.0))(Batch({"image": images})).data["image"].dtype == jnp.float16


def test_the_spec_is_known_for_every_size() -> None:
    image = symbolic("h, w, c")
    operator = BrightnessOperator(RANDOM, rngs=nnx.Rngs(augment=0))
    assert operator.output_spec({"image": image}) == {"image": image}


def test_an_image_of_integers_is_refused_with_the_mend() -> None:
    with pytest.raises(ContractError) as error:
        brighter(0.1, None)(Batch({"image": jnp.zeros((2, 5, 6, 3), jnp.uint8)}))
    assert str(error.value) == (
        "BrightnessOperator.transform does not fit its contract:\n"
        '  - data["image"]: expected Float[Array, "h w c"], got uint8[5,6,3]; '
        "convert it first, for example with ToFloatOperator"
    )


def test_a_grey_image_without_channels_is_refused() -> None:
    with pytest.raises(ContractError) as error:
        brighter(0.1, None)(Batch({"image": jnp.zeros((2, 5, 6))}))
    assert str(error.value) == (
        "BrightnessOperator.transform does not fit its contract:\n"
        '  - data["image"]: expected Float[Array, "h w c"], got float32[5,6]'
    )


def test_a_config_out_of_range_is_refused() -> None:
    with pytest.raises(ConfigError) as error:
        BrightnessOperatorConfig(field_key="image", delta=2.0, delta_range=(0.2, -0.2))  # type: ignore[datarax-config]  # refused, as it should be
    assert str(error.value) == (
        "BrightnessOperatorConfig is refused (2):\n"
        "  - delta: expected a number <= 1, got 2.0\n"
        "  - delta_range: expected strictly increasing numbers, got (0.2, -0.2); "
        "put the smaller number first"
    )


def test_a_stochastic_one_needs_its_stream() -> None:
    with pytest.raises(RandomnessError) as error:
        BrightnessOperator(RANDOM, rngs=nnx.Rngs(noise=0))  # type: ignore[datarax-operator]  # refused, as it should be
    assert str(error.value) == (
        "BrightnessOperator: expected the random stream 'augment', available: 'noise'; "
        "give rngs=nnx.Rngs(augment=0)"
    )
