"""Values with an axis more or less, as `jax.vmap` gives and takes them."""

from collections.abc import Callable
from dataclasses import replace

from datarax_typed.mypy_plugin.shapes.functions.arguments import NotKnownError
from datarax_typed.mypy_plugin.shapes.functions.axes import position, replaced
from datarax_typed.mypy_plugin.shapes.functions.broadcasting import operand, together
from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    ArrayValue,
    Axis,
    Constant,
    Either,
    Items,
    Number,
    Record,
    Size,
    Value,
)


def added_axis(value: Value, axis: int, size: Axis) -> Value:
    """Return a value with a further axis in each of its arrays.

    Args:
        value: an array, or tuples and dicts of them.
        axis: where it is in the result; from the end if negative.
        size: of the axis, or None.
    """

    def extended(array: ArrayValue) -> Value:
        index = position("vmap", array.shape, axis, more=1)
        return ArrayValue(array.dtypes, (*array.shape[:index], size, *array.shape[index:]))

    return _each(value, extended)


def removed_axis(value: Value, axis: int) -> Value:
    """Return a value without an axis in each of its arrays.

    Raises:
        ShapeError: an array has no such axis.
    """

    def reduced(array: ArrayValue) -> Value:
        index = position("vmap", array.shape, axis)
        return ArrayValue(array.dtypes, replaced(array.shape, index))

    return _each(value, reduced)


def axis_size(value: Value, axis: int) -> Axis:
    """Return the size of an axis that is in each array of a value, or None."""
    sizes = list[Axis]()

    def seen(array: ArrayValue) -> Value:
        along = array.shape[position("vmap", array.shape, axis)]
        sizes.append(along if isinstance(along, Size) else None)
        return array

    _each(value, seen)
    known = [size for size in sizes if size is not None]
    return next((size for size in known if size.number is not None), known[0] if known else None)


def _each(value: Value, function: Callable[[ArrayValue], Value]) -> Value:
    """Return a value with a function applied to each array; NOTHING where that is not known."""
    match value:
        case ArrayValue():
            try:
                return function(value)
            except NotKnownError:
                return NOTHING
        case Size() | Number() | Constant(bool() | float() | complex()):
            return _each(ArrayValue(together([operand(value)]), ()), function)
        case Items(items):
            return replace(value, items=tuple(_each(item, function) for item in items))
        case Record(fields, is_whole, _):
            done = {name: _each(item, function) for name, item in fields.items()}
            return Record(done, is_whole)
        case Either(options):
            return Either(tuple(_each(option, function) for option in options))
        case Constant(None):
            return value
        case _:
            return NOTHING


__all__ = ["added_axis", "axis_size", "removed_axis"]
