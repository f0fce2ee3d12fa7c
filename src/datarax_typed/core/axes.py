"""The axis sizes that jaxtyping has bound in the running check.

jaxtyping keeps them in a private, thread-local memo. This module is the only one that touches it,
so that a mismatch can name every bound axis and a failed arm of a union can be undone.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TypeAlias

from jaxtyping import _storage

# Sizes of single axes, of variadic axes, structures of trees, arguments for "{self.n}".
_Memo: TypeAlias = tuple[
    dict[str, object],
    dict[str, tuple[bool, tuple[object, ...]]],
    dict[str, object],
    dict[str, object],
]


@contextmanager
def scope(arguments: Mapping[str, object]) -> Iterator[None]:
    """Open a scope in which an axis name means one size.

    Args:
        arguments: what an axis such as "{self.n}" may refer to.
    """
    _storage.push_shape_memo(dict(arguments))
    try:
        yield
    finally:
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
    """Return how many axes are bound: cheaper than `bound`, to see whether one is new."""
    single, variadic, _, _ = _memo()
    return len(single) + len(variadic)


def bound() -> dict[str, str]:
    """Return the size of every axis bound so far, by name."""
    single, variadic, _, _ = _memo()
    sizes = {_own_name(name): str(size) for name, size in single.items()}
    return sizes | {
        f"*{_own_name(name)}": f"({', '.join(map(str, shape))})"
        for name, (_, shape) in variadic.items()
    }


def _own_name(name: str) -> str:
    # jaxtyping names the axis "?h" of a leaf "(Leaf 0 in structure T) h".
    path, _, own = name.rpartition(") ")
    return f"{own} of leaf {path.removeprefix('(Leaf ')}" if path else own


def snapshot() -> _Memo:
    """Return a copy of all bindings, for `restore`."""
    single, variadic, trees, arguments = _memo()
    return single.copy(), variadic.copy(), trees.copy(), arguments.copy()


def restore(memo: _Memo) -> None:
    """Put the bindings back to what they were at a snapshot."""
    _storage.set_shape_memo(*memo)


def _memo() -> _Memo:
    memo: _Memo = _storage.get_shape_memo()
    return memo


__all__ = ["bound", "count", "leaf", "restore", "scope", "snapshot"]
