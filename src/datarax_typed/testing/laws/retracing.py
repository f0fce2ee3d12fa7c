"""Retracing: a second batch of the same shape is not traced again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import jax

from datarax_typed.testing.law import BrokenError, NotApplicableError
from datarax_typed.testing.subject import Subject, call, rows

_TRACED: Final = "/jax/core/compile/jaxpr_trace_duration"
_traces: Final[list[str]] = []
_listening: Final[list[bool]] = []


def check(subject: Subject) -> None:
    """Count what JAX traces in calls after the first one."""
    operator = subject.fresh()
    if not callable(operator):
        raise NotApplicableError("it does not compile itself: it has no __call__")
    batch = subject.batch
    turned = rows(batch, [*range(len(batch))][::-1])
    call(operator, batch)
    for number, given in enumerate((turned, batch), start=2):
        with _counted() as found:
            call(operator, given)
        if found:
            raise BrokenError(
                f"call {number}, with a batch of the same shape, was traced anew "
                f"({len(found)} functions)"
            )


@contextmanager
def _counted() -> Iterator[list[str]]:
    if not _listening:
        jax.monitoring.register_event_duration_secs_listener(_note)
        _listening.append(True)
    _traces.clear()
    found: list[str] = []
    yield found
    found += _traces


def _note(event: str, duration_secs: float, **metadata: str | int) -> None:
    if event == _TRACED:
        _traces.append(event)


__all__ = ["check"]
