"""Specs with names for sizes, and trees that must be equal."""

import jax
import jax.export
import jax.numpy as jnp

from datarax_typed.protocols import PyTree
from datarax_typed.testing.differences import difference

_SCOPE = jax.export.SymbolicScope()


def symbolic(text: str, dtype: PyTree = jnp.float32) -> jax.ShapeDtypeStruct:
    """Return the spec of an array whose axes may be names: `symbolic("h, w, 3")`.

    A name means the same size in all of them.
    """
    return jax.ShapeDtypeStruct(jax.export.symbolic_shape(text, scope=_SCOPE), dtype)


def assert_same(expected: PyTree, actual: PyTree, *, exact: bool = False) -> None:
    """Assert that two trees agree in structure, dtypes and values."""
    assert difference(expected, actual, ("expected", "actual"), exact=exact) is None
