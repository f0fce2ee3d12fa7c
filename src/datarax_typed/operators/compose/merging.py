"""What operators make of the same input, put together.

An operator leaves a field alone if it returns the very array that it was given: what `apply`
passes on, as `{**data, "x": new}` does. That holds whether a batch is gone through by "vmap" or by
"scan", and says nothing of values: an array that is computed anew and happens to be equal is
another.
"""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Final, Literal, TypeAlias

import jax
import jax.numpy as jnp

from datarax_typed.core.describe import describe_array, describe_value
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.fields import field_names, get_field, has_field, set_field
from datarax_typed.errors import OutputError, Problem, listing
from datarax_typed.operators.compose.fields import overlap
from datarax_typed.operators.compose.stage import Record
from datarax_typed.protocols import PyTree

Merge: TypeAlias = Literal["update", "sum", "mean", "concat", "stack"]
# The parts of a record or batch by their names, so that all are fields of one dict.
_Parts: TypeAlias = dict[str, PyTree]
# Stages, and what each has made: of the whole, or of one field.
_Results: TypeAlias = Sequence[tuple[str, PyTree]]

_UPDATE_MEND: Final = "write to a field of its own, or merge them by 'mean'"


def merged_records(
    merge: Merge, before: Record, results: Sequence[tuple[str, Record]], asker: str
) -> Record:
    """Return one record of what stages have made of it.

    Args:
        merge: how.
        before: the record.
        results: for every stage, its name and what it has made of the record.
        asker: the composition, for the message.

    Raises:
        OutputError: they do not fit each other.
    """
    parts = [(stage, _parts(*record)) for stage, record in results]
    after = _merged(merge, _parts(*before), parts, 0, asker)
    metadata = before[2] if before[2] is None and not after["metadata"] else after["metadata"]
    return after["data"], after["state"], metadata


def merged_batches(
    merge: Merge, before: Batch, results: Sequence[tuple[str, Batch]], asker: str
) -> Batch:
    """Return one batch of what stages have made of it; a row is valid if it is in all of them.

    See `merged_records`.
    """
    parts = [(stage, _batch_parts(batch)) for stage, batch in results]
    after = _merged(merge, _batch_parts(before), parts, 1, asker)
    if before.metadata is None and not after["metadata"]:
        after["metadata"] = None
    masks = [batch.valid_mask for _, batch in results]
    others = [mask for mask in masks if mask is not before.valid_mask]
    return before.replace(**after, valid_mask=reduce(operator.and_, others, before.valid_mask))


def _parts(data: PyTree, state: PyTree, metadata: PyTree) -> _Parts:
    return {"data": data, "state": state, "metadata": metadata or {}}


def _batch_parts(batch: Batch) -> _Parts:
    return {**_parts(batch.data, batch.state, batch.metadata), "index": batch.index}


def _merged(merge: Merge, before: _Parts, results: _Results, axis: int, asker: str) -> _Parts:
    """Put results together; a record's own axes begin at `axis`."""
    problems: list[Problem] = []
    if merge == "update":
        after = _updated(before, results, problems)
    else:
        others = [(stage, {**parts, "data": before["data"]}) for stage, parts in results]
        after = _updated(before, others, problems)
        for field, values in _changed_by_some(before, results):
            misfits = list(_misfits(merge, field, values, axis))
            problems += misfits
            if not misfits:
                after = set_field(after, field, _combined(merge, values, axis), asker)
    if problems:
        title = f"{asker}: what the operators return cannot be merged by {merge!r}:"
        raise OutputError(listing(title, problems), tuple(problems))
    return after


def _updated(before: _Parts, results: _Results, problems: list[Problem]) -> _Parts:
    writers: dict[str, str] = {}
    after = before
    for stage, parts in results:
        for field in _changed(before, parts):
            other = next((known for known in writers if overlap(known, field)), None)
            if other is None:
                writers[field] = stage
                after = set_field(after, field, get_field(parts, field, stage))
            else:
                both = f"{writers[other]}, and {stage}"
                problems.append(Problem(_where(field), "one writer", both, _UPDATE_MEND))
    return after


