"""Records: the result of one depends neither on the others, nor on order, padding or resume."""

import jax
import jax.numpy as jnp
import numpy as np

from datarax_typed.core.element_batch import Batch
from datarax_typed.protocols import Checkpointable, PyTree
from datarax_typed.testing.differences import difference, shown
from datarax_typed.testing.law import BrokenError
from datarax_typed.testing.subject import (
    AnyOperator,
    Subject,
    call,
    outputs,
    rows,
    sees_one_record,
    taken,
    writes_apply_batch,
)


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
        if np.asarray(padded.valid_mask)[len(few) :].any():
            raise BrokenError("rows of padding come out as valid ones")
        names = ("without padding", "with padding")
        _compare(names, apart, _picked(subject, padded, [*range(len(few))]), batch)
        if sees_one_record(subject.operator):
            alone = _picked(subject, subject.result, few)
            _compare(("in a batch", "on its own"), alone, apart, batch)
        else:
            first = call(subject.fresh(), _padded_first(batch, few))
            names = ("without padding", "with padding first")
            _compare(names, apart, _picked(subject, first, [*range(1, size)]), batch)
        backwards = [*range(size)][::-1]
        turned = call(subject.fresh(), rows(batch, backwards))
        _compare(("in order", "reversed"), whole, _picked(subject, turned, backwards), batch)
    for name, operator in _resumed(subject).items():
        _compare(("at first", name), whole, outputs(call(operator, batch)), batch, _mend(subject))


def _padded_first(batch: Batch, few: list[int]) -> Batch:
    shifted = rows(batch, [few[0], *few])
    assert shifted.index is not None
    mask = jnp.arange(len(shifted)) > 0
    return shifted.replace(valid_mask=mask, index=jnp.where(mask, shifted.index, -1))


def _compare(
    names: tuple[str, str], expected: PyTree, found: PyTree, batch: Batch, mend: str = ""
) -> None:
    if text := difference(expected, found, names):
        raise BrokenError(f"{text}; given {shown(batch)}{mend}")


def _mend(subject: Subject) -> str:
    module = subject.module
    if module is None or not module.stochastic or writes_apply_batch(module):
        return ""
    if module._samples_records():
        return ""
    return "; write sample_params, a record's own key, in place of generate_random_params"


def _picked(subject: Subject, result: Batch, chosen: list[int]) -> PyTree:
    """Return the outputs of some rows, and of an axis as long as the batch those places alone."""
    spec = subject.spec_after(subject.batch.spec())

    def picked(leaf: PyTree, after: PyTree) -> PyTree:
        values = taken(leaf, chosen)
        for axis, size in enumerate(after.shape, start=1):
            if str(size) == "batch":
                values = taken(values, chosen, axis)
        return values

    rest = {key: value for key, value in outputs(result).items() if key != "data"}
    own = jax.tree.map(lambda leaf: taken(leaf, chosen), rest)
    return {"data": jax.tree.map(picked, result.data, spec), **own}


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
