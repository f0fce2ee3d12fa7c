"""Purity: `apply` gives the same for the same, draws nothing, and leaves its inputs alone."""

import copy
from collections.abc import Callable

import jax

from datarax_typed.protocols import PyTree
from datarax_typed.testing.differences import difference, shown
from datarax_typed.testing.law import BrokenError
from datarax_typed.testing.subject import Applied, Subject, applied_to, outputs, rows


def check(subject: Subject) -> None:
    """Call twice with the same arguments, outside a trace."""
    applied = applied_to(subject, 0)
    if applied is None:
        batch = subject.batch
        inputs = {"data": batch.data, "state": batch.state, "metadata": batch.metadata}
        _check_twice(lambda given: _apply_batch(subject, given), inputs, "apply_batch", subject)
        return
    before = copy.deepcopy(applied.operator.get_state())
    names = ("data", "state", "metadata", "stats")
    inputs = {name: getattr(applied, name) for name in names}
    one = Subject(subject.operator, rows(subject.batch, [0]), subject.spec)
    _check_twice(lambda given: _apply(applied, given), inputs, "apply", one)
    after = applied.operator.get_state()
    if found := difference(before, after, ("before", "after"), exact=True):
        raise BrokenError(f"apply changes the operator's state{found}")


def _apply(applied: Applied, given: PyTree) -> PyTree:
    return applied._replace(**given).run()


def _apply_batch(subject: Subject, given: PyTree) -> PyTree:
    # An operator of batches may draw, and count: each call has one of its own.
    result = subject.fresh().apply_batch(subject.batch.replace(**given))
    return outputs(result)


def _check_twice(
    run: Callable[[PyTree], PyTree], inputs: PyTree, name: str, subject: Subject
) -> None:
    # New containers: what is written into them is the operator's doing.
    given = jax.tree.map(lambda leaf: leaf, inputs)
    first, second = run(given), run(given)
    if found := difference(inputs, given, ("before", "after"), exact=True):
        raise BrokenError(f"{name} changes its input {found}; given {shown(subject.batch)}")
    names = ("the first call", "the second")
    if found := difference(first, second, names, exact=True):
        raise BrokenError(f"{name} gives two results: {found}; given {shown(subject.batch)}")


__all__ = ["check"]
