"""Specs of elements and batches: shapes and dtypes without data."""

from collections.abc import Iterator

import jax
import jax.export
import jax.numpy as jnp

from datarax_typed.core.element_batch import Batch
from datarax_typed.protocols import PyTree


def batch_spec(data: PyTree, state: PyTree) -> Batch:
    """Return the spec of a batch of any size, given the specs of one element."""
    scope = next(_scopes((data, state)), None)
    (size,) = jax.export.symbolic_shape("batch", scope=scope)

    def stacked(leaf: PyTree) -> jax.ShapeDtypeStruct:
        return jax.ShapeDtypeStruct((size, *jnp.shape(leaf)), jnp.result_type(leaf))

    # A spec stands in for every array, as under `jax.eval_shape`.
    mask: PyTree = jax.ShapeDtypeStruct((size,), jnp.bool_)
    return Batch(jax.tree.map(stacked, data), jax.tree.map(stacked, state), None, mask)


def without_batch(tree: PyTree) -> PyTree:
    """Return the specs of one element, given specs whose leaves have the batch axis first."""
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


__all__ = ["batch_spec", "first_row", "without_batch"]
