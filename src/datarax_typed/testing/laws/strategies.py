"""Strategies: vmap, scan and a loop over the records compute the same."""

from dataclasses import replace

import jax
import jax.numpy as jnp

from datarax_typed.protocols import PyTree
from datarax_typed.testing.differences import difference, shown
from datarax_typed.testing.law import BrokenError, NotApplicableError
from datarax_typed.testing.subject import (
    Subject,
    applied_to,
    call,
    outputs,
    rows,
    writes_apply_batch,
)


def check(subject: Subject) -> None:
    """Compare `batch_strategy="vmap"`, `batch_strategy="scan"`, and records one by one."""
    operator = subject.module
    if operator is None or writes_apply_batch(operator):
        raise NotApplicableError("it writes apply_batch itself")
    trees = {}
    for strategy in ("vmap", "scan"):
        config = replace(operator.config, batch_strategy=strategy)
        trees[strategy] = outputs(operator.copy(config=config)(subject.batch))
    trees["loop"] = _loop(subject)
    for other in ("scan", "loop"):
        if found := difference(trees["vmap"], trees[other], ("vmap", other)):
            raise BrokenError(f"{found}; given {shown(subject.batch)}")


def _loop(subject: Subject) -> PyTree:
    found = [_one(subject, row) for row in range(len(subject.batch))]
    return jax.tree.map(lambda *leaves: jnp.stack(leaves), *found)


def _one(subject: Subject, row: int) -> PyTree:
    operator = subject.module
    assert operator is not None
    if operator.stochastic and not operator._samples_records():
        # One key a batch: the record's share of the numbers that the batch has.
        applied = applied_to(subject, row)
        assert applied is not None
        return jax.jit(lambda data: applied._replace(data=data).run())(applied.data)
    alone = outputs(call(subject.fresh(), rows(subject.batch, [row])))
    return jax.tree.map(lambda leaf: leaf[0], alone)


__all__ = ["check"]
