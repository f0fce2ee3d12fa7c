"""Whether JAX is tracing."""

import jax.core
from jax.extend.core import get_opaque_trace_state

_CONVENTION = "nnx"

# Read inside `eval_context`, so that a first import within a trace is right too.
with jax.core.eval_context():
    _NOT_TRACING = get_opaque_trace_state(convention=_CONVENTION)


def is_tracing() -> bool:
    """Return whether the calling thread runs inside a JAX transformation."""
    return bool(get_opaque_trace_state(convention=_CONVENTION) != _NOT_TRACING)


__all__ = ["is_tracing"]
