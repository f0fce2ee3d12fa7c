"""Moving masks and boxes along with their image."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Shaped

from datarax_typed.core.describe import describe_value
from datarax_typed.errors import ContractError, Problem, listing
from datarax_typed.operators.image.boxes import MovePoints, Places, move_boxes
from datarax_typed.operators.image.geometry import View, warp_mask
from datarax_typed.operators.image.sizes import is_known
from datarax_typed.protocols import PyTree


class Motion(NamedTuple):
    """How an operator moves what belongs to an image.

    Attributes:
        move_mask: makes of a mask, `h w` and any further axes, that of the new image.
        move_points: where places of the old image, rows and columns in pixels from its corner, are
            in the new one; a box becomes the upright hull of its moved corners.
        new_size: h and w of the new image.
    """

    move_mask: Callable[[Shaped[Array, "..."]], Shaped[Array, "..."]]
    move_points: MovePoints
    new_size: tuple[int, ...]


def motion_of_view(view: View, size: tuple[int, ...]) -> Motion:
    """Return how masks and boxes move to what is seen of an image of a size."""
    middle_y, middle_x = (n / 2 for n in size)

    def move_points(y: Places, x: Places) -> tuple[Places, Places]:
        moved_y, moved_x = view.target(y - middle_y, x - middle_x)
        return moved_y + middle_y, moved_x + middle_x

    return Motion(lambda mask: warp_mask(view, mask), move_points, size)


def move_along(
    motion: Motion, key: str, auxiliary: PyTree, image: Float[Array, "h w c"], asker: str
) -> PyTree:
    """Return masks and boxes of an auxiliary field as they belong to the image that has moved.

    An array whose leading axes are the image's h and w is a mask, of any dtype and with any further
    axes; else an array of real numbers whose last axis is 4 holds boxes, see `move_boxes`.

    Args:
        motion: how they move.
        key: the name of the auxiliary field.
        auxiliary: its value: an array, or a PyTree of arrays.
        image: the image before it was moved.
        asker: who moves it, for the message.

    Raises:
        ContractError: an array is neither a mask nor boxes, or boxes are of integers too small for
            the new image.
    """
    size = image.shape[:2]
    _check(motion, key, auxiliary, size, asker)

    def move(leaf: Array) -> Array:
        if _is_mask(leaf, size):
            return motion.move_mask(leaf)
        return move_boxes(leaf, motion.move_points, size, motion.new_size)

    return jax.tree.map(move, auxiliary)


def _check(motion: Motion, key: str, auxiliary: PyTree, size: tuple[int, ...], asker: str) -> None:
    problems = [
        problem
        for path, leaf in jax.tree_util.tree_leaves_with_path(auxiliary)
        if not _is_mask(leaf, size)
        for problem in _problems(f'data["{key}"]{jax.tree_util.keystr(path)}', leaf, size, motion)
    ]
    if problems:
        title = f"{asker} cannot move auxiliary fields along:"
        raise ContractError(listing(title, problems), tuple(problems))


def _is_mask(leaf: Array, size: tuple[int, ...]) -> bool:
    return leaf.shape[:2] == size


def _problems(where: str, leaf: Array, size: tuple[int, ...], motion: Motion) -> Iterator[Problem]:
    is_integer = jnp.issubdtype(leaf.dtype, jnp.integer)
    if leaf.shape[-1:] != (4,) or not (is_integer or jnp.issubdtype(leaf.dtype, jnp.floating)):
        expected = (
            f"a mask of leading axes {size[0]},{size[1]} as the image has them, "
            "or boxes [..., 4] of numbers"
        )
        mend = "leave it out of auxiliary_fields if it does not move with the image"
        yield Problem(where, expected, describe_value(leaf), mend)
    elif is_integer and any(_exceeds(n, leaf.dtype) for n in motion.new_size):
        expected = f"boxes of a dtype that holds {max(motion.new_size)}"
        yield Problem(where, expected, describe_value(leaf), "convert the boxes to int32")


def _exceeds(size: int, dtype: jnp.dtype) -> bool:
    return is_known(size) and size > int(np.iinfo(dtype).max)


__all__ = ["Motion", "motion_of_view", "move_along"]
