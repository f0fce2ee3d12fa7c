"""The two parts of metadata: arrays enter the traced program, everything else stays on the host."""

from typing import TypeAlias

import jax
import numpy as np

from datarax_typed.core.tracing import is_concrete_type
from datarax_typed.protocols import Metadata, PyTree

Parts: TypeAlias = tuple[Metadata, Metadata]


def is_array(value: object) -> bool:
    """Return whether JAX can take a value as an array: object and text arrays it cannot."""
    if is_concrete_type(type(value)):
        return True
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.kind in "biufcV" and value.dtype.names is None
    return isinstance(value, jax.Array | jax.ShapeDtypeStruct)


def is_array_tree(value: PyTree) -> bool:
    """Return whether a value is a PyTree with at least one leaf, all of them arrays."""
    leaves = jax.tree.leaves(value)
    return bool(leaves) and all(map(is_array, leaves))


def split_metadata(metadata: Metadata) -> Parts:
    """Return the arrays of metadata, and the rest, as two dictionaries of the same nesting."""
    arrays: Metadata = {}
    rest: Metadata = {}
    for key, value in metadata.items():
        if is_array_tree(value):
            arrays[key] = value
        elif isinstance(value, dict) and value:
            arrays_within, rest_within = split_metadata(value)
            if arrays_within:
                arrays[key] = arrays_within
            if rest_within:
                rest[key] = rest_within
        else:
            rest[key] = value
    return arrays, rest


def join_metadata(arrays: Metadata, rest: Metadata) -> Metadata:
    """Return the two parts as one dictionary; where both have a key, the arrays win."""
    joined = dict(rest)
    for key, value in arrays.items():
        within = joined.get(key)
        if isinstance(value, dict) and isinstance(within, dict):
            joined[key] = join_metadata(value, within)
        else:
            joined[key] = value
    return joined


def take_record(rest: Metadata, record: int, size: int) -> Metadata:
    """Return one record's part of host metadata.

    A list with an item for each of the batch's `size` records is a column; anything else belongs
    to every record.
    """
    return {
        key: take_record(value, record, size)
        if isinstance(value, dict)
        else value[record]
        if isinstance(value, list) and len(value) == size
        else value
        for key, value in rest.items()
    }


def stack_records(records: list[Metadata]) -> Metadata:
    """Return host metadata of a batch: a column, a list, for every key."""
    keys = dict.fromkeys(key for record in records for key in record)
    stacked: Metadata = {}
    for key in keys:
        column = [record.get(key) for record in records]
        dicts = [value for value in column if isinstance(value, dict)]
        stacked[key] = stack_records(dicts) if len(dicts) == len(column) else column
    return stacked


__all__ = [
    "is_array",
    "is_array_tree",
    "join_metadata",
    "split_metadata",
    "stack_records",
    "take_record",
]
