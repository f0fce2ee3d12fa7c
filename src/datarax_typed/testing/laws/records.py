"""Records: the result of one depends neither on the others, nor on order, padding or resume."""

import jax
import numpy as np

from datarax_typed.core.element_batch import Batch
from datarax_typed.protocols import Checkpointable, PyTree
from datarax_typed.testing.differences import difference, shown
from datarax_typed.testing.law import BrokenError
from datarax_typed.testing.subject import AnyOperator, Subject, call, outputs, rows, sees_one_record


def check(subject: Subject) -> None:
    """Compare a record's result in several batches; with an index it must be the same in all.

    An operator that writes `apply_batch` itself may depend on the other records of a batch, but
    not on their order, on padding, or on what came before.
    """
    batch, whole = subject.batch, outputs(subject.result)
    size = len(batch)
    few = [0] if sees_one_record(subject.operator) else [*range(size - 1)]
    if size > 1:
        # Of fewer records than the batch has: on its own, or among as many as are no padding.
        apart = outputs(call(subject.fresh(), rows(batch, few)))
        padded = call(subject.fresh(), rows(batch, few, pad_to=size))
        _compare(("without padding", "with padding"), apart, _picked(subject, padded, few), batch)
        if sees_one_record(subject.operator):
            alone = _picked(subject, subject.result, few)
            _compare(("in a batch", "on its own"), alone, apart, batch)
        backwards = [*range(size)][::-1]
        turned = call(subject.fresh(), rows(batch, backwards))
        _compare(("in order", "reversed"), whole, _picked(subject, turned, backwards), batch)
    for name, operator in _resumed(subject).items():
        _compare(("at first", name), whole, outputs(call(operator, batch)), batch)


def _compare(names: tuple[str, str], expected: PyTree, found: PyTree, batch: Batch) -> None:
    if text := difference(expected, found, names):
        raise BrokenError(f"{text}; given {shown(batch)}")


def _picked(subject: Subject, result: Batch, chosen: list[int]) -> PyTree:
    """Return the outputs of some rows, and of an axis as long as the batch those places alone."""
    spec = subject.operator.output_spec(subject.batch.spec())

    def picked(leaf: PyTree, promised: PyTree) -> PyTree:
        values = np.asarray(leaf)[chosen]
        for axis, size in enumerate(promised.shape, start=1):
            if str(size) == "batch":
                values = values.take(chosen, axis)
        return values

    state = jax.tree.map(lambda leaf: np.asarray(leaf)[chosen], result.state)
    return {"data": jax.tree.map(picked, result.data, spec), "state": state}


def _resumed(subject: Subject) -> dict[str, AnyOperator]:
    """Return operators that have seen other records before."""
    assert subject.batch.index is not None
    earlier = subject.batch.replace(index=subject.batch.index + 100)
    used = subject.fresh()
    call(used, earlier)
    found = {"after another batch": used}
    if isinstance(used, Checkpointable):
        restored = subject.fresh()
        assert isinstance(restored, Checkpointable)
        restored.set_state(used.get_state())
        found["resumed after another batch"] = restored
    return found


__all__ = ["check"]
