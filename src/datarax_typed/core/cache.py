"""Results of calls remembered by their input: least recently used first out, bounded."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

import jax
import numpy as np

from datarax_typed.protocols import PyTree

ResultT = TypeVar("ResultT")
CACHED_AT_MOST = 64


class ResultCache(Generic[ResultT]):
    """Maps inputs to results, as long as the state they depend on stays the same."""

    def __init__(self, at_most: int = CACHED_AT_MOST) -> None:
        self._at_most = at_most
        self._state: tuple[Hashable, PyTree] = ((), None)
        # The input is kept beside the result: an identity is one only while its object lives.
        self._results: OrderedDict[Hashable, tuple[PyTree, ResultT]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._results)

    def clear(self) -> None:
        """Forget everything."""
        self._state = ((), None)
        self._results.clear()

    def get(self, state: PyTree, inputs: PyTree) -> ResultT | None:
        """Return the result for these inputs, or None; a new state forgets all results."""
        state_key = _key(state)
        if state_key != self._state[0]:
            self.clear()
            self._state = (state_key, jax.tree.leaves(state))
        key = _key(inputs)
        # Out and in again: another thread may come between any two steps.
        found = self._results.pop(key, None)
        # Who got the result before may have given its memory away.
        if found is None or any(map(_is_gone, jax.tree.leaves(found[1]))):
            return None
        self._results[key] = found
        return found[1]

    def put(self, state: PyTree, inputs: PyTree, result: ResultT) -> None:
        """Remember a result for these inputs, unless a `get` with another state came between."""
        if _key(state) != self._state[0]:
            return
        self._results[_key(inputs)] = (inputs, result)
        while len(self._results) > self._at_most:
            self._results.popitem(last=False)


def cache_of(owner: object) -> ResultCache[PyTree]:
    """Return the cache of an object, which lives as long as the object does."""
    return _CACHES.setdefault(owner, ResultCache())


# Beside the modules and not in them: a cache is no state, and a copy starts with an empty one.
_CACHES: WeakKeyDictionary[object, ResultCache[PyTree]] = WeakKeyDictionary()


def _key(inputs: PyTree) -> Hashable:
    leaves, tree = jax.tree_util.tree_flatten(inputs)
    return (tree, *map(_leaf_key, leaves))


def _is_gone(leaf: PyTree) -> bool:
    return isinstance(leaf, jax.Array) and leaf.is_deleted()


def _leaf_key(leaf: PyTree) -> Hashable:
    if isinstance(leaf, np.ndarray | np.generic):
        return (leaf.shape, str(leaf.dtype), leaf.tobytes())
    if isinstance(leaf, jax.Array):
        return id(leaf)
    return (type(leaf), leaf)


__all__ = ["CACHED_AT_MOST", "ResultCache", "cache_of"]
