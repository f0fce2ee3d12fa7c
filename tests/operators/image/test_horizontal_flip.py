import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError
from datarax_typed.operators.image import HorizontalFlipOperator, HorizontalFlipOperatorConfig
from tests.operators.image.geometry_references import LABELS, check_reference
from tests.operators.image.pictures import photo_batch

CONFIG = HorizontalFlipOperatorConfig(field_key="image", auxiliary_fields=LABELS)


def test_it_agrees_with_torchvision() -> None:
    check_reference(HorizontalFlipOperator(CONFIG), "horizontal_flip")


def test_twice_is_nothing() -> None:
    batch = photo_batch()
    operator = HorizontalFlipOperator(CONFIG)
    once = operator(batch)
    twice = operator(once).data
    np.testing.assert_array_equal(twice["image"], batch.data["image"])
    np.testing.assert_array_equal(twice["mask"], batch.data["mask"])
    # What lies outside of the image is clipped away.
    np.testing.assert_allclose(twice["boxes"], np.clip(batch.data["boxes"], 0, (20, 16, 20, 16)))
    x_min, _, x_max, _ = np.moveaxis(np.asarray(batch.data["boxes"][:, 0]), -1, 0)
    np.testing.assert_allclose(once.data["boxes"][:, 0, 0], 20 - x_max)
    np.testing.assert_allclose(once.data["boxes"][:, 0, 2], 20 - x_min)


def test_each_record_is_flipped_with_probability_p() -> None:
    config = HorizontalFlipOperatorConfig(
        field_key="image", stochastic=True, stream_name="augment", p=0.2
    )
    images = jnp.tile(jnp.array([0.0, 1.0]).reshape(1, 1, 2, 1), (2000, 1, 1, 1))
    operator = HorizontalFlipOperator(config, rngs=nnx.Rngs(augment=1))
    result = operator(Batch({"image": images})).data["image"]
    assert set(np.sum(result, axis=(1, 2, 3)).tolist()) == {1.0}
    assert abs(np.mean(result[:, 0, 0, 0]) - 0.2) < 0.03


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_never_and_always(p: float) -> None:
    config = HorizontalFlipOperatorConfig(
        field_key="image", stochastic=True, stream_name="augment", p=p
    )
    batch = photo_batch()
    result = HorizontalFlipOperator(config, rngs=nnx.Rngs(augment=1))(batch).data["image"]
    images = batch.data["image"]
    np.testing.assert_array_equal(result, images[:, :, ::-1] if p else images)


def test_a_probability_out_of_range_is_refused() -> None:
    with pytest.raises(ConfigError) as error:
        HorizontalFlipOperatorConfig(field_key="image", p=1.5)  # type: ignore[datarax-config]  # refused, as it should be
    assert str(error.value) == (
        "HorizontalFlipOperatorConfig is refused (1):\n  - p: expected a number <= 1, got 1.5"
    )


def test_an_image_of_integers_is_refused_with_the_mend() -> None:
    with pytest.raises(ContractError) as error:
        HorizontalFlipOperator(CONFIG)(Batch({"image": jnp.zeros((2, 5, 6, 3), jnp.uint8)}))
    assert str(error.value) == (
        "HorizontalFlipOperator.transform does not fit its contract:\n"
        '  - data["image"]: expected Float[Array, "h w c"], got uint8[5,6,3]; '
        "convert it first, for example with ToFloatOperator"
    )
