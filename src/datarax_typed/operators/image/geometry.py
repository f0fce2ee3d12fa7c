"""Seeing an image otherwise: turned, zoomed, sheared, moved, cut out, with its pixels' values."""

from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.ndimage import map_coordinates
from jaxtyping import Array, Bool, Float, Int, Shaped

from datarax_typed.core.precision import single_or_double

# A scale may be learned to be less; that would be a division by next to nothing.
LEAST_SCALE: Final = 1e-3


class View(NamedTuple):
    """What is seen of an image through an affine map about its centre, filling the whole size.

    Places are rows y and columns x in pixels from the centre, y pointing down.

    Attributes:
        matrix: takes a place in the result, less the shift, to the place in the image.
        shift: where the centre of the image goes to, y and x.
    """

    matrix: Float[Array, "2 2"]
    shift: Float[Array, "2"]

    @classmethod
    def turned(cls, angle_radians: Float[Array, ""], crop_scale: Float[Array, ""]) -> "View":
        """Return the view of a rectangle about the centre.

        Args:
            angle_radians: the content turns counter-clockwise by it.
            crop_scale: the rectangle's sides over the image's; more than 0, 1 is the whole image.
        """
        cos, sin = crop_scale * jnp.cos(angle_radians), crop_scale * jnp.sin(angle_radians)
        return cls(_matrix(cos, sin, -sin, cos), jnp.zeros_like(cos, shape=(2,)))

    def source(self, y: Float[Array, "..."], x: Float[Array, "..."]) -> list[Float[Array, "..."]]:
        """Return where in the image a place in the result comes from."""
        down, right = self.shift.astype(y.dtype)
        return _times(self.matrix, y - down, x - right)

    def target(self, y: Float[Array, "..."], x: Float[Array, "..."]) -> list[Float[Array, "..."]]:
        """Return where in the result a place in the image goes to."""
        (a, b), (c, d) = self.matrix
        inverse = _matrix(d, -b, -c, a) / (a * d - b * c)
        moved = _times(inverse, y, x)
        return [at + by for at, by in zip(moved, self.shift.astype(y.dtype), strict=True)]


def warp_image(view: View, image: Float[Array, "h w c"], fill: float) -> Float[Array, "h w c"]:
    """Return what is seen of an image, of the same size and dtype.

    Bilinear, differentiable in the image and in the view. Half precision is computed in single.

    Args:
        view: what is seen.
        image: the image.
        fill: the value outside of the image; its border fades into it over one pixel.
    """
    exact = single_or_double(image)
    places = _sources(view, exact[..., 0])

    def plane(channel: Float[Array, "h w"]) -> Float[Array, "h w"]:
        sampled: Array = map_coordinates(channel, places, order=1, mode="constant", cval=fill)
        return sampled

    warped: Array = jax.vmap(plane, in_axes=-1, out_axes=-1)(exact)
    return warped.astype(image.dtype)


def warp_mask(view: View, mask: Shaped[Array, "h w *rest"]) -> Shaped[Array, "h w *rest"]:
    """Return what is seen of a mask: the nearest pixel's value, 0 outside."""
    plane = jnp.empty(mask.shape[:2], jnp.float32)
    y, x = (jnp.round(at).astype(jnp.int32) for at in _sources(view, plane))
    # Negative places are outside of the image, not counted from its end.
    return mask.at[y, x].get(mode="fill", fill_value=0, wrap_negative_indices=False)


def pick(
    array: Shaped[Array, "h w *rest"], rows: Int[Array, "rows"], columns: Int[Array, "columns"]
) -> Shaped[Array, "rows columns *rest"]:
    """Return the pixels of some rows and columns, all within the array."""
    places = (rows[:, None], columns[None, :])
    return array.at[places].get(mode="clip", wrap_negative_indices=False)


def flip(
    array: Shaped[Array, "h w *rest"], axis: int, happens: Bool[Array, ""] | None
) -> Shaped[Array, "h w *rest"]:
    """Return the array with the order of an axis reversed: always, or only if it happens."""
    flipped = jnp.flip(array, axis)
    return flipped if happens is None else jnp.where(happens, flipped, array)


def _sources(view: View, plane: Float[Array, "h w"]) -> list[Float[Array, "h w"]]:
    """Return the row and the column in the image that every pixel of the result comes from."""
    middle = [(n - 1) / 2 for n in plane.shape]
    axes = [jnp.arange(n, dtype=plane.dtype) for n in plane.shape]
    y, x = jnp.meshgrid(*axes, indexing="ij")
    from_centre = view.source(y - middle[0], x - middle[1])
    return [at + half for at, half in zip(from_centre, middle, strict=True)]


def _matrix(*entries: Float[Array, ""]) -> Float[Array, "2 2"]:
    return jnp.stack(entries).reshape(2, 2)


def _times(
    matrix: Float[Array, "2 2"], y: Float[Array, "..."], x: Float[Array, "..."]
) -> list[Float[Array, "..."]]:
    # Not a matrix product: accelerators round those more coarsely than a pixel.
    return [a * y + b * x for a, b in matrix.astype(y.dtype)]


__all__ = ["LEAST_SCALE", "View", "flip", "pick", "warp_image", "warp_mask"]
