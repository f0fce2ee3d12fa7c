import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError
from datarax_typed.operators.image import VerticalFlipOperator, VerticalFlipOperatorConfig
from tests.operators.image.geometry_references import LABELS, check_reference
from tests.operators.image.pictures import photo_batch

CONFIG = VerticalFlipOperatorConfig(field_key="image", auxiliary_fields=LABELS)


def test_it_agrees_with_torchvision() -> None:
    check_reference(VerticalFlipOperator(CONFIG), "vertical_flip")


def test_twice_is_nothing() -> None:
    batch = photo_batch()
    operator = VerticalFlipOperator(CONFIG)
    once = operator(batch)
    twice = operator(once).data
    np.testing.assert_array_equal(twice["image"], batch.data["image"])
    np.testing.assert_array_equal(twice["mask"], batch.data["mask"])
    # What lies outside of the image is clipped away.
    np.testing.assert_allclose(twice["boxes"], np.clip(batch.data["boxes"], 0, (20, 16, 20, 16)))
    _, y_min, _, y_max = np.moveaxis(np.asarray(batch.data["boxes"][:, 0]), -1, 0)
    np.testing.assert_allclose(once.data["boxes"][:, 0, 1], 16 - y_max)
    np.testing.assert_allclose(once.data["boxes"][:, 0, 3], 16 - y_min)


def test_each_record_is_flipped_with_probability_p() -> None:
    config = VerticalFlipOperatorConfig(
        field_key="image", stochastic=True, stream_name="augment", p=0.8
    )
    images = jnp.tile(jnp.array([0.0, 1.0]).reshape(1, 2, 1, 1), (2000, 1, 1, 1))
    operator = VerticalFlipOperator(config, rngs=nnx.Rngs(augment=1))
    result = operator(Batch({"image": images})).data["image"]
    assert set(np.sum(result, axis=(1, 2, 3)).tolist()) == {1.0}
    assert abs(np.mean(result[:, 0, 0, 0]) - 0.8) < 0.03


def test_a_probability_out_of_range_is_refused() -> None:
    with pytest.raises(ConfigError) as error:
        VerticalFlipOperatorConfig(field_key="image", p=-0.5)  # type: ignore[datarax-config]  # refused, as it should be
    assert str(error.value) == (
        "VerticalFlipOperatorConfig is refused (1):\n  - p: expected a number >= 0, got -0.5"
    )


def test_an_image_without_channels_is_refused() -> None:
    with pytest.raises(ContractError) as error:
        VerticalFlipOperator(CONFIG)(Batch({"image": jnp.zeros((2, 5, 6))}))
    assert str(error.value) == (
        "VerticalFlipOperator.transform does not fit its contract:\n"
        '  - data["image"]: expected Float[Array, "h w c"], got float32[5,6]'
    )
