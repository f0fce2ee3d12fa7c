"""Boxes that move with an image: clipped to it, and marked where nothing is left of them."""

from collections.abc import Callable
from functools import reduce
from typing import Final, TypeAlias

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Num, Real

from datarax_typed.core.precision import single_or_double

Places: TypeAlias = Float[Array, "..."]
# Where places of the old image, rows and columns in pixels from its corner, are in the new one.
MovePoints: TypeAlias = Callable[[Places, Places], tuple[Places, Places]]

# What stands for a box of which nothing is left, in every dtype. It has no area, and nothing that
# has none gets any again: the mark stays through all further operators.
EMPTY_BOX: Final[tuple[int, int, int, int]] = (0, 0, 0, 0)


def move_boxes(
    boxes: Real[Array, "*n 4"],
    move_points: MovePoints,
    old_size: tuple[int, ...],
    new_size: tuple[int, ...],
) -> Real[Array, "*n 4"]:
    """Return the smallest upright boxes around what becomes of boxes, clipped to the new image.

    Only what lies within the old image moves. Boxes of integers are rounded to the nearest. A box
    that has no area, before or after, becomes `EMPTY_BOX`; one with a NaN has none.

    Args:
        boxes: `[x_min, y_min, x_max, y_max]` in pixels; `[0, 0, w, h]` is the whole image.
        move_points: where places of the old image are in the new one.
        old_size: h and w of the image before.
        new_size: h and w of the image after.
    """
    seen = _clipped(single_or_double(boxes), old_size)
    x_min, y_min, x_max, y_max = jnp.moveaxis(seen, -1, 0)
    corners_y = jnp.stack([y_min, y_min, y_max, y_max])
    corners_x = jnp.stack([x_min, x_max, x_min, x_max])
    y, x = move_points(corners_y, corners_x)
    # Not `x.min(0)`: where a compiler computes x twice and rounds otherwise, its gradient is NaN.
    sides = [reduce(choose, at) for choose in (jnp.minimum, jnp.maximum) for at in (x, y)]
    hull = jnp.stack(sides, axis=-1)
    moved = _rounded(_clipped(hull, new_size), boxes.dtype)
    return jnp.where(_has_area(seen) & _has_area(moved), moved, jnp.asarray(0, moved.dtype))


def _clipped(boxes: Float[Array, "*n 4"], size: tuple[int, ...]) -> Float[Array, "*n 4"]:
    limits = jnp.stack([jnp.asarray(n, boxes.dtype) for n in (size[1], size[0]) * 2])
    return jnp.clip(boxes, 0, jnp.broadcast_to(limits, boxes.shape))


def _has_area(boxes: Num[Array, "*n 4"]) -> Bool[Array, "*n 1"]:
    return jnp.all(boxes[..., 2:] > boxes[..., :2], axis=-1, keepdims=True)


def _rounded(boxes: Float[Array, "*n 4"], dtype: jnp.dtype) -> Num[Array, "*n 4"]:
    is_float = jnp.issubdtype(dtype, jnp.floating)
    return (boxes if is_float else jnp.round(boxes)).astype(dtype)


__all__ = ["EMPTY_BOX", "MovePoints", "move_boxes"]
