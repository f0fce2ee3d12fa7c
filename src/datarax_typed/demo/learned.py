"""What training has done to the learnable parameters of operators."""

from collections.abc import Iterator

import jax
import numpy as np
from rich.table import Table

from datarax_typed.operators.compose.composite import CompositeOperatorModule
from datarax_typed.protocols import PyTree

_SHOWN_AT_MOST = 2


def learned_table(
    pipeline: CompositeOperatorModule, before: PyTree, gradients: PyTree, after: PyTree
) -> Table:
    """Return a row a small parameter: its first value, the size of its gradient, its last value.

    Args:
        pipeline: the operators.
        before: their parameters at first, as a nested dict.
        gradients: of each, the norm of the gradient in the first step.
        after: their parameters at last.
    """
    table = Table(box=None, pad_edge=False)
    table.add_column("parameter", overflow="fold")
    for heading in ("at first", "gradient", "at last"):
        table.add_column(heading, justify="right")
    leaves = zip(_leaves(before), _leaves(gradients), _leaves(after), strict=True)
    for (path, old), (_, gradient), (_, new) in leaves:
        if old.size <= _SHOWN_AT_MOST:
            table.add_row(_name(pipeline, path), _text(old), _text(gradient), _text(new))
    return table


def _leaves(tree: PyTree) -> Iterator[tuple[tuple[str, ...], np.ndarray]]:
    for path, leaf in jax.tree_util.tree_leaves_with_path(tree):
        names = jax.tree_util.keystr(path, simple=True, separator="/").split("/")
        yield tuple(names), np.asarray(leaf)


def _name(pipeline: CompositeOperatorModule, path: tuple[str, ...]) -> str:
    _, position, *rest = path
    return f"{type(pipeline.stages[int(position)]).__name__}.{'.'.join(rest)}"


def _text(numbers: np.ndarray) -> str:
    return " ".join(f"{number:.4f}" for number in np.atleast_1d(numbers))


__all__ = ["learned_table"]
