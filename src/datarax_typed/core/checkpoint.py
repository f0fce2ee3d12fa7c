"""The state of a module as a nested dict of arrays and Python scalars, and back, strictly.

A PRNG key is saved as `{implementation: key data}`, statistics with the number of their entries,
so that a truncated checkpoint is noticed.
"""

from collections.abc import Callable, Iterator
from typing import TypeAlias
from zlib import crc32

import jax
import jax.numpy as jnp
import numpy as np

from datarax_typed.core.describe import describe_array, describe_value
from datarax_typed.errors import Problem
from datarax_typed.protocols import PyTree, State, Statistics

Path: TypeAlias = tuple[str, ...]


def encode_tree(tree: PyTree) -> State:
    """Return the leaves of a PyTree as nested dicts with text keys."""
    state: State = {}
    for path, leaf in _items(tree):
        _put(state, path, _encode_leaf(leaf))
    return state


def decode_tree(template: PyTree, state: State, problems: list[Problem]) -> PyTree:
    """Return a tree like the template with the leaves of a saved state.

    Args:
        template: the tree that should take the state.
        state: nested dicts as `encode_tree` gives them.
        problems: takes every mismatch; where it grows, the result is not to be used.
    """
    found = dict(_flatten(state))
    leaves = [_decode_leaf(path, leaf, found, problems) for path, leaf in _items(template)]
    problems += [
        Problem(_text(path), "nothing of that name", describe_value(value))
        for path, value in found.items()
    ]
    return jax.tree.unflatten(jax.tree.structure(template), leaves)


def encode_statistics(stats: Statistics | None) -> State:
    """Return statistics, or that there are none, as a state."""
    if stats is None:
        return {"present": False, "entries": 0, "outline": 0}
    values = encode_tree(stats)
    flat = dict(_flatten(values))
    return {"present": True, "entries": len(flat), "outline": _outline(flat), "values": values}


def _outline(flat: dict[Path, PyTree]) -> int:
    """Return a checksum of names, shapes and dtypes: no other module knows what they should be."""
    lines = sorted(f"{'/'.join(path)}: {describe_array(leaf)}" for path, leaf in flat.items())
    return crc32("\n".join(lines).encode()) if lines else 0


def decode_statistics(where: str, state: object, problems: list[Problem]) -> Statistics | None:
    """Return the statistics of a saved state, or None if it holds none."""
    if not isinstance(state, dict) or not {"present", "entries"} <= state.keys():
        expected = "statistics with 'present' and 'entries'"
        problems.append(Problem(where, expected, describe_value(state)))
        return None
    values = state.get("values", {})
    flat: dict[Path, PyTree]
    flat = dict(_flatten(values)) if isinstance(values, dict) else {(): values}
    for path, leaf in flat.items():
        if not _is_array(leaf):
            where_leaf = f'{where}["values"]{_keys(path)}'
            problems.append(Problem(where_leaf, "an array", describe_value(leaf)))
    present, entries, outline = (
        _scalar(state.get(key), kind, f'{where}["{key}"]', problems)
        for key, kind in (("present", bool), ("entries", int), ("outline", int))
    )
    wanted = 0 if present is False else entries
    if wanted is not None and len(flat) != wanted:
        problems.append(Problem(f'{where}["values"]', f"{wanted} arrays", str(len(flat))))
    problems += [
        Problem(f'{where}["{key}"]', "nothing of that name", describe_value(state[key]))
        for key in state
        if key not in ("present", "entries", "outline", "values")
    ]
    if not problems and _outline(flat) != outline:
        found = ", ".join(f"{'.'.join(path)} {describe_array(leaf)}" for path, leaf in flat.items())
        expected = "the names, shapes and dtypes that were saved"
        problems.append(Problem(f'{where}["values"]', expected, found))
    return _map_leaves(values, jnp.asarray) if present and not problems else None


def _map_leaves(state: State, function: Callable[[PyTree], PyTree]) -> State:
    return {
        key: _map_leaves(value, function) if isinstance(value, dict) else function(value)
        for key, value in state.items()
    }


def _items(tree: PyTree) -> list[tuple[Path, PyTree]]:
    leaves = jax.tree_util.tree_leaves_with_path(tree)
    return [(tuple(map(_key_text, path)), leaf) for path, leaf in leaves]


def _key_text(key: object) -> str:
    return jax.tree_util.keystr((key,), simple=True)


def _put(state: State, path: Path, value: PyTree) -> None:
    for key in path[:-1]:
        state = state.setdefault(key, {})
    state[path[-1]] = value


def _flatten(state: State, path: Path = ()) -> Iterator[tuple[Path, PyTree]]:
    for key, value in state.items():
        if isinstance(value, dict):
            yield from _flatten(value, (*path, str(key)))
        else:
            yield (*path, str(key)), value


def _is_key(leaf: object) -> bool:
    return isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key)


def _is_array(leaf: object) -> bool:
    return isinstance(leaf, jax.Array | np.ndarray | np.generic)


def _encode_leaf(leaf: PyTree) -> PyTree:
    if _is_key(leaf):
        return {str(jax.random.key_impl(leaf)): jax.random.key_data(leaf)}
    return leaf


def _decode_leaf(
    path: Path, leaf: PyTree, found: dict[Path, PyTree], problems: list[Problem]
) -> PyTree:
    if _is_key(leaf):
        implementation = str(jax.random.key_impl(leaf))
        inner = (*path, implementation)
        data = _decode_leaf(inner, jax.random.key_data(leaf), found, problems)
        return jax.random.wrap_key_data(data, impl=implementation)
    where = _text(path)
    expected = describe_array(leaf) if _is_array(leaf) else type(leaf).__name__
    if path not in found:
        problems.append(Problem(where, expected, "nothing"))
        return leaf
    value = found.pop(path)
    if not _is_array(leaf):
        return _scalar(value, type(leaf), where, problems)
    if isinstance(value, np.ndarray) and value.dtype.type is np.void:
        # npz gives dtypes that NumPy does not know, such as bfloat16, back as bytes.
        value = value.view(leaf.dtype) if value.itemsize == leaf.dtype.itemsize else value
    if not _is_array(value) or value.shape != leaf.shape or value.dtype != leaf.dtype:
        actual = describe_array(value) if _is_array(value) else describe_value(value)
        problems.append(Problem(where, expected, actual))
        return leaf
    # A NumPy array stays one: as a JAX array it could lose half of its bits.
    return np.array(value) if isinstance(leaf, np.ndarray | np.generic) else jnp.array(value)


def _scalar(value: PyTree, kind: type, where: str, problems: list[Problem]) -> PyTree:
    """Return a Python scalar; npz and Orbax may give it back as an array without axes."""
    inner = value.item() if _is_array(value) and value.shape == () else value
    if type(inner) is kind:
        return inner
    problems.append(Problem(where, kind.__name__, describe_value(value)))
    return None


def _text(path: Path) -> str:
    return f"state{_keys(path)}"


def _keys(path: Path) -> str:
    return "".join(f'["{key}"]' for key in path)


__all__ = ["decode_statistics", "decode_tree", "encode_statistics", "encode_tree"]
