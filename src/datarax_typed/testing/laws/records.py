"""Records: the result of one depends neither on the others, nor on order, padding or resume."""

import jax
import jax.numpy as jnp
import numpy as np

from datarax_typed.core.element_batch import Batch
from datarax_typed.protocols import Checkpointable, PyTree
from datarax_typed.testing.differences import difference, shown
from datarax_typed.testing.law import BrokenError
from datarax_typed.testing.subject import AnyOperator, Subject, call, rows, sees_one_record

_PADDING = 2


def check(subject: Subject) -> None:
    """Compare a record's result in several batches; with an index it must be the same in all.

    An operator that writes `apply_batch` itself may depend on the other records of a batch, but
    not on their order, on padding, or on what came before.
    """
    batch, whole = subject.batch, _outputs(subject.result)
    size = len(batch)
    if sees_one_record(subject.operator) and size > 1:
        alone = call(subject.fresh(), rows(batch, [0]))
        _compare("on its own", _picked(subject, subject.result, [0]), _outputs(alone), batch)
    if size > 1:
        backwards = [*range(size)][::-1]
        turned = call(subject.fresh(), rows(batch, backwards))
        _compare("in reverse order", whole, _picked(subject, turned, backwards), batch)
    padded = call(subject.fresh(), _padded(batch))
    _compare("in a padded batch", whole, _picked(subject, padded, [*range(size)]), batch)
    for name, operator in _resumed(subject).items():
        if found := difference(whole, _outputs(call(operator, batch)), ("at first", name)):
            raise BrokenError(f"{found}; given {shown(batch)}")


def _compare(name: str, expected: PyTree, found: PyTree, batch: Batch) -> None:
    if text := difference(expected, found, ("in the batch", name)):
        raise BrokenError(f"{text}; given {shown(batch)}")


def _outputs(batch: Batch) -> PyTree:
    return {"data": batch.data, "state": batch.state}


def _picked(subject: Subject, result: Batch, chosen: list[int]) -> PyTree:
    """Return the outputs of some rows, and of an axis as long as the batch those places alone."""
    spec = subject.operator.output_spec(subject.batch.spec())

    def picked(leaf: PyTree, promised: PyTree) -> PyTree:
        values = np.asarray(leaf)[chosen]
        for axis, size in enumerate(promised.shape, start=1):
            if str(size) == "batch":
                values = values.take(chosen, axis)
        return values

    outputs = _outputs(rows(result, chosen))
    return {**outputs, "data": jax.tree.map(picked, result.data, spec)}


def _padded(batch: Batch) -> Batch:
    size = len(batch)
    padded = rows(batch, [*range(size), *[0] * _PADDING])
    assert padded.index is not None
    valid = np.arange(size + _PADDING) < size
    return padded.replace(valid_mask=jnp.asarray(valid), index=jnp.where(valid, padded.index, -1))


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
