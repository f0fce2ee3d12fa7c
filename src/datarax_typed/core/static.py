"""Equality and hashes of values that JAX treats as static, whatever they hold."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TypeAlias, TypeGuard

import jax
import numpy as np

_Array: TypeAlias = jax.Array | np.ndarray | np.generic


def _is_array(value: object) -> TypeGuard[_Array]:
    return isinstance(value, _Array)


def static_hash(value: object) -> int:
    """Return a hash that agrees with `static_equal`, also of lists, dicts and arrays."""
    if _is_array(value):
        return hash((tuple(value.shape), str(value.dtype)))
    if isinstance(value, Mapping):
        return hash(frozenset((key, static_hash(item)) for key, item in value.items()))
    if isinstance(value, list | tuple):
        return hash((type(value), *map(static_hash, value)))
    if isinstance(value, set | frozenset):
        return hash(frozenset(value))
    if isinstance(value, float) and value != value:
        # Python hashes every NaN differently.
        return hash(float)
    try:
        return hash(value)
    except TypeError:
        return hash(type(value))


def static_equal(left: object, right: object) -> bool:
    """Return whether two values are equal, arrays by content, NaN equal to itself."""
    if left is right:
        return True
    if type(left) is not type(right):
        return False
    if _is_array(left) and _is_array(right):
        return _arrays_equal(left, right)
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(static_equal(left[k], right[k]) for k in left)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(static_equal, left, right))
    if isinstance(left, float) and left != left:
        return isinstance(right, float) and right != right
    try:
        return bool(left == right)
    except (TypeError, ValueError):
        # Their own equality looks into arrays.
        return False


def _arrays_equal(left: _Array, right: _Array) -> bool:
    if left.shape != right.shape or left.dtype != right.dtype:
        return False
    try:
        return np.asarray(left).tobytes() == np.asarray(right).tobytes()
    except (TypeError, jax.errors.JAXTypeError):
        # A tracer or a key array has no content to compare; it is equal to itself alone.
        return False


def dataclass_hash(self: object) -> int:
    """Serve as `__hash__` of a frozen dataclass whose fields may hold anything."""
    assert is_dataclass(self)
    return hash((type(self), *(static_hash(getattr(self, f.name)) for f in fields(self))))


def dataclass_equal(self: object, other: object) -> bool:
    """Serve as `__eq__` of a frozen dataclass whose fields may hold anything."""
    if self is other:
        return True
    if type(self) is not type(other):
        return False
    assert is_dataclass(self)
    return all(static_equal(getattr(self, f.name), getattr(other, f.name)) for f in fields(self))


__all__ = ["dataclass_equal", "dataclass_hash", "static_equal", "static_hash"]
