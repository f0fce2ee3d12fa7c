"""One compiled program for a batch: built once per structure, it returns only what has changed."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import count
from operator import is_
from typing import Any, Final, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax.experimental import checkify

from datarax_typed.core.contracts import contracts_enabled
from datarax_typed.core.counting import CountRead, Step, running
from datarax_typed.core.element_batch import (
    Batch,
    batch_parts,
    known_rows,
    trusted_batch,
    trusted_copy,
)
from datarax_typed.core.metadata import join_metadata, split_metadata
from datarax_typed.core.parted import Blueprint, Parted, last_known, taken_apart, value_of
from datarax_typed.core.tracing import are_concrete
from datarax_typed.errors import DomainError, OutputError
from datarax_typed.protocols import Metadata, PyTree, Statistics

_PROGRAMS_AT_MOST: Final = 256

# What a program takes beside the values of variables: data, state and metadata, which may be
# donated, and mask and index, which many batches may share.
_Records: TypeAlias = tuple[PyTree, PyTree, Metadata | None]
_Rows: TypeAlias = tuple[PyTree, PyTree]
# A function compiled by `jax.jit`: JAX has no public type with a call and `lower`.
_Program: TypeAlias = Any


@jax.tree_util.register_static
@dataclass(frozen=True)
class _Layout:
    """How the outputs of a program are put together; known when it is traced."""

    # The positions of the variables that have changed.
    changed: tuple[int, ...]
    # Counts that grow by the number of valid rows, and how many times: the host adds it.
    counted: tuple[tuple[int, int], ...]
    # None where the new outputs are fields of data and state, and all else is as it came in.
    plan: "_Plan | None"
    # What `apply` itself has put into metadata beside arrays.
    host: Metadata = field(compare=False)


class _Plan(NamedTuple):
    """How any result is put together."""

    tree: jax.tree_util.PyTreeDef
    # For every leaf of the result, its position among the new outputs followed by the inputs.
    positions: tuple[int, ...]


_Outputs: TypeAlias = tuple[list[PyTree], PyTree, _Layout]


@dataclass(frozen=True)
class _Structure:
    """What a program is compiled for; operators of equal structure share their programs."""

    operator: Blueprint
    contracts: bool
    # Whether the program is given all counts, and counts; otherwise the host does.
    counts: bool
    # Whether the arrays of the records are given away.
    donates: bool


def run_compiled(
    module: nnx.Module,
    batch: Batch,
    stats: Statistics | None,
    raises: Callable[[], bool],
    *,
    donates: bool = False,
) -> Batch:
    """Run an operator's `apply_batch` compiled, and write back the state that it has changed.

    Args:
        module: an NNX module with `apply_batch`.
        batch: the input; it is not returned.
        stats: statistics to use instead of the operator's own.
        raises: returns whether `checkify` checks in the program are raised, as `DomainError`; asked
            once per structure of the operator.
        donates: whether the arrays of the batch's data, state and metadata are given away.
    """
    known = last_known(module)
    # Then its structure is looked at while the device is busy: a program is pure, and what it
    # returns can be thrown away. A donated batch cannot be had again.
    late = known is not None and known.is_steady and not donates
    if known is None or not late:
        known = taken_apart(module, raises)
    number = None if known.reads_counts else known_rows(batch)
    program = _program(known, donates=donates, counts=number is None)
    parts = batch_parts(batch)
    values = known.values(counts=number is None)
    outputs = None
    try:
        outputs = program(values, parts[:3], parts[3:], stats)
    except CountRead:
        known.reads_counts = True
    except Exception:
        if not late or known.is_current(module):
            raise
    if outputs is None or (late and not known.is_current(module)):
        taken_apart(module, raises)
        return run_compiled(module, batch, stats, raises, donates=donates)
    error, (changed, new, layout) = outputs
    if error is not None and (message := error.get()):
        raise DomainError(message.removesuffix(" (`check` failed)"))
    known.write_back(module, zip(layout.changed, changed, strict=True))
    if number is not None:
        known.count(layout.counted, number)
    return _result(batch, parts, new, layout)


def _result(batch: Batch, parts: PyTree, new: PyTree, layout: _Layout) -> Batch:
    if layout.plan is None:
        data, state = map(_updated, parts, new)
        mask, index = map(_owned, parts[3:])
        # Never the caller's own dict, not even an empty one.
        metadata: Metadata | None = None if parts[2] is None else {}
        result = trusted_copy(
            batch, data=data, state=state, metadata=metadata, valid_mask=mask, index=index
        )
    else:
        pool = [*new, *map(_owned, jax.tree.leaves(parts))]
        leaves = [pool[at] for at in layout.plan.positions]
        result = trusted_batch(layout.plan.tree.unflatten(leaves), batch)
    if layout.host:
        # The layout's own stays as it was traced, whatever the caller writes into a result.
        metadata = join_metadata(result.metadata or {}, _copied(layout.host))
        return trusted_copy(result, metadata=metadata)
    return result


def lowered(
    module: nnx.Module,
    batch: Batch,
    stats: Statistics | None,
    raises: Callable[[], bool],
    *,
    donates: bool = False,
) -> jax.stages.Lowered:
    """Return the program that `run_compiled` would run, lowered and not yet compiled."""
    known = taken_apart(module, raises)
    parts = batch_parts(batch)
    counts = known.reads_counts or known_rows(batch) is None
    program = _program(known, donates=donates, counts=counts)
    try:
        found: jax.stages.Lowered = program.lower(
            known.values(counts=counts), parts[:3], parts[3:], stats
        )
    except CountRead:
        known.reads_counts = True
    else:
        return found
    return lowered(module, batch, stats, raises, donates=donates)


def _copied(value: PyTree) -> PyTree:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return list(map(_copied, value)) if isinstance(value, list) else value


def _program(known: Parted, *, donates: bool, counts: bool) -> _Program:
    key = (contracts_enabled(), counts, donates)
    program = known.programs.get(key)
    if program is None:
        program = known.programs[key] = _compiled(_Structure(known.blueprint, *key))
    return program


def _updated(old: dict[PyTree, PyTree], new: dict[PyTree, PyTree]) -> dict[PyTree, PyTree]:
    both = {**old, **new}
    if are_concrete(both.values()):
        return both
    return {key: value if key in new else _owned(value) for key, value in both.items()}


def _owned(leaf: PyTree) -> PyTree:
    # The caller may write into a NumPy array afterwards; the result must not change then.
    return jnp.array(leaf) if isinstance(leaf, np.ndarray | np.generic) else leaf


@lru_cache(maxsize=_PROGRAMS_AT_MOST)
def _compiled(structure: _Structure) -> _Program:
    trace = partial(_trace, structure)

    def run(
        values: list[PyTree], records: _Records, rows: _Rows, stats: Statistics | None
    ) -> tuple[checkify.Error | None, _Outputs]:
        if not structure.operator.raises:
            return None, trace(values, records, rows, stats)
        checked = checkify.checkify(trace, errors=checkify.user_checks)
        return checked(values, records, rows, stats)

    return jax.jit(run, donate_argnums=1 if structure.donates else ())


def _trace(
    structure: _Structure,
    values: list[PyTree],
    records: _Records,
    rows: _Rows,
    stats: Statistics | None,
) -> _Outputs:
    operator = structure.operator
    before = values if structure.counts else operator.complete(values)
    module = operator.module(before)
    step = Step(None if structure.counts else rows[0])
    with running(step):
        result = module.apply_batch(trusted_batch((*records, *rows)), stats)
    if nnx.graphdef(module) != operator.graphdef:
        raise OutputError(
            f"{type(module).__name__}.apply_batch: expected to leave the operator's structure as "
            "it is, got new, removed or changed attributes; make them in __init__, and keep in an "
            "nnx.Variable what changes"
        )
    leaves = [leaf for _, leaf in nnx.to_flat_state(nnx.state(module))]
    positions = {id(leaf): at for at, leaf in enumerate(leaves)}
    counted = Counter(positions[id(own)] for own in step.counts if id(own) in positions)
    after = list(map(value_of, leaves))
    changed = tuple(at for at in range(len(after)) if not _is_same(after[at], before[at]))
    new, plan = _outputs(batch_parts(result), records, rows, donates=structure.donates)
    host = split_metadata(result.metadata or {})[1]
    layout = _Layout(changed, tuple(counted.items()), plan, host)
    return [after[at] for at in changed], new, layout


def _outputs(
    parts: PyTree, records: _Records, rows: _Rows, *, donates: bool
) -> tuple[PyTree, _Plan | None]:
    """Return what a program must return of a result: not what it was given."""
    inputs = jax.tree.leaves((records, rows))
    # A donated array is gone after the call: the program must return it, which costs nothing.
    gone = len(jax.tree.leaves(records)) if donates else 0
    kept = {id(leaf): at for at, leaf in enumerate(inputs) if at >= gone}
    data, state, arrays, mask, index = parts
    fields = [_new_fields(*pair, kept) for pair in zip(records, (data, state), strict=False)]
    no_metadata = not jax.tree.leaves((records[2], arrays)) and records[2] == arrays
    if None not in fields and no_metadata and mask is rows[0] and index is rows[1]:
        return tuple(fields), None
    leaves, tree = jax.tree.flatten(parts)
    new = [leaf for leaf in leaves if id(leaf) not in kept]
    fresh = count()
    at = (len(new) + kept[id(leaf)] if id(leaf) in kept else next(fresh) for leaf in leaves)
    return new, _Plan(tree, tuple(at))


def _new_fields(before: PyTree, after: PyTree, kept: dict[int, int]) -> PyTree:
    """Return the entries of a dict that are new; None if the others are not all that was before."""
    if type(before) is not dict or type(after) is not dict or not before.keys() <= after.keys():
        return None
    new = {
        key: value
        for key, value in after.items()
        if id(value) not in kept or value is not before.get(key)
    }
    return None if any(id(leaf) in kept for leaf in jax.tree.leaves(new)) else new


def _is_same(left: PyTree, right: PyTree) -> bool:
    leaves, others = jax.tree.leaves(left), jax.tree.leaves(right)
    return len(leaves) == len(others) and all(map(is_, leaves, others))


__all__ = ["lowered", "run_compiled"]
