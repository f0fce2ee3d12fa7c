import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError
from datarax_typed.operators.image import (
    HorizontalFlipOperator,
    HorizontalFlipOperatorConfig,
    VerticalFlipOperator,
    VerticalFlipOperatorConfig,
)
from tests.operators.image.geometry_references import LABELS, check_reference
from tests.operators.image.pictures import photo_batch

SIDEWAYS = HorizontalFlipOperatorConfig(field_key="image", auxiliary_fields=LABELS)
UPWARDS = VerticalFlipOperatorConfig(field_key="image", auxiliary_fields=LABELS)
FLIPS = [HorizontalFlipOperator(SIDEWAYS), VerticalFlipOperator(UPWARDS)]


def sometimes(p: float) -> HorizontalFlipOperator:
    config = HorizontalFlipOperatorConfig(
        field_key="image", stochastic=True, stream_name="augment", p=p
    )
    return HorizontalFlipOperator(config, rngs=nnx.Rngs(augment=1))


def test_it_is_that_of_torchvision() -> None:
    check_reference(HorizontalFlipOperator(SIDEWAYS), "horizontal_flip")
    check_reference(VerticalFlipOperator(UPWARDS), "vertical_flip")


@pytest.mark.parametrize("operator", FLIPS, ids=["horizontal", "vertical"])
def test_twice_changes_nothing_and_once_turns_boxes_round(
    operator: HorizontalFlipOperator | VerticalFlipOperator,
) -> None:
    batch = photo_batch()
    once = operator(batch)
    twice = operator(once)
    for name in ("image", "mask"):
        np.testing.assert_array_equal(twice.data[name], batch.data[name])
    np.testing.assert_allclose(twice.data["boxes"][:, 0], batch.data["boxes"][:, 0])
    # Boxes say x before y, images have y before x.
    low = 1 - operator.axis
    size = batch.data["image"].shape[1 + operator.axis]
    before, after = (np.asarray(found.data["boxes"][:, 0]) for found in (batch, once))
    np.testing.assert_allclose(after[:, low], size - before[:, low + 2])
    np.testing.assert_allclose(after[:, low + 2], size - before[:, low])


@pytest.mark.parametrize("p", [0.2, 0.8])
def test_each_record_is_flipped_with_the_probability_given(p: float) -> None:
    images = jnp.tile(jnp.array([0.0, 1.0]).reshape(1, 1, 2, 1), (2000, 1, 1, 1))
    result = np.asarray(sometimes(p)(Batch({"image": images})).data["image"])
    assert set(np.unique(result[:, 0].sum(axis=(1, 2)))) == {1.0}
    assert abs(np.mean(result[:, 0, 0, 0]) - p) < 0.03


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_never_and_always(p: float) -> None:
    images = photo_batch().data["image"]
    result = sometimes(p)(photo_batch()).data["image"]
    np.testing.assert_array_equal(result, images[:, :, ::-1] if p else images)


def test_a_probability_out_of_range_is_refused() -> None:
    with pytest.raises(ConfigError) as error:
        HorizontalFlipOperatorConfig(field_key="image", p=1.5)  # type: ignore[datarax-config]  # refused, as it should be
    assert str(error.value) == (
        "HorizontalFlipOperatorConfig is refused (1):\n  - p: expected a number <= 1, got 1.5"
    )
    with pytest.raises(ConfigError) as error:
        VerticalFlipOperatorConfig(field_key="image", p=-0.5)  # type: ignore[datarax-config]  # refused, as it should be
    assert str(error.value) == (
        "VerticalFlipOperatorConfig is refused (1):\n  - p: expected a number >= 0, got -0.5"
    )


def test_an_image_of_integers_is_refused_with_the_mend() -> None:
    with pytest.raises(ContractError) as error:
        HorizontalFlipOperator(SIDEWAYS)(Batch({"image": jnp.zeros((2, 5, 6, 3), jnp.uint8)}))
    assert str(error.value) == (
        "_FlipOperator.transform of HorizontalFlipOperator does not fit its contract:\n"
        '  - data["image"]: expected Float[Array, "h w c"], got uint8[5,6,3]; '
        "convert it first, for example with ToFloatOperator"
    )
