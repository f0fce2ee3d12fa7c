"""Counts: what was applied and what was skipped add up to the valid records."""

from datarax_typed.core.operator import OperatorModule
from datarax_typed.testing.law import BrokenError, NotApplicableError
from datarax_typed.testing.subject import Subject, call, in_nnx_jit, rows


def check(subject: Subject) -> None:
    """Count over calls with padding, plain ones and one within `nnx.jit`."""
    operator = subject.fresh()
    if not isinstance(operator, OperatorModule):
        raise NotApplicableError("it does not count")
    operator.reset_operation_stats()
    _compare(operator, 0, "after reset_operation_stats()")
    size = len(subject.batch)
    few = max(1, size - 1)
    padded = rows(subject.batch, [*range(few)], pad_to=size)
    call(operator, subject.batch)
    call(operator, padded)
    _compare(operator, size + few, f"after calls with {size} and {few} valid records")
    in_nnx_jit(operator, padded)
    _compare(operator, size + 2 * few, f"after {few} more within nnx.jit")


def _compare(operator: OperatorModule, expected: int, when: str) -> None:
    stats = operator.get_operation_stats()
    if sum(stats.values()) != expected:
        raise BrokenError(f"{when}, its counts say {stats}, which is not {expected} in all")


__all__ = ["check"]
