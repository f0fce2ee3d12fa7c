"""Arithmetic on values that source text tells."""

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

CONSTANTS: Final[Mapping[str, float]] = {
    f"math.{name}": getattr(math, name) for name in ("e", "inf", "nan", "pi", "tau")
}
# So that no expression of a few letters fills the memory.
_LONGEST: Final = 10_000
_LARGEST_EXPONENT: Final = 64
_MOST_BITS: Final = 1024

_OPERATIONS: Final[Mapping[str, Callable[[Any, Any], object]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "|": operator.or_,
}


def negated(value: object) -> object | None:
    """Return -value, or None where that is no number."""
    return -value if isinstance(value, int | float | complex) else None


def combined(symbol: str, left: object, right: object) -> object | None:
    """Return the result of an operation, or None where it is not known."""
    operation = _OPERATIONS.get(symbol)
    if operation is None or not _is_small(symbol, left, right):
        return None
    try:
        result = operation(left, right)
    except (ArithmeticError, TypeError, ValueError):
        return None
    return None if isinstance(result, int) and result.bit_length() > _MOST_BITS else result


def _is_small(symbol: str, left: object, right: object) -> bool:
    if symbol == "%" and isinstance(left, str | bytes):
        # Formatting, which may ask for any width.
        return False
    if symbol == "**":
        return isinstance(right, int | float) and abs(right) <= _LARGEST_EXPONENT
    sizes = [len(side) for side in (left, right) if isinstance(side, str | bytes | list | tuple)]
    counts = [side for side in (left, right) if isinstance(side, int)]
    # Of two texts, the sum may double with each line.
    times = max([*counts, 1]) if symbol == "*" else 2
    return not sizes or times * max(sizes) <= _LONGEST


__all__ = ["CONSTANTS", "combined", "negated"]
