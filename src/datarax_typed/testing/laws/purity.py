"""Purity: `apply` gives the same for the same, draws nothing, and leaves its inputs alone."""

import copy
from collections.abc import Callable

import jax
import numpy as np

from datarax_typed.core.operator import OperatorModule
from datarax_typed.protocols import PyTree
from datarax_typed.testing.differences import difference, shown
from datarax_typed.testing.law import BrokenError
from datarax_typed.testing.subject import Subject, rows

_NAMES = ("the first call", "the second")


def check(subject: Subject) -> None:
    """Call twice with the same arguments, outside a trace."""
    operator = subject.fresh()
    per_record = isinstance(operator, OperatorModule) and type(operator).apply_batch is (
        OperatorModule.apply_batch
    )
    if per_record and isinstance(operator, OperatorModule):
        _check_apply(operator, subject)
    else:
        _check_apply_batch(subject)


def _check_apply(operator: OperatorModule, subject: Subject) -> None:
    one = rows(subject.batch, slice(1))
    drawn = subject.fresh()
    assert isinstance(drawn, OperatorModule)
    params = _row(drawn._random_params(one)) if operator.stochastic else None
    stats = operator.get_statistics()
    before = copy.deepcopy(_frozen(operator.get_state()))

    def apply(data: PyTree, state: PyTree) -> PyTree:
        return operator.apply(data, state, {}, params, stats)[:2]

    _check_twice(apply, apply, one.data, one.state, "apply", shown(one))
    if found := difference(before, operator.get_state(), ("before", "after"), exact=True):
        raise BrokenError(f"apply changes the operator's state{found}")


def _check_apply_batch(subject: Subject) -> None:
    def run(data: PyTree, state: PyTree) -> PyTree:
        # An operator of batches may draw, and count: each call has one of its own.
        batch = subject.batch.replace(data=data, state=state)
        result = subject.fresh().apply_batch(batch)
        return result.data, result.state

    batch = subject.batch
    _check_twice(run, run, _stacked(batch.data), _stacked(batch.state), "apply_batch", shown(batch))


def _check_twice(
    first: Callable[[PyTree, PyTree], PyTree],
    second: Callable[[PyTree, PyTree], PyTree],
    data: PyTree,
    state: PyTree,
    name: str,
    given: str,
) -> None:
    data, state = (_row(tree) if name == "apply" else tree for tree in (data, state))
    inputs = {"data": data, "state": state}
    before = _frozen(inputs)
    one, two = (run(inputs["data"], inputs["state"]) for run in (first, second))
    if found := difference(before, _frozen(inputs), ("before", "after"), exact=True):
        raise BrokenError(f"{name} changes its input: {found}; given {given}")
    if found := difference(one, two, _NAMES, exact=True):
        raise BrokenError(f"{name} gives two results for one input: {found}; given {given}")


def _row(tree: PyTree) -> PyTree:
    return jax.tree.map(lambda leaf: leaf[0], tree)


def _stacked(tree: PyTree) -> PyTree:
    # New containers: what is written into them is the operator's doing.
    return jax.tree.map(lambda leaf: leaf, tree)


def _frozen(tree: PyTree) -> PyTree:
    return jax.tree.map(_kept, tree)


def _kept(leaf: PyTree) -> PyTree:
    return np.array(leaf) if isinstance(leaf, np.ndarray) else leaf


__all__ = ["check"]
