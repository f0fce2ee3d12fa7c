"""Specs of elements and batches: shapes and dtypes without data."""

from collections.abc import Callable, Iterator

import jax
import jax.export
import jax.numpy as jnp

from datarax_typed.core.element_batch import Batch
from datarax_typed.protocols import PyTree


def element_spec_after(function: Callable[[Batch], PyTree], data: PyTree, state: PyTree) -> PyTree:
    """Return the spec of an element that comes out of a function of batches.

    Args:
        function: maps a batch to a PyTree whose leaves have the batch axis first.
        data: the spec of one element's data.
        state: the spec of one element's state.

    Returns:
        A PyTree of `jax.ShapeDtypeStruct`; an axis as long as the batch is the symbol `batch`.
    """
    # Numbers first: a function may ask for len(batch), which a symbol does not have.
    few, more = (_after(function, data, state, size) for size in (2, 3))
    if few == more:
        return few
    scope = next(_scopes((data, state)), None)
    # JAX types a symbol as other than the int that it stands for.
    symbol: PyTree = jax.export.symbolic_shape("batch", scope=scope)[0]
    return _after(function, data, state, symbol)


def _after(function: Callable[[Batch], PyTree], data: PyTree, state: PyTree, size: int) -> PyTree:
    return _without_batch(jax.eval_shape(function, _batch_spec(data, state, size)))


def _batch_spec(data: PyTree, state: PyTree, size: int) -> Batch:
    def stacked(leaf: PyTree) -> jax.ShapeDtypeStruct:
        return jax.ShapeDtypeStruct((size, *jnp.shape(leaf)), jnp.result_type(leaf))

    # A spec stands in for every array, as under `jax.eval_shape`.
    mask: PyTree = jax.ShapeDtypeStruct((size,), jnp.bool_)
    return Batch(jax.tree.map(stacked, data), jax.tree.map(stacked, state), None, mask)


def _without_batch(tree: PyTree) -> PyTree:
    return jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape[1:], leaf.dtype), tree)


def first_row(tree: PyTree) -> PyTree:
    """Return the first element of a tree whose leaves have the batch axis first."""
    return jax.tree.map(lambda leaf: leaf[0], tree)


def _scopes(tree: PyTree) -> Iterator[jax.export.SymbolicScope]:
    for leaf in jax.tree.leaves(tree):
        for size in jnp.shape(leaf):
            # A symbol has a scope; JAX types it as the int that it stands for.
            if scope := getattr(size, "scope", None):
                yield scope


__all__ = ["element_spec_after", "first_row"]