def _changed_by_some(before: _Parts, results: _Results) -> Iterator[tuple[str, _Results]]:
    """Yield every field of data that is not left alone by all, with what each makes of it."""
    fields = (field for _, parts in results for field in _changed(before, parts))
    for field in dict.fromkeys(name for name in fields if name.partition(".")[0] == "data"):
        # Nothing stands for a field that a stage neither passes on nor writes.
        yield (
            field,
            [
                (stage, get_field(parts, field, stage) if has_field(parts, field) else None)
                for stage, parts in results
            ],
        )


def _changed(before: _Parts, after: _Parts) -> Iterator[str]:
    for field in field_names(after):
        if not has_field(before, field) or not _is_same(before, after, field):
            yield field


def _is_same(before: _Parts, after: _Parts, field: str) -> bool:
    leaves, others = (jax.tree.leaves(get_field(parts, field, "")) for parts in (before, after))
    return len(leaves) == len(others) and all(map(operator.is_, leaves, others))


def _misfits(merge: Merge, field: str, values: _Results, axis: int) -> Iterator[Problem]:
    where = _where(field)
    (first, model), *others = values
    for stage, value in values:
        if not jax.tree.leaves(value):
            mend = "let all operators write it, or merge by 'update'"
            yield Problem(where, "a value from every operator", f"none from {stage}", mend)
            return
    for leaf in jax.tree.leaves(model):
        if expected := _unfit(merge, leaf, axis):
            yield Problem(where, expected, f"{_described(leaf, axis)} from {first}")
            return
    for stage, value in others:
        if _kept(merge, value, axis) != _kept(merge, model, axis):
            expected = f"{_described(model, axis)} as from {first}"
            yield Problem(where, expected, f"{_described(value, axis)} from {stage}")


def _unfit(merge: Merge, leaf: PyTree, axis: int) -> str:
    """Return what is expected instead of a leaf, or an empty string."""
    kind = jax.typeof(leaf)
    if merge == "sum" and not jnp.issubdtype(kind.dtype, jnp.number):
        return "numbers"
    if merge == "mean" and not jnp.issubdtype(kind.dtype, jnp.inexact):
        return "floats"
    return "at least one axis" if merge == "concat" and kind.ndim == axis else ""


def _kept(merge: Merge, value: PyTree, axis: int) -> object:
    """Return what must be the same in all values."""
    kinds = [jax.typeof(leaf) for leaf in jax.tree.leaves(value)]
    end = -1 if merge == "concat" else None
    return jax.tree.structure(value), [
        (kind.ndim, kind.shape[axis:end], kind.dtype) for kind in kinds
    ]


def _described(value: PyTree, axis: int) -> str:
    if not jax.tree_util.all_leaves([value]):
        return describe_value(value)
    kind = jax.typeof(value)
    return describe_array(jax.ShapeDtypeStruct(kind.shape[axis:], kind.dtype))


def _combined(merge: Merge, values: _Results, axis: int) -> PyTree:
    combine = _COMBINE[merge]
    return jax.tree.map(lambda *leaves: combine(leaves, axis), *(value for _, value in values))


def _where(field: str) -> str:
    part, _, name = field.partition(".")
    return f'{part}["{name}"]' if name else part


_COMBINE: Final[Mapping[Merge, Callable[[Sequence[PyTree], int], PyTree]]] = {
    "sum": lambda leaves, axis: reduce(jnp.add, leaves),
    # Of half precision, JAX adds up more precisely than it returns.
    "mean": lambda leaves, axis: jnp.mean(jnp.stack(leaves), axis=0),
    "concat": lambda leaves, axis: jnp.concatenate(leaves, axis=-1),
    "stack": lambda leaves, axis: jnp.stack(leaves, axis=axis),
}


__all__ = ["Merge", "merged_batches", "merged_records"]
