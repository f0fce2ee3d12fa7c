"""Compilation: a compiled call, `nnx.jit`, and a call that nothing compiles compute the same."""

import jax
from flax import nnx

from datarax_typed.core.element_batch import Batch
from datarax_typed.protocols import Checkpointable, PyTree
from datarax_typed.testing.differences import difference, shown
from datarax_typed.testing.law import BrokenError
from datarax_typed.testing.subject import (
    AnyOperator,
    Subject,
    applied_to,
    call,
    in_nnx_jit,
    outputs,
)


def check(subject: Subject) -> None:
    """Compare results, and the state that calls leave."""
    compiled = subject.fresh()
    result = _compiled(compiled, subject.batch)
    if isinstance(compiled, nnx.Module):
        inner = subject.fresh()
        _compare(subject, "nnx.jit", outputs(result), outputs(in_nnx_jit(inner, subject.batch)))
        _compare(subject, "nnx.jit", _state(compiled), _state(inner))
    applied = applied_to(subject, 0)
    if applied is not None:
        first = jax.tree.map(lambda leaf: leaf[0], outputs(result))
        _compare(subject, "eager, for the first record", first, applied.run())
        return
    eager = subject.fresh()
    _compare(subject, "eager", outputs(result), outputs(eager.apply_batch(subject.batch)))
    _compare(subject, "eager", _state(compiled), _state(eager))


def _compare(subject: Subject, name: str, compiled: PyTree, other: PyTree) -> None:
    if found := difference(compiled, other, ("compiled", name)):
        raise BrokenError(f"{found}; given {shown(subject.batch)}")


def _compiled(operator: AnyOperator, batch: Batch) -> Batch:
    if callable(operator):
        return call(operator, batch)
    if isinstance(operator, nnx.Module):
        return in_nnx_jit(operator, batch)
    result: Batch = jax.jit(operator.apply_batch)(batch)
    return result


def _state(operator: AnyOperator) -> PyTree:
    return operator.get_state() if isinstance(operator, Checkpointable) else {}


__all__ = ["check"]
