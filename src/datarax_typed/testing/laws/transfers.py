"""Transfers: a call moves nothing between host and device, and calls nothing on the host."""

import re
from typing import Final

import jax
from flax import nnx

from datarax_typed.core.element_batch import Batch
from datarax_typed.protocols import PyTree
from datarax_typed.testing.law import BrokenError
from datarax_typed.testing.subject import Subject, call

_CALLBACK: Final = re.compile(r"\b(\w*callback)\b\[")


def check(subject: Subject) -> None:
    """Look for callbacks in what is traced, then call with transfers forbidden."""
    batch = subject.batch
    if found := sorted(set(_CALLBACK.findall(_traced(subject, batch)))):
        raise BrokenError(f"its program calls the host: {', '.join(found)}")
    operator = subject.fresh()
    if not callable(operator):
        return
    call(operator, batch)
    try:
        with jax.transfer_guard("disallow"):
            call(operator, batch)
    except Exception as error:
        if "transfer" not in str(error):
            raise
        raise BrokenError(f"a call moves data: {str(error).partition(chr(10))[0]}") from error


def _traced(subject: Subject, batch: Batch) -> str:
    operator = subject.fresh()
    if not isinstance(operator, nnx.Module):
        return str(jax.make_jaxpr(operator.apply_batch)(batch))
    graph, state = nnx.split(operator)

    def run(state: PyTree, batch: Batch) -> Batch:
        result: Batch = nnx.merge(graph, state).apply_batch(batch)
        return result

    return str(jax.make_jaxpr(run)(state, batch))


__all__ = ["check"]
