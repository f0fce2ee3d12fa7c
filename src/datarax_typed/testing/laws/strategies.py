"""Strategies: vmap, scan and a loop over the records compute the same."""

from dataclasses import replace

import jax
import numpy as np
from flax import nnx

from datarax_typed.core.element_batch import Element
from datarax_typed.core.operator import OperatorModule
from datarax_typed.protocols import PyTree
from datarax_typed.testing.differences import difference, shown
from datarax_typed.testing.law import BrokenError, NotApplicableError
from datarax_typed.testing.subject import Subject


def check(subject: Subject) -> None:
    """Compare `batch_strategy="vmap"`, `batch_strategy="scan"`, and `apply` for one by one."""
    operator = subject.module
    if operator is None or type(operator).apply_batch is not OperatorModule.apply_batch:
        raise NotApplicableError("it writes apply_batch itself")
    results = {
        strategy: operator.copy(config=replace(operator.config, batch_strategy=strategy))(
            subject.batch
        )
        for strategy in ("vmap", "scan")
    }
    trees = {name: (result.data, result.state) for name, result in results.items()}
    trees["loop"] = _loop(subject)
    for other in ("scan", "loop"):
        if found := difference(trees["vmap"], trees[other], ("vmap", other)):
            raise BrokenError(f"{found}; given {shown(subject.batch)}")


def _loop(subject: Subject) -> PyTree:
    operator = subject.fresh()
    assert isinstance(operator, OperatorModule)
    params = None
    if operator.stochastic:
        params = nnx.jit(lambda op, batch: op._random_params(batch))(operator, subject.batch)
    stats = operator.get_statistics()

    @jax.jit
    def apply(element: Element, own: PyTree) -> PyTree:
        return operator.apply(element.data, element.state, element.metadata, own, stats)[:2]

    found = [
        apply(element, jax.tree.map(lambda leaf, at=row: leaf[at], params))
        for row, element in enumerate(subject.batch)
    ]
    return jax.tree.map(lambda *leaves: np.stack(list(map(np.asarray, leaves))), *found)


__all__ = ["check"]
