"""Axes by their numbers, and shapes as texts and arguments."""

from collections.abc import Iterable
from contextlib import suppress

from datarax_typed.mypy_plugin.shapes.functions.arguments import (
    NotKnownError,
    integer,
    integers,
    is_none,
)
from datarax_typed.mypy_plugin.shapes.sizes import Relation, relation
from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    Axis,
    Items,
    Number,
    Several,
    Shape,
    ShapeError,
    Size,
    Value,
)

UNKNOWN_RANK: Shape = (Several(),)


def has_rank(shape: Shape) -> bool:
    """Whether the number of axes is known."""
    return not any(isinstance(axis, Several) for axis in shape)


def ranked(shape: Shape) -> tuple[Axis, ...]:
    """Return the axes of a shape whose number is known."""
    axes = tuple(axis for axis in shape if not isinstance(axis, Several))
    if len(axes) != len(shape):
        raise NotKnownError
    return axes


def shown(shape: Iterable[Axis | Several]) -> str:
    """Return a shape as Python writes a tuple: `(b, 3)`."""
    parts = [_shown_axis(axis) for axis in shape]
    return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"


def _shown_axis(axis: Axis | Several) -> str:
    if isinstance(axis, Several):
        return f"*{axis.name}" if axis.name else "..."
    return "?" if axis is None else str(axis)


def position(name: str, shape: Shape, number: int, *, more: int = 0) -> int:
    """Return where an axis is in a shape, counted from its start.

    Args:
        name: of the function, for the report.
        shape: the axes; of several axes in a row the number may be unknown.
        number: of the axis; from the end if negative.
        more: how many axes more than these may be meant.

    Raises:
        ShapeError: there is no such axis.
    """
    if not has_rank(shape):
        return _beside_several(shape, number, more)
    rank = len(shape) + more
    if not -rank <= number < rank:
        message = f"{name}: axis {number} is out of range for {shown(shape)}"
        raise ShapeError(message)
    return number % rank


def _beside_several(shape: Shape, number: int, more: int) -> int:
    """Return where an axis is, if no axes of unknown number are on the way."""
    index = number if number >= 0 else len(shape) + more + number
    passed = shape[: index + 1 - more] if number >= 0 else shape[max(index, 0) :]
    if not 0 <= index < len(shape) + more or not has_rank(passed):
        raise NotKnownError
    return index


def positions(name: str, shape: Shape, axes: Value) -> tuple[int, ...]:
    """Return where axes are in a shape, of None all of them.

    Raises:
        ShapeError: there is no such axis, or one is there twice.
    """
    if is_none(axes):
        return tuple(range(len(ranked(shape))))
    found = tuple(position(name, shape, number) for number in integers(axes))
    if len(set(found)) != len(found):
        message = f"{name}: an axis is there twice"
        raise ShapeError(message)
    return found


def check_axes(name: str, shape: Shape, axes: Value) -> None:
    """Raise ShapeError where an axis is certainly not in a shape."""
    with suppress(NotKnownError):
        positions(name, shape, axes)


def one_position(name: str, shape: Shape, axis: Value) -> int:
    """Return where the axis of an argument is in a shape."""
    return position(name, shape, integer(axis))


def replaced(shape: Shape, index: int, *axes: Axis | Several) -> Shape:
    """Return a shape with other axes in the place of one."""
    return (*shape[:index], *axes, *shape[index + 1 :])


def given_shape(value: Value) -> Shape:
    """Return the shape that an argument says: a tuple or list, or one integer."""
    match value:
        case Size() | Number("int"):
            return (_given_axis(value),)
        case Items():
            return tuple(map(_given_axis, value.items))
        case _:
            raise NotKnownError


def _given_axis(value: Value) -> Axis:
    """Return a size that an argument says, or None.

    Whoever has it unknown may not tell that it is no list of integers: mypy does.
    """
    if value in (NOTHING, Number("int")):
        return None
    if not isinstance(value, Size) or (value.number is not None and value.number < 0):
        raise NotKnownError
    return None if value.is_large else value


def product(shape: Shape) -> Axis:
    """Return the number of items of an array, or None."""
    result = Size.of(1)
    for axis in shape:
        if axis == Size.of(0):
            return Size.of(0)
    for axis in shape:
        if axis is None or isinstance(axis, Several):
            return None
        result *= axis
    return None if result.is_large else result


def total(axes: Iterable[Axis]) -> Axis:
    """Return the sum of sizes, or None."""
    result = Size.of(0)
    for axis in axes:
        if axis is None:
            return None
        result += axis
    return result


def agreed(left: Axis, right: Axis) -> Axis:
    """Return what is known of a size that two arrays must have alike."""
    if left is None or right is None:
        return right if left is None else left
    if left.number is not None:
        return left
    return left if right.number is None else right


def differ(left: Axis | Several, right: Axis | Several) -> bool:
    """Whether two sizes that must be equal are not."""
    if not isinstance(left, Size) or not isinstance(right, Size):
        return False
    return relation(left, right) in {Relation.DIFFERENT, Relation.OTHER_NAME}


__all__ = [
    "UNKNOWN_RANK",
    "agreed",
    "check_axes",
    "differ",
    "given_shape",
    "has_rank",
    "one_position",
    "position",
    "positions",
    "product",
    "ranked",
    "replaced",
    "shown",
    "total",
]
