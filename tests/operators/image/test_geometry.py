import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxtyping import Array

from datarax_typed.errors import ContractError
from datarax_typed.operators.image.geometry import (
    View,
    move_along,
    warp_boxes,
    warp_image,
    warp_mask,
)
from datarax_typed.protocols import PyTree
from tests.operators.image.pictures import photos

WHOLE = [0.0, 0.0, 8.0, 6.0]
IMAGE = jnp.zeros((6, 8, 3))


# Compiled as one program each: every operation alone would be compiled too.
image_seen = jax.jit(warp_image, static_argnums=2)
mask_seen = jax.jit(warp_mask)
boxes_seen = jax.jit(warp_boxes, static_argnums=2)


def view(angle_degrees: float = 0.0, crop_scale: float = 1.0) -> View:
    return View(jnp.deg2rad(jnp.float32(angle_degrees)), jnp.float32(crop_scale))


def moved(boxes: list[float], seen: View) -> list[float]:
    found: list[float] = boxes_seen(seen, jnp.array(boxes), (6, 8)).tolist()
    return found


def test_target_is_the_inverse_of_source() -> None:
    seen = view(37.0, 0.7)
    y, x = jnp.array([1.0, -3.0]), jnp.array([2.0, 5.0])
    there = seen.target(*seen.source(y, x))
    np.testing.assert_allclose(jnp.stack(there), jnp.stack([y, x]), rtol=1e-5)


def test_the_plain_view_changes_nothing() -> None:
    image = photos()[0]
    np.testing.assert_array_equal(image_seen(view(), image, 0.0), image)
    np.testing.assert_array_equal(mask_seen(view(), image > 0.5), image > 0.5)
    assert moved([1.0, 2.0, 5.0, 3.5], view()) == [1.0, 2.0, 5.0, 3.5]


def test_a_box_around_all_stays_around_all() -> None:
    assert moved(WHOLE, view(20.0)) == WHOLE
    assert moved(WHOLE, view(0.0, 0.5)) == WHOLE


def test_a_crop_enlarges_a_box_about_the_centre() -> None:
    assert moved([3.0, 2.0, 5.0, 4.0], view(0.0, 0.5)) == [2.0, 1.0, 6.0, 5.0]


def test_a_box_is_the_hull_of_its_turned_corners() -> None:
    # A square about the centre of sides 2: its half diagonal is the square root of 2.
    expected = [4 - 2**0.5, 3 - 2**0.5, 4 + 2**0.5, 3 + 2**0.5]
    assert moved([3.0, 2.0, 5.0, 4.0], view(45.0)) == pytest.approx(expected, abs=1e-5)


def test_a_box_that_leaves_the_image_has_no_area() -> None:
    x_min, y_min, x_max, y_max = moved([0.0, 0.0, 1.0, 1.0], view(0.0, 0.25))
    assert (x_max - x_min) * (y_max - y_min) == 0


def test_boxes_of_integers_are_rounded() -> None:
    boxes = jnp.array([[3, 2, 5, 4]], jnp.int16)
    result = boxes_seen(view(45.0), boxes, (6, 8))
    assert result.dtype == jnp.int16
    assert result.tolist() == [[3, 2, 5, 4]]
    assert boxes_seen(view(90.0), boxes + 1, (6, 8)).tolist() == [[4, 1, 6, 3]]


@pytest.mark.parametrize("dtype", [jnp.bool_, jnp.uint32, jnp.int8, jnp.float16])
def test_masks_keep_dtype_and_values_exactly(dtype: PyTree) -> None:
    largest = 4_000_000_001 if dtype == jnp.uint32 else 1
    mask = jnp.zeros((6, 8, 2), dtype).at[1, 2].set(jnp.asarray(largest, dtype))
    result = mask_seen(view(180.0), mask)
    assert result.dtype == dtype
    np.testing.assert_array_equal(result, mask[::-1, ::-1])


def test_a_mask_is_empty_where_the_image_is_not() -> None:
    result = mask_seen(view(0.0, 2.0), jnp.ones((5, 7), jnp.int32))
    expected = np.zeros((5, 7), int)
    expected[1:4, 2:5] = 1
    np.testing.assert_array_equal(result, expected)


def test_half_precision_is_computed_in_single() -> None:
    image = photos()[0]
    half = image_seen(view(30.0), image.astype(jnp.bfloat16), 0.0)
    single = image_seen(view(30.0), image, 0.0)
    assert half.dtype == jnp.bfloat16
    np.testing.assert_allclose(half.astype(jnp.float32), single, atol=0.01)


def test_every_array_of_an_auxiliary_field_moves() -> None:
    field = {"mask": jnp.eye(6, 8, dtype=jnp.bool_), "boxes": jnp.array([WHOLE])}
    result = move_along(view(180.0), "labels", field, IMAGE, "Op")
    np.testing.assert_array_equal(result["mask"], np.eye(6, 8)[::-1, ::-1])
    np.testing.assert_allclose(result["boxes"], [WHOLE], atol=1e-5)


def test_everything_that_is_not_understood_is_named() -> None:
    def refused(leaf: Array) -> str:
        with pytest.raises(ContractError) as error:
            move_along(view(), "labels", {"a": leaf, "b": jnp.zeros((2, 4))}, IMAGE, "Op")
        return str(error.value)

    assert refused(jnp.zeros((8, 6))) == (
        "Op cannot move auxiliary fields along:\n"
        "  - data[\"labels\"]['a']: expected a mask of leading axes 6,8 as the image has them, "
        "or boxes [..., 4] of numbers, got float32[8,6]; "
        "leave it out of auxiliary_fields if it does not move with the image"
    )
    assert "got bool[3,4]" in refused(jnp.zeros((3, 4), jnp.bool_))
    assert "got float32[]" in refused(jnp.float32(1))
