"""Operators: of arrays, and of the integers that sizes are."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from datarax_typed.mypy_plugin.arithmetic import combined, negated
from datarax_typed.mypy_plugin.shapes.dtypes import shown as dtypes_shown
from datarax_typed.mypy_plugin.shapes.functions.arguments import (
    Function,
    NotKnownError,
    entry,
    unwrapped,
)
from datarax_typed.mypy_plugin.shapes.functions.broadcasting import broadcast, operand, together
from datarax_typed.mypy_plugin.shapes.functions.elementwise import (
    Rule,
    counted,
    either,
    same,
    truth,
)
from datarax_typed.mypy_plugin.shapes.functions.kinds import DEFAULT, INEXACT, inexact, real
from datarax_typed.mypy_plugin.shapes.functions.products import matmul
from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    ArrayValue,
    Constant,
    Items,
    Number,
    ShapeError,
    Size,
    Value,
)

# A Python number with a point whose value is not known counts as an array that gives way.
SOME_FLOAT: Final = ArrayValue(DEFAULT["float"], ())
# Longer lists are no shapes, and may grow with each line that doubles them.
_MOST_ITEMS: Final = 64

_ARRAY_RULES: Final[Mapping[str, tuple[str, Rule]]] = {
    "+": ("add", same),
    "-": ("subtract", same),
    "*": ("multiply", same),
    "/": ("divide", inexact),
    "//": ("floor_divide", counted),
    "%": ("remainder", counted),
    "**": ("power", either),
    "<": ("less", truth),
    "<=": ("less_equal", truth),
    ">": ("greater", truth),
    ">=": ("greater_equal", truth),
    "==": ("equal", truth),
    "!=": ("not_equal", truth),
    "&": ("bitwise_and", same),
    "|": ("bitwise_or", same),
    "^": ("bitwise_xor", same),
    "<<": ("left_shift", counted),
    ">>": ("right_shift", counted),
}
_OF_BITS: Final = {"&", "|", "^", "<<", ">>"}
_OF_SIZES: Final[Mapping[str, Callable[[Size, Size], Size]]] = {
    "+": Size.__add__,
    "-": Size.__sub__,
    "*": Size.__mul__,
    "//": Size.floordiv,
    "%": Size.mod,
    "**": Size.power,
}


def _binary(symbol: str) -> Function:
    def operator(left: Value, right: Value, /) -> Value:
        one, other = unwrapped(left), unwrapped(right)
        if isinstance(one, ArrayValue) or isinstance(other, ArrayValue):
            return _of_arrays(symbol, one, other)
        if isinstance(one, Items) or isinstance(other, Items):
            return _of_items(symbol, one, other)
        return _of_numbers(symbol, one, other)

    return entry(operator)


def _of_arrays(symbol: str, left: Value, right: Value) -> Value:
    name, rule = _ARRAY_RULES[symbol]
    found = [operand(left), operand(right)]
    shape = broadcast(name, [one.shape for one in found])
    if symbol in _OF_BITS:
        for one in found:
            _check_bits(name, one.dtypes)
    return ArrayValue(rule(together(found)), shape)


def _check_bits(name: str, dtypes: frozenset[str]) -> None:
    if dtypes and dtypes <= INEXACT:
        message = f"{name}: {dtypes_shown(dtypes)} has no bits to combine"
        raise ShapeError(message, is_dtype=True)


def _of_items(symbol: str, left: Value, right: Value) -> Value:
    match symbol, left, right:
        case "+", Items(first) as one, Items(second):
            is_short = len(first) + len(second) <= _MOST_ITEMS
            return replace(one, items=first + second) if is_short else NOTHING
        case ("*", Items() as one, Size() as times) | ("*", Size() as times, Items() as one):
            return _times(one, times.number)
        case _:
            return NOTHING


def _times(parts: Items, count: int | None) -> Value:
    if count is None or count * len(parts.items) > _MOST_ITEMS:
        return NOTHING
    return replace(parts, items=parts.items * count)


def _of_numbers(symbol: str, left: Value, right: Value) -> Value:
    one, other = _python(left), _python(right)
    if one is not None and other is not None:
        return _value(_compared(symbol, one, other))
    if isinstance(left, Size) and isinstance(right, Size):
        return _of_sizes(symbol, left, right)
    if isinstance(left, Number) or isinstance(right, Number):
        return _of_types(symbol, left, right)
    kinds = {type(one), type(other)}
    is_arithmetic = symbol in {*_OF_SIZES, "/"}
    return SOME_FLOAT if is_arithmetic and float in kinds and _one_is_size(left, right) else NOTHING


def _of_types(symbol: str, left: Value, right: Value) -> Value:
    """Return a number of which the type alone is known."""
    kinds = {_kind(left), _kind(right)}
    if symbol not in {*_OF_SIZES, "/"} or None in kinds:
        return NOTHING
    # A whole number to a negative power is none.
    is_whole = kinds == {"int"} and symbol not in {"/", "**"}
    return Number("int" if is_whole else "float")


def _kind(value: Value) -> str | None:
    match value:
        case Size():
            return "int"
        case Number():
            return value.kind
        case Constant(float()):
            return "float"
        case _:
            return None


def _one_is_size(left: Value, right: Value) -> bool:
    return isinstance(left, Size) or isinstance(right, Size)


def _of_sizes(symbol: str, left: Size, right: Size) -> Value:
    if symbol == "/":
        return SOME_FLOAT
    operation = _OF_SIZES.get(symbol)
    if operation is None or (symbol == "**" and (right.number is None or right.number < 0)):
        return NOTHING
    if symbol in {"//", "%"} and right.number == 0:
        return NOTHING
    result = operation(left, right)
    return NOTHING if result.is_large else result


def _python(value: Value) -> object | None:
    """Return the Python value that is known, or None."""
    match value:
        case Size():
            return value.number
        case Constant():
            return value.value
        case _:
            return None


_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], object]]] = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
    "==": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
}


def _compared(symbol: str, one: object, other: object) -> object | None:
    comparison = _COMPARISONS.get(symbol)
    if comparison is None:
        return combined(symbol, one, other)
    try:
        return comparison(one, other)
    except TypeError:
        return None


def _value(result: object) -> Value:
    match result:
        case bool() | float() | complex() | str() | bytes():
            return Constant(result)
        case int():
            return Size.of(result)
        case _:
            return NOTHING


def negative(operand: Value, /) -> Value:
    """Return `-x`."""
    match unwrapped(operand):
        case Size() as size:
            return -size
        case Number() as number:
            return number
        case Constant(value):
            return _value(negated(value))
        case ArrayValue() as array:
            return array
        case _:
            return NOTHING


def inverted(operand: Value, /) -> Value:
    """Return `~x`."""
    array = unwrapped(operand)
    if not isinstance(array, ArrayValue):
        return NOTHING
    _check_bits("bitwise_not", array.dtypes)
    return array


def absolute(operand: Value, /) -> Value:
    """Return `abs(x)`."""
    match unwrapped(operand):
        case Size() as size if size.number is not None:
            return Size.of(abs(size.number))
        case Number() as number:
            return number
        case ArrayValue(dtypes, shape):
            return ArrayValue(real(dtypes), shape)
        case _:
            return NOTHING


def positive(operand: Value, /) -> Value:
    """Return `+x`."""
    return unwrapped(operand)


def _signed(unary: Function, binary: Function) -> Function:
    return lambda call: (unary if len(call.positional) == 1 else binary)(call)


OPERATORS: Final[Mapping[str, Function]] = {
    **{symbol: _binary(symbol) for symbol in _ARRAY_RULES},
    "+": _signed(entry(positive), _binary("+")),
    "-": _signed(entry(negative), _binary("-")),
    "~": entry(inverted),
    "abs": entry(absolute),
    "@": entry(matmul),
}


def _root(x: Value, /) -> Value:
    """Return a number with a point: which one does not matter for shapes."""
    if isinstance(x, Size | Constant | Number) or x == SOME_FLOAT:
        return SOME_FLOAT
    raise NotKnownError


def _product(values: Value, /) -> Value:
    if not isinstance(values, Items):
        return NOTHING
    result: Value = Size.of(1)
    for value in values.items:
        result = _of_numbers("*", result, value)
    return result


TABLE: Final[Mapping[str, Function]] = {
    **{f"math.{name}": entry(_root) for name in ("sqrt", "log", "log2", "exp", "sin", "cos")},
    "math.prod": entry(_product),
    "builtins.abs": entry(absolute),
    "builtins.float": entry(_root),
}

__all__ = ["OPERATORS", "SOME_FLOAT", "TABLE"]
