"""What a call hands over, read by the signature of the function that is called."""

import inspect
from collections.abc import Callable
from functools import cache, wraps
from typing import Final, TypeAlias

from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    ArrayValue,
    Call,
    Constant,
    Items,
    Made,
    Size,
    Value,
)

Function: TypeAlias = Callable[[Call], Value]

# Defaults of arguments.
NONE: Final = Constant(None)
NO: Final = Constant(False)
YES: Final = Constant(True)
LAST: Final = Size.of(-1)
ZERO: Final = Size.of(0)
ONE: Final = Size.of(1)


# Of the hundreds of functions, a program calls a few.
_signature: Final = cache(inspect.signature)


class NotKnownError(Exception):
    """An argument is not what can be followed: nothing is known of the result."""


def entry(function: Callable[..., Value]) -> Function:
    """Return a function of a call, from one with the real parameters.

    A call that does not fit the parameters is for mypy to report.

    Args:
        function: takes values, raises NotKnownError where it gives up.
    """

    @wraps(function)
    def called(call: Call) -> Value:
        try:
            bound = _signature(function).bind(*call.positional, **call.keywords)
        except TypeError:
            return NOTHING
        try:
            return function(*bound.args, **bound.kwargs)
        except NotKnownError:
            return NOTHING

    return called


def array(value: Value) -> ArrayValue:
    """Return an array, of an `nnx.Param` the one that it holds."""
    held = unwrapped(value)
    if not isinstance(held, ArrayValue):
        raise NotKnownError
    return held


def unwrapped(value: Value) -> Value:
    """Return what an `nnx.Variable` holds, anything else as it is."""
    if isinstance(value, Made) and value.kind in HOLDERS:
        return value.facts.get("value", NOTHING)
    return value


HOLDERS: Final = ("flax.nnx.Param", "flax.nnx.Variable", "flax.nnx.BatchStat", "flax.nnx.Cache")


def integer(value: Value) -> int:
    """Return a whole number."""
    if not isinstance(value, Size) or value.number is None:
        raise NotKnownError
    return value.number


def size(value: Value) -> Size:
    """Return an integer, maybe one with a name."""
    if not isinstance(value, Size):
        raise NotKnownError
    return value


def flag(value: Value) -> bool:
    """Return True or False."""
    if not isinstance(value, Constant) or not isinstance(value.value, bool):
        raise NotKnownError
    return value.value


def text(value: Value) -> str:
    """Return a text."""
    if not isinstance(value, Constant) or not isinstance(value.value, str):
        raise NotKnownError
    return value.value


def is_none(value: Value) -> bool:
    """Whether it is None."""
    return value == NONE


def items(value: Value) -> tuple[Value, ...]:
    """Return the items of a tuple or list."""
    if not isinstance(value, Items):
        raise NotKnownError
    return value.items


def integers(value: Value) -> tuple[int, ...]:
    """Return whole numbers: of a tuple or list, or the one that it is."""
    return tuple(map(integer, value.items)) if isinstance(value, Items) else (integer(value),)


def require(known: bool) -> None:
    """Raise NotKnownError unless something is so."""
    if not known:
        raise NotKnownError


__all__ = [
    "HOLDERS",
    "LAST",
    "NO",
    "NONE",
    "ONE",
    "YES",
    "ZERO",
    "Function",
    "NotKnownError",
    "array",
    "entry",
    "flag",
    "integer",
    "integers",
    "is_none",
    "items",
    "require",
    "size",
    "text",
    "unwrapped",
]
