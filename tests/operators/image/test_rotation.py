import jax.numpy as jnp
import numpy as np
import pytest
import skimage.data
from flax import nnx
from jaxtyping import Array, Float
from scipy import ndimage  # type: ignore[import-untyped]  # no stubs

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError, FieldError
from datarax_typed.operators.image import RotationOperator, RotationOperatorConfig
from tests.operators.image.geometry_references import LABELS, check_reference
from tests.operators.image.pictures import photos
from tests.operators.trees import symbolic


def turned(image: Float[Array, "h w c"], angle_degrees: float, fill: float = 0.0) -> Array:
    config = RotationOperatorConfig(field_key="image", angle_degrees=angle_degrees, fill=fill)
    result: Array = RotationOperator(config)(Batch({"image": image[None]})).data["image"][0]
    return result


def stochastic(*auxiliary_fields: str) -> RotationOperator:
    config = RotationOperatorConfig(
        field_key="image",
        stochastic=True,
        stream_name="augment",
        auxiliary_fields=list(auxiliary_fields),
    )
    return RotationOperator(config, rngs=nnx.Rngs(augment=5))


def test_it_agrees_with_torchvision() -> None:
    config = RotationOperatorConfig(field_key="image", auxiliary_fields=LABELS, angle_degrees=30.0)
    check_reference(RotationOperator(config), "rotate")


@pytest.mark.parametrize(("angle_degrees", "fill"), [(30.0, 0.0), (-77.0, 0.5)])
def test_it_agrees_with_scipy_on_a_photograph(angle_degrees: float, fill: float) -> None:
    picture = skimage.data.camera()[60:124, 200:280, None].astype(np.float32) / 255
    expected = ndimage.rotate(
        picture, angle_degrees, reshape=False, order=1, mode="grid-constant", cval=fill
    )
    result = turned(jnp.asarray(picture), angle_degrees, fill)
    np.testing.assert_allclose(result, expected, atol=1e-5)


def test_a_quarter_turn_is_counter_clockwise() -> None:
    image = photos()[0, :16, :16]
    np.testing.assert_allclose(turned(image, 90.0), np.rot90(image), atol=1e-5)


def test_mask_boxes_and_image_turn_together() -> None:
    y, x = np.mgrid[:24, :32]
    centres = np.array([[6, 8], [15, 25], [12, 4]])[:, :, None, None]
    blobs = np.exp(-((y - centres[:, 0]) ** 2 + (x - centres[:, 1]) ** 2) / 12)
    images = jnp.asarray(blobs[..., None], jnp.float32)
    # Sides through the centre's pixel: a square that the blob's bright part lies within.
    boxes = np.stack([c + 0.5 + s * 2.5 for s in (-1, 1) for c in (centres[:, 1], centres[:, 0])])
    batch = Batch(
        {
            "image": images,
            "mask": images[..., 0] > 0.7,
            "boxes": jnp.asarray(boxes[..., 0, 0].T, jnp.float32),
        }
    )
    result = stochastic("mask", "boxes")(batch)
    for row in range(3):
        bright = np.asarray(result.data["image"][row, ..., 0] > 0.65)
        mask = np.asarray(result.data["mask"][row])
        assert (mask != np.asarray(batch.data["mask"][row])).sum() > 4
        assert (mask & bright).sum() >= 0.7 * (mask | bright).sum()
        rows, columns = np.nonzero(mask)
        x_min, y_min, x_max, y_max = np.asarray(result.data["boxes"][row])
        assert x_min <= columns.min()
        assert columns.max() < x_max
        assert y_min <= rows.min()
        assert rows.max() < y_max


def test_each_record_has_its_own_angle_within_the_range() -> None:
    # A narrow box to the right of the centre: its middle's direction is the angle.
    image, box = jnp.zeros((300, 64, 64, 1)), jnp.array([60.0, 31.99, 60.02, 32.01])
    batch = Batch({"image": image, "boxes": jnp.tile(box, (300, 1))})
    result = np.asarray(stochastic("boxes")(batch).data["boxes"])
    x, y = (result[:, 0] + result[:, 2]) / 2 - 32, (result[:, 1] + result[:, 3]) / 2 - 32
    angles = np.degrees(np.arctan2(-y, x))
    assert len(set(angles.tolist())) > 280
    assert 29 < angles.max() < 30.01
    assert -30.01 < angles.min() < -29


def test_the_angle_is_learned() -> None:
    config = RotationOperatorConfig(
        field_key="image", auxiliary_fields=LABELS, angle_degrees=12.0, learnable=True
    )
    operator = RotationOperator(config)
    assert operator.angle_degrees.learned is not None
    assert operator.angle_degrees.learned[...] == 12.0
    operator.angle_degrees.learned[...] = jnp.float32(30.0)
    check_reference(operator, "rotate")


def test_the_spec_is_known_for_every_size() -> None:
    spec = {
        "image": symbolic("h, w, 3"),
        "mask": symbolic("h, w", jnp.bool_),
        "boxes": symbolic("n, 4", jnp.int32),
    }
    assert stochastic("mask", "boxes").output_spec(spec) == spec


def test_an_image_of_integers_is_refused_with_the_mend() -> None:
    with pytest.raises(ContractError) as error:
        turned(jnp.zeros((5, 6, 3), jnp.uint8), 10.0)  # type: ignore[datarax-dtype]  # as it is meant: it is to be refused
    assert str(error.value) == (
        "RotationOperator.transform does not fit its contract:\n"
        '  - data["image"]: expected Float[Array, "h w c"], got uint8[5,6,3]; '
        "convert it first, for example with ToFloatOperator"
    )


def test_a_mask_of_another_size_is_refused() -> None:
    batch = Batch({"image": jnp.zeros((2, 5, 6, 3)), "mask": jnp.zeros((2, 5, 7))})
    with pytest.raises(ContractError) as error:
        stochastic("mask")(batch)
    assert str(error.value) == (
        "RotationOperator cannot move auxiliary fields along:\n"
        '  - data["mask"]: expected a mask of leading axes 5,6 as the image has them, '
        "or boxes [..., 4] of numbers, got float32[5,7]; "
        "leave it out of auxiliary_fields if it does not move with the image"
    )


def test_an_auxiliary_field_that_is_missing_is_named() -> None:
    batch = Batch({"image": jnp.zeros((2, 5, 6, 3)), "mask": jnp.zeros((2, 5, 6))})
    with pytest.raises(FieldError) as error:
        stochastic("masks")(batch)
    assert str(error.value) == (
        "RotationOperator: expected a field 'masks', got none of that name; "
        "available: 'image', 'mask'; did you mean 'mask'?"
    )


def test_a_config_out_of_range_is_refused() -> None:
    with pytest.raises(ConfigError) as error:
        RotationOperatorConfig(
            field_key="image",
            angle_degrees=float("nan"),  # type: ignore[datarax-config]  # refused, as it should be
            angle_degrees_range=(0.0, 400.0),  # type: ignore[datarax-config]  # refused, as it should be
        )
    assert str(error.value) == (
        "RotationOperatorConfig is refused (2):\n"
        "  - angle_degrees: expected a number >= -360 and a number <= 360, got nan\n"
        "  - angle_degrees_range[1]: expected a number <= 360, got 400.0"
    )
