"""Compilation: a compiled call, a call without JAX compiling, and `nnx.jit` compute the same."""

import jax
from flax import nnx

from datarax_typed.core.element_batch import Batch
from datarax_typed.protocols import Checkpointable, PyTree
from datarax_typed.testing.differences import difference, shown
from datarax_typed.testing.law import BrokenError
from datarax_typed.testing.subject import AnyOperator, Subject, call


def check(subject: Subject) -> None:
    """Compare results, and the state that each call leaves."""
    plain = subject.fresh()
    compiled = _with_state(plain, _compiled(plain, subject.batch))
    eager = subject.fresh()
    others = {"eager": _with_state(eager, eager.apply_batch(subject.batch))}
    if isinstance(plain, nnx.Module):
        inner = subject.fresh()
        result = nnx.jit(lambda op, batch: op.apply_batch(batch))(inner, subject.batch)
        others["nnx.jit"] = _with_state(inner, result)
    for name, other in others.items():
        if found := difference(compiled, other, ("compiled", name)):
            raise BrokenError(f"{found}; given {shown(subject.batch)}")


def _compiled(operator: AnyOperator, batch: Batch) -> Batch:
    if callable(operator):
        return call(operator, batch)
    # Host metadata aside, a batch goes through `jax.jit` as it is.
    result: Batch = jax.jit(operator.apply_batch)(batch)
    return result


def _with_state(operator: AnyOperator, result: Batch) -> PyTree:
    state = operator.get_state() if isinstance(operator, Checkpointable) else {}
    return {"data": result.data, "state": result.state, "operator": state}


__all__ = ["check"]
