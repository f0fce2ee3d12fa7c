"""Zooming and turning an image about its centre, and moving masks and boxes along."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.ndimage import map_coordinates
from jaxtyping import Array, Float, Num, Shaped

from datarax_typed.core.describe import describe_value
from datarax_typed.errors import ContractError, Problem, listing
from datarax_typed.protocols import PyTree


class View(NamedTuple):
    """What is seen of an image: a rectangle about its centre, turned, filling the whole size.

    Attributes:
        angle_radians: the content turns counter-clockwise by it, as seen with y pointing down.
        crop_scale: the rectangle's sides over the image's; more than 0, and 1 is the whole image.
    """

    angle_radians: Float[Array, ""]
    crop_scale: Float[Array, ""]

    def source(self, y: Float[Array, "..."], x: Float[Array, "..."]) -> list[Float[Array, "..."]]:
        """Return where in the image a place in the result comes from, both from the centre."""
        cos, sin, scale = self._numbers(y)
        return [scale * (cos * y + sin * x), scale * (cos * x - sin * y)]

    def target(self, y: Float[Array, "..."], x: Float[Array, "..."]) -> list[Float[Array, "..."]]:
        """Return where in the result a place in the image goes to, both from the centre."""
        cos, sin, scale = self._numbers(y)
        return [(cos * y - sin * x) / scale, (cos * x + sin * y) / scale]

    def _numbers(self, like: Float[Array, "..."]) -> tuple[Float[Array, ""], ...]:
        angle, scale = self.angle_radians, self.crop_scale
        cos, sin, scale = (n.astype(like.dtype) for n in (jnp.cos(angle), jnp.sin(angle), scale))
        return cos, sin, scale


def warp_image(view: View, image: Float[Array, "h w c"], fill: float) -> Float[Array, "h w c"]:
    """Return what is seen of an image, of the same size and dtype.

    Bilinear, differentiable in the image and in the view. Half precision is computed in single.

    Args:
        view: what is seen.
        image: the image.
        fill: the value outside of the image; its border fades into it over one pixel.
    """
    exact = _single_or_double(image)
    places = _sources(view, exact[..., 0])

    def plane(channel: Float[Array, "h w"]) -> Float[Array, "h w"]:
        sampled: Array = map_coordinates(channel, places, order=1, mode="constant", cval=fill)
        return sampled

    warped: Array = jax.vmap(plane, in_axes=-1, out_axes=-1)(exact)
    return warped.astype(image.dtype)


def warp_mask(view: View, mask: Shaped[Array, "h w *rest"]) -> Shaped[Array, "h w *rest"]:
    """Return what is seen of a mask: the nearest pixel's value, 0 outside."""
    plane = jnp.empty(mask.shape[:2], jnp.float32)
    places = (jnp.round(at).astype(jnp.int32) for at in _sources(view, plane))
    # Negative places are outside of the image, not counted from its end.
    return mask.at[tuple(places)].get(mode="fill", fill_value=0, wrap_negative_indices=False)


def warp_boxes(view: View, boxes: Num[Array, "*n 4"], size: tuple[int, ...]) -> Num[Array, "*n 4"]:
    """Return the smallest upright boxes around what becomes of boxes, clipped to the image.

    A box that leaves the image has no area. Boxes of integers are rounded to the nearest.

    Args:
        view: what is seen.
        boxes: `[x_min, y_min, x_max, y_max]` in pixels; `[0, 0, w, h]` is the whole image.
        size: the image's h and w.
    """
    height, width = size
    x_min, y_min, x_max, y_max = jnp.moveaxis(_single_or_double(boxes), -1, 0)
    corners_y = jnp.stack([y_min, y_min, y_max, y_max]) - height / 2
    corners_x = jnp.stack([x_min, x_max, x_min, x_max]) - width / 2
    y, x = view.target(corners_y, corners_x)
    y, x = jnp.clip(y + height / 2, 0, height), jnp.clip(x + width / 2, 0, width)
    hull = jnp.stack([x.min(0), y.min(0), x.max(0), y.max(0)], axis=-1)
    is_float = jnp.issubdtype(boxes.dtype, jnp.floating)
    return (hull if is_float else jnp.round(hull)).astype(boxes.dtype)


def move_along(
    view: View, key: str, auxiliary: PyTree, image: Float[Array, "h w c"], asker: str
) -> PyTree:
    """Return masks and boxes of an auxiliary field as they belong to what is seen of the image.

    An array whose leading axes are the image's h and w is a mask, of any dtype and with any further
    axes; else a numeric array whose last axis is 4 holds boxes.

    Args:
        view: what is seen.
        key: the name of the auxiliary field.
        auxiliary: its value: an array, or a PyTree of arrays.
        image: the image before it was moved.
        asker: who moves it, for the message.

    Raises:
        ContractError: an array is neither a mask nor boxes.
    """
    size = image.shape[:2]
    problems = [
        _unknown(f'data["{key}"]{jax.tree_util.keystr(path)}', leaf, size)
        for path, leaf in jax.tree_util.tree_leaves_with_path(auxiliary)
        if not (_is_mask(leaf, size) or _are_boxes(leaf))
    ]
    if problems:
        title = f"{asker} cannot move auxiliary fields along:"
        raise ContractError(listing(title, problems), tuple(problems))

    def move(leaf: Array) -> Array:
        return warp_mask(view, leaf) if _is_mask(leaf, size) else warp_boxes(view, leaf, size)

    return jax.tree.map(move, auxiliary)


def _sources(view: View, plane: Float[Array, "h w"]) -> list[Float[Array, "h w"]]:
    """Return the row and the column in the image that every pixel of the result comes from."""
    middle = [(n - 1) / 2 for n in plane.shape]
    axes = [jnp.arange(n, dtype=plane.dtype) for n in plane.shape]
    y, x = jnp.meshgrid(*axes, indexing="ij")
    from_centre = view.source(y - middle[0], x - middle[1])
    return [at + half for at, half in zip(from_centre, middle, strict=True)]


def _single_or_double(array: Num[Array, "..."]) -> Float[Array, "..."]:
    return array if array.dtype == jnp.float64 else array.astype(jnp.float32)


def _is_mask(leaf: Array, size: tuple[int, ...]) -> bool:
    return leaf.shape[:2] == size


def _are_boxes(leaf: Array) -> bool:
    return leaf.shape[-1:] == (4,) and leaf.dtype != jnp.bool_


def _unknown(where: str, leaf: Array, size: tuple[int, ...]) -> Problem:
    return Problem(
        where,
        f"a mask of leading axes {size[0]},{size[1]} as the image has them, "
        "or boxes [..., 4] of numbers",
        describe_value(leaf),
        "leave it out of auxiliary_fields if it does not move with the image",
    )


__all__ = ["View", "move_along", "warp_boxes", "warp_image", "warp_mask"]
