"""The axis sizes that jaxtyping has bound in the running check.

jaxtyping keeps them in a private, thread-local memo. This module is the only one that touches it,
so that a mismatch can name every bound axis and a failed arm of a union can be undone.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TypeAlias

from jaxtyping import _storage

# Sizes of single axes, of variadic axes, structures of trees.
Bindings: TypeAlias = tuple[
    dict[str, object], dict[str, tuple[bool, tuple[object, ...]]], dict[str, object]
]


class scope:  # noqa: N801  # used like a function; a generator would take longer
    """A scope in which an axis name means one size.

    Args:
        arguments: what an axis such as "{self.n}" may refer to.
    """

    __slots__ = ("_arguments",)

    def __init__(self, arguments: Mapping[str, object]) -> None:
        self._arguments = dict(arguments)

    def __enter__(self) -> None:
        _storage.push_shape_memo(self._arguments)

    def __exit__(self, *_: object) -> None:
        _storage.pop_shape_memo()


def recall(bindings: Bindings, arguments: Mapping[str, object]) -> None:
    """Open a scope in which axes are bound already; `forget` closes it."""
    memos = _storage.push_shape_memo(dict(arguments))
    for memo, known in zip(memos, bindings, strict=False):
        memo.update(known)


def forget() -> None:
    """Close the innermost scope."""
    _storage.pop_shape_memo()


@contextmanager
def leaf(index: int, structure: str | None) -> Iterator[None]:
    """Let an axis such as "?h" mean the axis h of one leaf of a named structure."""
    if structure is None:
        yield
        return
    _storage.set_treepath_memo(index, structure)
    try:
        yield
    finally:
        _storage.clear_treepath_memo()


def count() -> int:
    """Return how many axes are bound: cheaper than `names`, to see whether one is new."""
    single, variadic, _ = _bindings()
    return len(single) + len(variadic)


def names() -> list[str]:
    """Return the names of the axes bound so far, as `bound` has them."""
    single, variadic, _ = _bindings()
    return [*map(_own_name, single), *(f"*{_own_name(name)}" for name in variadic)]


def bound() -> dict[str, str]:
    """Return the size of every axis bound so far, by name."""
    single, variadic, _ = _bindings()
    sizes = {_own_name(name): str(size) for name, size in single.items()}
    return sizes | {
        f"*{_own_name(name)}": f"({', '.join(map(str, shape))})"
        for name, (_, shape) in variadic.items()
    }


def _own_name(name: str) -> str:
    # jaxtyping names the axis "?h" of a leaf "(Leaf 0 in structure T) h".
    if name[:1] != "(":
        return name
    path, _, own = name.rpartition(") ")
    return f"{own} of leaf {path.removeprefix('(Leaf ')}" if path else own


def snapshot() -> Bindings:
    """Return a copy of all bindings, for `restore`."""
    single, variadic, trees = _bindings()
    return single.copy(), variadic.copy(), trees.copy()


def restore(bindings: Bindings) -> None:
    """Put the bindings back to what they were at a snapshot."""
    single, variadic, trees = bindings
    arguments = _storage.get_shape_memo()[3]
    _storage.set_shape_memo(single.copy(), variadic.copy(), trees.copy(), arguments)


def _bindings() -> Bindings:
    bindings: Bindings = _storage.get_shape_memo()[:3]
    return bindings


__all__ = [
    "Bindings",
    "bound",
    "count",
    "forget",
    "leaf",
    "names",
    "recall",
    "restore",
    "scope",
    "snapshot",
]
