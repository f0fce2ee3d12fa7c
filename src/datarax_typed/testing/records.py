"""Records to examine an operator with: those given, or made up for a spec."""

from collections.abc import Mapping
from typing import Final

import jax
import jax.export
import jax.numpy as jnp
import numpy as np

from datarax_typed.core.element_batch import Batch, Element
from datarax_typed.core.metadata import split_metadata
from datarax_typed.core.spec_texts import axis_names, parse_spec, spec_at
from datarax_typed.errors import SpecError, nearest
from datarax_typed.protocols import Metadata, PyTree
from datarax_typed.testing.subject import AnyOperator, Subject, check_made, rows

# Positions in no order: nothing may depend on it.
_INDEX: Final = (4, 9, 2)
_FIRST_SIZE: Final = 5
# Small enough for token ids of a small vocabulary.
_INTEGERS_BELOW: Final = 8


def subject_of(operator: AnyOperator, given: PyTree, sizes: Mapping[str, int]) -> Subject:
    """Return what laws look at.

    Args:
        operator: the operator.
        given: a batch, an element, or the data of one: arrays, `jax.ShapeDtypeStruct` whose sizes
            may be symbols, or texts such as `f32[h,w,3]`.
        sizes: sizes of axes that a spec names.

    Raises:
        SpecError: a text cannot be read, `sizes` has a name that the spec lacks, or specs and
            arrays are mixed.
    """
    check_made(operator)
    if isinstance(given, Batch):
        batch = _at_least_two(given)
        return Subject(operator, batch, batch.spec())
    if isinstance(given, Element):
        batch = _varied(given.data, given.state, given.metadata)
        return Subject(operator, batch, batch.spec())
    leaves = jax.tree.leaves(given)
    if not any(isinstance(leaf, str | jax.ShapeDtypeStruct) for leaf in leaves):
        batch = _varied(given, {}, None)
        return Subject(operator, batch, batch.spec())
    if not all(isinstance(leaf, str | jax.ShapeDtypeStruct) for leaf in leaves):
        raise SpecError("expected specs alone or arrays alone, got both")
    spec = _parsed(given)
    known = _known_sizes(spec, sizes)

    def remake(sizes: Mapping[str, int]) -> Batch:
        try:
            return _made_up(spec_at(spec, sizes))
        except Exception as error:
            shown = ", ".join(f"{name}={size}" for name, size in sizes.items())
            raise SpecError(
                f"no data can be made up for {shown}: {str(error).partition(chr(10))[0]}"
            ) from error

    return Subject(operator, remake(known), spec, known, remake)


def _parsed(given: PyTree) -> PyTree:
    scope = jax.export.SymbolicScope()

    def parse(path: PyTree, leaf: PyTree) -> PyTree:
        if not isinstance(leaf, str):
            return leaf
        try:
            return parse_spec(leaf, scope)
        except SpecError as error:
            where = jax.tree_util.keystr(path, simple=True, separator=".")
            raise SpecError(f"the spec of {where}, {leaf!r}, cannot be read: {error}") from error

    return jax.tree_util.tree_map_with_path(parse, given)


def _known_sizes(spec: PyTree, sizes: Mapping[str, int]) -> dict[str, int]:
    names = list(axis_names(spec))
    for name in sizes:
        if name not in names:
            hint = nearest(name, names) or f"its axes: {', '.join(names) or 'none'}"
            raise SpecError(f"sizes: expected axes that the spec names, got {name!r}; {hint}")
    if small := [name for name, size in sizes.items() if size < 1]:
        raise SpecError(f"sizes: expected at least 1, got {sizes[small[0]]} for {small[0]!r}")
    # All different: an operator that swaps two axes must not look right.
    return {name: sizes.get(name, _FIRST_SIZE + at) for at, name in enumerate(names)}


def _made_up(spec: PyTree) -> Batch:
    random = np.random.default_rng(0)

    def values(leaf: jax.ShapeDtypeStruct) -> PyTree:
        shape = (len(_INDEX), *leaf.shape)
        if jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
            return jax.random.split(jax.random.key(0), shape)
        if jnp.issubdtype(leaf.dtype, jnp.inexact):
            return jnp.asarray(random.uniform(size=shape), leaf.dtype)
        high = 2 if leaf.dtype == jnp.bool_ else _INTEGERS_BELOW
        return jnp.asarray(random.integers(high, size=shape), leaf.dtype)

    return Batch(jax.tree.map(values, spec), index=jnp.asarray(_INDEX))


def _at_least_two(batch: Batch) -> Batch:
    found = np.flatnonzero(batch.valid_mask).tolist()
    if not found:
        raise SpecError("expected a batch of valid records, got none")
    valid = rows(batch.replace(metadata=_arrays(batch.metadata)), found)
    if len(valid) == 1:
        element = valid[0]
        return _varied(element.data, element.state, element.metadata)
    return valid if valid.index is not None else valid.replace(index=jnp.arange(len(valid)) * 5 + 2)


def _arrays(metadata: Metadata | None) -> Metadata | None:
    # What else there is never enters a program.
    return (split_metadata(metadata)[0] or None) if metadata else None


def _varied(data: PyTree, state: PyTree, metadata: Metadata | None) -> Batch:
    """Return a batch of an element and two more that hold the same values in other places."""

    def stacked(leaf: PyTree) -> PyTree:
        if not jnp.issubdtype(jnp.result_type(leaf), jax.dtypes.prng_key):
            leaf = jnp.asarray(leaf, dtype=jnp.result_type(leaf))
        if leaf.ndim:
            return jnp.stack([jnp.roll(leaf, row, axis=0) for row in range(len(_INDEX))])
        if not jnp.issubdtype(leaf.dtype, jnp.floating):
            return jnp.stack([leaf] * len(_INDEX))
        scales = jnp.asarray([1 + row / 64 for row in range(len(_INDEX))], leaf.dtype)
        return leaf * scales

    parts = (data, state, _arrays(metadata))
    data, state, metadata = jax.tree.map(stacked, parts)
    return Batch(data, state, metadata, index=jnp.asarray(_INDEX))


__all__ = ["subject_of"]
