"""Rows of a batch: who is mixed with whom, and what stays as it was."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Int, UInt32

from datarax_typed.protocols import PyTree


def partner_rows(
    order: UInt32[Array, " batch"],
    valid: Bool[Array, " batch"],
    index: Int[Array, " batch"] | None,
) -> Int[Array, " batch"]:
    """Return the row of each record's partner: the next in the circle; of padding, the row itself.

    Args:
        order: a random number a record, by which the circle is ordered.
        valid: which rows are no padding.
        index: what decides where two numbers are equal, so that rows may come in any order.
    """
    rows = jnp.arange(order.shape[0])
    if order.shape[0] == 0:
        return rows
    ranked = jnp.lexsort((rows if index is None else index, order, ~valid))
    following = jnp.roll(ranked, -1)
    # The last valid one closes the circle; padding stands behind it.
    is_last = rows == jnp.sum(valid) - 1
    following = jnp.where(is_last, ranked[0], following)
    partners = jnp.zeros_like(ranked).at[ranked].set(following)
    return jnp.where(valid, partners, rows)


def select_rows(valid: Bool[Array, " batch"], new: PyTree, old: PyTree) -> PyTree:
    """Return the new rows where they are valid, else the old ones."""
    return jax.vmap(lambda kept, *rows: jax.tree.map(lambda a, b: jnp.where(kept, a, b), *rows))(
        valid, new, old
    )


__all__ = ["partner_rows", "select_rows"]
