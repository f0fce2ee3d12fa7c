"""Counts: what was applied and what was skipped add up to the valid records."""

import jax.numpy as jnp

from datarax_typed.core.operator import OperatorModule
from datarax_typed.testing.law import BrokenError, NotApplicableError
from datarax_typed.testing.subject import Subject, call, in_nnx_jit


def check(subject: Subject) -> None:
    """Count over calls with padding, plain ones and one within `nnx.jit`."""
    operator = subject.fresh()
    if not isinstance(operator, OperatorModule):
        raise NotApplicableError("it does not count")
    operator.reset_operation_stats()
    _compare(operator, 0, "after reset_operation_stats()")
    size = len(subject.batch)
    padded = subject.batch.replace(valid_mask=jnp.arange(size) < size - 1)
    call(operator, subject.batch)
    call(operator, padded)
    _compare(operator, 2 * size - 1, f"after calls with {size} and {size - 1} valid records")
    in_nnx_jit(operator, padded)
    _compare(operator, 3 * size - 2, f"after {size - 1} more within nnx.jit")


def _compare(operator: OperatorModule, expected: int, when: str) -> None:
    stats = operator.get_operation_stats()
    if sum(stats.values()) != expected:
        raise BrokenError(f"{when}, its counts say {stats}, which is not {expected} in all")


__all__ = ["check"]
