"""Calls that a contract has accepted, remembered by structure, shapes, dtypes and literals."""

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Final, NamedTuple, TypeAlias

import jax
import jax.core
import numpy as np
from jax.tree_util import default_registry

from datarax_typed.core.axes import Bindings
from datarax_typed.core.tracing import is_tracing

Key: TypeAlias = tuple[object, ...]

# A node of the user's may carry what cannot be hashed or compared, such as an array.
_INCOMPARABLE: Final = (TypeError, ValueError)
_AT_MOST: Final = 256
_LONGEST_TEXT: Final = 1000
_LITERALS: Final = frozenset({type(None), bool, int, float, complex, str, bytes})
_DICTS: Final = frozenset({OrderedDict, defaultdict})
_INT: Final = frozenset({int})
_STR: Final = frozenset({str})
# Types that have been seen: `isinstance(leaf, jax.Array)` would cost more than all the rest.
_CONCRETE: Final[set[type]] = set()
_TRACERS: Final[set[type]] = set()
_KEYWORDS: Final = object()


class Accepted(NamedTuple):
    """What is known of an accepted call.

    Attributes:
        result: what `note` says of the result that was last accepted; None is nothing.
        bindings: the axes that the arguments bind.
    """

    result: list[object] | None
    bindings: Bindings


class Remembered:
    """Accepted calls, by the keys of their arguments; full, it starts anew."""

    __slots__ = ("_calls",)

    def __init__(self) -> None:
        self._calls: dict[Key | None, Accepted] = {}

    def get(self, arguments: Key | None) -> Accepted | None:
        """Return what is known of a call with these arguments; None if none was accepted."""
        try:
            return self._calls.get(arguments)
        except _INCOMPARABLE:
            return None

    def add(self, arguments: Key, accepted: Accepted) -> None:
        """Remember an accepted call, as far as it cannot be taken for another that does not fit."""
        if not all(map(_lasts, arguments)):
            return
        if not all(map(_lasts, accepted.result or ())):
            accepted = Accepted(None, accepted.bindings)
        if len(self._calls) >= _AT_MOST:
            self._calls.clear()
        with suppress(*_INCOMPARABLE):
            self._calls[arguments] = accepted


def _lasts(part: object) -> bool:
    if type(part) is tuple:
        # The names of a dict: 1 and True are equal, and not the same.
        return _STR.issuperset(map(type, part))
    return not isinstance(part, str | bytes) or len(part) <= _LONGEST_TEXT


class _Node(NamedTuple):
    """A node of a tree: what it is, and all of it but its children."""

    kind: type
    size: int
    outline: object


def is_literal(value: object) -> bool:
    """Return whether a value that equals this one, and has its type, cannot be told from it."""
    return type(value) in _LITERALS


def same(left: list[object] | None, right: list[object] | None) -> bool:
    """Return whether two results are known to be alike."""
    try:
        return left is not None and left == right
    except _INCOMPARABLE:
        return False


def note(parts: list[object], values: Iterable[Any]) -> bool:  # any arguments of a call
    """Add to a key what decides whether values fit; return whether it does.

    Of arrays and tracers that is what JAX knows while it traces: a key holds none of them.
    """
    # What a value adds shows where it ends, so that no two sequences of values read alike.
    for value in values:
        kind = type(value)
        if kind in _CONCRETE:
            parts.append(value.aval)
        elif kind is dict:
            parts.append(tuple(value))
            if not note(parts, value.values()):
                return False
        elif kind in _LITERALS:
            parts += (kind, value)
        elif not _note_rarer(parts, kind, value):
            return False
    return True


def note_keywords(parts: list[object], keywords: Mapping[str, object]) -> bool:
    """Add keyword arguments to a key; see `note`."""
    # A dict that is given by position must not read like them.
    parts += (_KEYWORDS, tuple(keywords))
    return note(parts, keywords.values())


def _note_rarer(parts: list[object], kind: type, value: Any) -> bool:  # any argument of a call
    if kind in _TRACERS:
        parts += (kind, value.aval)
        # Whether two symbolic sizes are equal may not be known.
        return _INT.issuperset(map(type, getattr(value.aval, "shape", (None,))))
    if issubclass(kind, jax.Array | jax.core.Tracer):
        (_TRACERS if issubclass(kind, jax.core.Tracer) else _CONCRETE).add(kind)
        return note(parts, (value,))
    if kind is np.ndarray:
        parts += (kind, value.dtype, *value.shape)
        return True
    if kind in _DICTS:
        parts += (kind, tuple(value))
        return note(parts, value.values())
    return _note_node(parts, kind, value)


def _note_node(parts: list[object], kind: type, value: object) -> bool:
    node = default_registry.flatten_one_level(value)
    if node is None:
        return False
    children, outline = list(node[0]), node[1]
    # An outline may hold a tracer, as a function does that closes over one.
    if not isinstance(outline, type | None) and is_tracing():
        return False
    parts.append(_Node(kind, len(children), outline))
    return note(parts, children)


__all__ = ["Accepted", "Key", "Remembered", "is_literal", "note", "note_keywords", "same"]
