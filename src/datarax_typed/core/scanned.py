"""A function mapped over rows one after the other."""

from collections.abc import Callable

import jax

from datarax_typed.protocols import PyTree


def map_rows(function: Callable[[PyTree, PyTree], PyTree], rows: PyTree, params: PyTree) -> PyTree:
    """Map a function over rows by a loop; a leaf that it passes on comes out as it went in.

    So `jax.vmap` does, and `jax.lax.map` does not: it would return a copy, and nobody could tell
    that the function leaves this leaf alone.

    Args:
        function: of one row, and the parameters of this row.
        rows: a PyTree whose leaves have the rows first; what is passed on is looked for here.
        params: a PyTree whose leaves have the rows first.
    """
    given = jax.tree.leaves(rows)
    # For every leaf of a result, which leaf of a row it is; known when the loop is traced.
    passed: list[int | None] = []
    trees: list[jax.tree_util.PyTreeDef] = []

    def new_leaves(both: tuple[PyTree, PyTree]) -> list[PyTree]:
        own = {id(leaf): at for at, leaf in enumerate(jax.tree.leaves(both[0]))}
        leaves, tree = jax.tree.flatten(function(*both))
        passed[:] = [own.get(id(leaf)) for leaf in leaves]
        trees[:] = [tree]
        return [leaf for leaf, at in zip(leaves, passed, strict=True) if at is None]

    new = iter(jax.lax.map(new_leaves, (rows, params)))
    return trees[0].unflatten([next(new) if at is None else given[at] for at in passed])


__all__ = ["map_rows"]
