"""Whether JAX is tracing, and whether values of a type are arrays or stand for some."""

from collections.abc import Iterable

import jax
import jax.core
from jax.extend.core import find_top_trace

# Read inside `eval_context`, so that a first import within a trace is right too.
with jax.core.eval_context():
    _NOT_TRACING = find_top_trace(())


def is_tracing() -> bool:
    """Return whether the calling thread runs inside a JAX transformation."""
    return find_top_trace(()) is not _NOT_TRACING


# Types that have been seen: `isinstance(value, jax.Array)` costs more than all else that is asked
# of an array.
_CONCRETE: dict[type, bool] = {}


def is_concrete_type(kind: type) -> bool:
    """Return whether values of a type are JAX arrays that hold numbers, and no tracers."""
    known = _CONCRETE.get(kind)
    if known is None:
        known = issubclass(kind, jax.Array) and not issubclass(kind, jax.core.Tracer)
        _CONCRETE[kind] = known
    return known


def are_concrete(values: Iterable[object]) -> bool:
    """Return whether all values are JAX arrays that hold numbers, and no tracers."""
    # Twice, since the first is quick, and knows only types that have been seen.
    kinds = set(map(type, values))
    return all(map(_CONCRETE.get, kinds)) or all(map(is_concrete_type, kinds))


__all__ = ["are_concrete", "is_concrete_type", "is_tracing"]
