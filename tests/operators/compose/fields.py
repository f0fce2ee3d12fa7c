"""Data with nested fields, to be selected from, dropped and renamed by the tests."""

import jax.numpy as jnp

from datarax_typed import Batch
from datarax_typed.core.fields import field_names
from datarax_typed.protocols import PyTree


def pair() -> Batch:
    """Return a batch of two records with nested fields, state and metadata."""
    side = jnp.arange(2.0)
    return Batch(
        {"image": {"left": side, "right": side + 2.0}, "label": jnp.arange(2)},
        {"seen": side},
        {"path": ["a", "b"]},
        index=jnp.arange(2),
    )


def names(data: PyTree) -> set[str]:
    """Return the dotted names of all fields."""
    return set(field_names(data))
