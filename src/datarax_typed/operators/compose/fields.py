"""Fields of nested dicts: without some of them, with some alone, and which are in one place."""

from collections.abc import Collection
from typing import TypeAlias

from datarax_typed.protocols import PyTree

Paths: TypeAlias = Collection[tuple[str, ...]]


def without(data: PyTree, paths: Paths) -> PyTree:
    """Return a copy without what is at some paths; a dict that loses all it has goes too."""
    result = {}
    for key, value in data.items():
        rest = _below(paths, key)
        if not rest:
            result[key] = value
        elif () not in rest and (kept := without(value, rest)):
            result[key] = kept
    return result


def only(data: PyTree, paths: Paths) -> PyTree:
    """Return a copy with nothing but what is at some paths."""
    return {
        key: value if () in rest else only(value, rest)
        for key, value in data.items()
        if (rest := _below(paths, key))
    }


def overlap(field: str, other: str) -> bool:
    """Return whether two fields are one, or one of them is within the other."""
    return f"{field}.".startswith(f"{other}.") or f"{other}.".startswith(f"{field}.")


def _below(paths: Paths, key: str) -> Paths:
    return [path[1:] for path in paths if path[0] == key]


__all__ = ["only", "overlap", "without"]
