"""Calls that a contract has accepted, remembered by structure, shapes, dtypes and literals."""

from contextlib import suppress
from typing import Final, TypeAlias

import jax
import jax.core
import numpy as np

Key: TypeAlias = tuple[object, ...]

# A node of the user's may carry what cannot be hashed or compared, such as an array.
_INCOMPARABLE: Final = (TypeError, ValueError)
_AT_MOST: Final = 256
_LITERALS: Final = (bool, int, float, complex, str, bytes)
# Types that have been seen: `isinstance(leaf, jax.Array)` would cost more than all the rest.
_CONCRETE: Final[dict[type, bool]] = {}


class Remembered:
    """What the arguments and results of accepted calls were; full, it starts anew."""

    __slots__ = ("_results",)

    def __init__(self) -> None:
        self._results: dict[Key, Key | None] = {}

    def knows(self, arguments: Key) -> bool:
        """Return whether arguments were accepted."""
        try:
            return arguments in self._results
        except _INCOMPARABLE:
            return False

    def knows_result(self, arguments: Key, result: Key | None) -> bool:
        """Return whether this is the result that was last accepted for accepted arguments."""
        try:
            return result is not None and self._results.get(arguments) == result
        except _INCOMPARABLE:
            return False

    def add(self, arguments: Key, result: Key | None) -> None:
        """Remember an accepted call."""
        if len(self._results) >= _AT_MOST:
            self._results.clear()
        with suppress(*_INCOMPARABLE):
            self._results[arguments] = result


def value_key(value: object) -> Key | None:
    """Return what decides whether a value fits, or None where these four do not decide."""
    leaves, tree = jax.tree_util.tree_flatten(value)
    key: list[object] = [tree]
    for leaf in leaves:
        kind = type(leaf)
        if _is_concrete(kind):
            key.append(leaf.aval)
        elif kind in _LITERALS:
            key += (kind, leaf)
        elif kind is np.ndarray:
            key += (kind, leaf.shape, leaf.dtype)
        else:
            return None
    return tuple(key)


def _is_concrete(kind: type) -> bool:
    known = _CONCRETE.get(kind)
    if known is None:
        known = issubclass(kind, jax.Array) and not issubclass(kind, jax.core.Tracer)
        _CONCRETE[kind] = known
    return known


__all__ = ["Key", "Remembered", "value_key"]
