import jax.numpy as jnp
import numpy as np
import pytest
import skimage.data
from jaxtyping import Array

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ContractError
from datarax_typed.operators.image.boxes import EMPTY_BOX
from datarax_typed.operators.image.geometry import View
from datarax_typed.operators.image.motion import Motion, motion_of_view, move_along
from tests.operators.case import Case
from tests.operators.image.geometry_cases import CASES

IMAGE = jnp.zeros((6, 8, 3))
# Three coins on a dark ground, every fourth pixel, each within some columns.
COINS = skimage.data.coins()[40:76:4, 20:200:4] > 110
COLUMNS = ((1, 14), (15, 27), (28, 41))
MOVING = [case for case in CASES if "mask" in case.spec and not case.name.startswith("cut-out")]


def turned(angle_degrees: float) -> Motion:
    angle = jnp.deg2rad(jnp.float32(angle_degrees))
    return motion_of_view(View.turned(angle, jnp.float32(1)), (6, 8))


def coin_batch() -> Batch:
    """Return three records of a coin each, with its mask, the box around it and an empty box."""
    mask = np.zeros((3, 20, 34), bool)
    boxes = np.zeros((3, 2, 4), np.float32)
    for row, (start, stop) in enumerate(COLUMNS):
        mask[row, 5:14, 10 : 10 + stop - start] = COINS[:, start:stop]
        y, x = np.nonzero(mask[row])
        boxes[row, 0] = [x.min(), y.min(), x.max() + 1, y.max() + 1]
    # The image shows what the mask marks: where both are moved alike, they still agree.
    image = jnp.asarray(mask[..., None], jnp.float32)
    return Batch(
        {"image": image, "mask": jnp.asarray(mask), "boxes": jnp.asarray(boxes)},
        index=jnp.arange(3),
    )


@pytest.mark.parametrize("case", MOVING, ids=lambda case: case.name)
def test_image_mask_and_boxes_move_together_and_empty_boxes_stay(case: Case) -> None:
    result = case.make()(coin_batch()).data
    np.testing.assert_array_equal(result["boxes"][:, 1], np.tile(EMPTY_BOX, (3, 1)))
    for row in range(3):
        # What is filled in around the image is at most a half.
        bright = np.asarray(result["image"][row, ..., 0]) > 0.52
        mask = np.asarray(result["mask"][row])
        assert mask.shape == bright.shape
        assert (mask & bright).sum() >= 0.8 * (mask | bright).sum()
        if mask.any():
            y, x = np.nonzero(mask)
            x_min, y_min, x_max, y_max = np.asarray(result["boxes"][row, 0])
            assert x_min - 0.5 <= x.min()
            assert y_min - 0.5 <= y.min()
            assert x.max() + 1 <= x_max + 0.5
            assert y.max() + 1 <= y_max + 0.5


def test_every_array_of_an_auxiliary_field_moves() -> None:
    field = {"mask": jnp.eye(6, 8, dtype=jnp.bool_), "boxes": jnp.array([[0.0, 0.0, 8.0, 6.0]])}
    result = move_along(turned(180.0), "labels", field, IMAGE, "Op")
    np.testing.assert_array_equal(result["mask"], np.eye(6, 8)[::-1, ::-1])
    np.testing.assert_allclose(result["boxes"], [[0, 0, 8, 6]], atol=1e-5)


def test_everything_that_is_not_understood_is_named() -> None:
    def refused(leaf: Array) -> str:
        field = {"a": leaf, "b": jnp.zeros((2, 4))}
        with pytest.raises(ContractError) as error:
            move_along(turned(0.0), "labels", field, IMAGE, "Op")
        return str(error.value)

    assert refused(jnp.zeros((8, 6))) == (
        "Op cannot move auxiliary fields along:\n"
        "  - data[\"labels\"]['a']: expected a mask of leading axes 6,8 as the image has them, "
        "or boxes [..., 4] of numbers, got float32[8,6]; "
        "leave it out of auxiliary_fields if it does not move with the image"
    )
    assert "got bool[3,4]" in refused(jnp.zeros((3, 4), jnp.bool_))
    assert "got complex64[3,4]" in refused(jnp.zeros((3, 4), jnp.complex64))
    assert "got float32[]" in refused(jnp.float32(1))


def test_boxes_of_integers_too_small_for_the_new_image_are_refused() -> None:
    motion = turned(0.0)._replace(new_size=(100, 200))
    with pytest.raises(ContractError) as error:
        move_along(motion, "boxes", jnp.zeros((2, 4), jnp.int8), IMAGE, "Op")
    assert str(error.value) == (
        "Op cannot move auxiliary fields along:\n"
        '  - data["boxes"]: expected boxes of a dtype that holds 200, got int8[2,4]; '
        "convert the boxes to int32"
    )
