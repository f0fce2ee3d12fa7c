"""Operands of elementwise functions: arrays and Python numbers, brought to one shape."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from datarax_typed.mypy_plugin.shapes.dtypes import Kind
from datarax_typed.mypy_plugin.shapes.functions.arguments import NotKnownError, unwrapped
from datarax_typed.mypy_plugin.shapes.functions.axes import shown
from datarax_typed.mypy_plugin.shapes.functions.kinds import DEFAULT, UNKNOWN, Dtypes, common
from datarax_typed.mypy_plugin.shapes.values import (
    ArrayValue,
    Axis,
    Constant,
    Number,
    Several,
    Shape,
    ShapeError,
    Size,
    Value,
)


@dataclass(frozen=True, slots=True)
class Operand:
    """An array, or a Python number with its kind.

    Attributes:
        shape: its axes.
        dtypes: which it may have, if it is an array.
        kind: "bool" to "complex", if it is a Python number.
    """

    shape: Shape
    dtypes: Dtypes
    kind: Kind | None = None


def operand(value: Value) -> Operand:
    """Return an argument as operand."""
    match unwrapped(value):
        case ArrayValue(dtypes, shape):
            return Operand(shape, dtypes)
        case Size() | Number("int"):
            return Operand((), UNKNOWN, "int")
        case Number():
            return Operand((), _ANY_REAL)
        case Constant(number) if type(number) in _KIND_OF:
            return Operand((), UNKNOWN, _KIND_OF[type(number)])
        case _:
            raise NotKnownError


# JAX lets arrays of these give way, as it does Python's numbers; that is among what may be.
_ANY_REAL: Final = DEFAULT["bool"] | DEFAULT["int"] | DEFAULT["float"]
_KIND_OF: Final[dict[type, Kind]] = {bool: "bool", float: "float", complex: "complex"}


def together(operands: Sequence[Operand]) -> Dtypes:
    """Return the dtypes that operands are promoted to."""
    arrays = [one.dtypes for one in operands if one.kind is None]
    return common(arrays, [one.kind for one in operands if one.kind is not None])


def broadcast(name: str, shapes: Sequence[Shape]) -> Shape:
    """Return the shape of arrays broadcast together.

    Args:
        name: of the function, for the report.
        shapes: of the arrays, one at least.

    Raises:
        ShapeError: two sizes are known, different, and none of them is 1.
    """
    result = shapes[0]
    for shape in shapes[1:]:
        result = _pair(name, result, shape)
    return result


def _pair(name: str, left: Shape, right: Shape) -> Shape:
    first, second, done = [*left], [*right], list[Axis | Several]()
    while first and second:
        one, other = first[-1], second[-1]
        if isinstance(one, Several) or isinstance(other, Several):
            if one != other or not getattr(one, "name", ""):
                return (Several(), *reversed(done))
            done.append(one)
        else:
            if _clash(one, other):
                message = f"{name}: {shown(left)} and {shown(right)} do not broadcast"
                raise ShapeError(message)
            done.append(wider(one, other))
        first.pop()
        second.pop()
    return (*first, *second, *reversed(done))


def _clash(one: Axis, other: Axis) -> bool:
    numbers = {None if axis is None else axis.number for axis in (one, other)}
    return len(numbers) == 2 and not numbers & {None, 1}


def wider(one: Axis, other: Axis) -> Axis:
    """Return the size of two axes that are broadcast together, or None."""
    if one == other:
        return one
    for axis, opposite in ((one, other), (other, one)):
        number = None if axis is None else axis.number
        if number == 1:
            return opposite
        if number is not None:
            return axis
    return None


__all__ = ["Operand", "broadcast", "operand", "together", "wider"]
