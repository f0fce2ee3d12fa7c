import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from jaxtyping import Array

from datarax_typed.operators.image.boxes import EMPTY_BOX, Places, move_boxes
from datarax_typed.operators.image.geometry import View
from datarax_typed.operators.image.motion import motion_of_view
from datarax_typed.protocols import PyTree

WHOLE = [0.0, 0.0, 8.0, 6.0]


@jax.jit
def boxes_seen(view: View, boxes: PyTree) -> PyTree:
    return move_boxes(boxes, motion_of_view(view, (6, 8)).move_points, (6, 8), (6, 8))


def view(angle_degrees: float = 0.0, crop_scale: float = 1.0) -> View:
    return View.turned(jnp.deg2rad(jnp.float32(angle_degrees)), jnp.float32(crop_scale))


def moved(boxes: list[float], seen: View) -> list[float]:
    found: list[float] = boxes_seen(seen, jnp.array(boxes)).tolist()
    return found


def test_the_plain_view_moves_nothing() -> None:
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


def test_only_what_is_within_the_image_moves() -> None:
    assert moved([-9.0, 2.0, 5.0, 60.0], view(180.0)) == pytest.approx([3, 0, 8, 4], abs=1e-5)


def test_a_box_that_leaves_the_image_is_marked() -> None:
    assert moved([0.0, 0.0, 1.0, 1.0], view(0.0, 0.25)) == list(EMPTY_BOX)


@pytest.mark.parametrize(
    "box",
    [
        list(EMPTY_BOX),
        [3.0, 2.0, 3.0, 5.0],  # a line, which a turn would give an area
        [5.0, 2.0, 3.0, 5.0],  # turned inside out
        [-4.0, 1.0, -1.0, 3.0],  # outside of the image
        [1.0, float("nan"), 3.0, 5.0],
    ],
)
def test_a_box_without_area_never_gets_any(box: list[float]) -> None:
    assert moved(box, view(30.0, 0.5)) == list(EMPTY_BOX)


@pytest.mark.parametrize("dtype", [jnp.int16, jnp.uint8, jnp.float16, jnp.bfloat16])
def test_the_mark_is_the_same_in_every_dtype(dtype: PyTree) -> None:
    boxes = jnp.array([EMPTY_BOX, (0, 0, 1, 1), (3, 2, 5, 4)], dtype)
    result = boxes_seen(view(0.0, 0.25), boxes)
    assert result.dtype == dtype
    assert result.tolist() == [list(EMPTY_BOX), list(EMPTY_BOX), [0, 0, 8, 6]]


def test_boxes_of_integers_are_rounded() -> None:
    boxes = jnp.array([[3, 2, 5, 4]], jnp.int16)
    assert boxes_seen(view(45.0), boxes).tolist() == [[3, 2, 5, 4]]
    assert boxes_seen(view(90.0), boxes + 1).tolist() == [[4, 1, 6, 3]]


def test_what_rounding_leaves_no_area_of_is_marked() -> None:
    boxes = jnp.array([[4, 3, 5, 5]], jnp.int32)

    def shrunk(y: Places, x: Places) -> tuple[Places, Places]:
        return y / 4, x / 4

    assert move_boxes(boxes, shrunk, (6, 8), (2, 2)).tolist() == [list(EMPTY_BOX)]


def test_gradients_are_finite_whatever_the_boxes() -> None:
    boxes = jnp.asarray(np.random.default_rng(0).random((15, 4)), jnp.float32)

    def total(angle: Array) -> Array:
        found: Array = jnp.sum(boxes_seen(View.turned(angle, jnp.float32(0.8)), boxes))
        return found

    gradient = jax.jit(jax.grad(total))(jnp.float32(0.1))
    assert np.isfinite(gradient)


@given(
    arrays(np.float32, (5, 4), elements=st.floats(-20, 20, width=32)),
    st.floats(-180, 180, width=32),
    st.floats(0.25, 4, width=32),
)
def test_a_box_is_marked_or_has_an_area_within_the_image(
    boxes: PyTree, angle_degrees: float, crop_scale: float
) -> None:
    result = np.asarray(boxes_seen(view(angle_degrees, crop_scale), jnp.asarray(boxes)))
    marked = (result == EMPTY_BOX).all(-1)
    x_min, y_min, x_max, y_max = result[~marked].T
    assert (x_min >= 0).all()
    assert (y_min >= 0).all()
    assert (x_max > x_min).all()
    assert (y_max > y_min).all()
    assert (x_max <= 8).all()
    assert (y_max <= 6).all()
