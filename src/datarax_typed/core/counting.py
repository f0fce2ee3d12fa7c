"""Counts of elements: added up by the host where it knows how many, in the program elsewhere.

An array that a program takes and returns on every call costs more than all else around a small
batch, and how many rows are valid is mostly known without asking the device.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from operator import attrgetter
from threading import RLock
from typing import Final, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax.custom_batching import custom_vmap
from jax.extend.core import get_opaque_trace_state
from jaxtyping import Array, Bool, UInt32

_LARGEST: Final = 2**32 - 1
_CONVENTION: Final = "nnx"

# A NumPy array where the host keeps it.
Number: TypeAlias = UInt32[Array, ""] | UInt32[np.ndarray, ""]

# In place of a count within a step that leaves counting to the host.
NOT_GIVEN: Final = object()

# Held while a count changes: another thread may call the operator, or ask how many it has seen.
COUNTING: Final = RLock()


class CountRead(BaseException):
    """A step reads a count that it was not given; no user's `except Exception` may catch this."""


class Count(nnx.Variable[Number]):
    """A number of elements, modulo 2**32; what the host adds waits until somebody reads it."""

    __slots__ = ("_settled", "_waiting")
    _settled: Number
    _waiting: int

    # All of flax's ways to a variable's value lead through this name, a slot of its base.
    @property
    def _raw_value(self) -> Number:
        settled, waiting = _settled_of(self), _waiting_of(self)
        step = _STEP.get() if settled is NOT_GIVEN else None
        if step is not None:
            step.reads_counts = True
            raise CountRead
        if waiting:
            # A concrete number, within somebody's trace too.
            with COUNTING, jax.ensure_compile_time_eval():
                settled = plus(_settled_of(self), _waiting_of(self))
                self._settle(settled)
        return settled

    @_raw_value.setter
    def _raw_value(self, value: Number) -> None:
        self._settle(value)

    def _settle(self, value: Number) -> None:
        with COUNTING:
            _set(self, "_settled", value)
            _set(self, "_waiting", 0)

    def __setitem__(self, index: object, value: Number) -> None:
        # In place, a NumPy array would change for all who hold it.
        self.set_value(value)

    def add(self, number: int) -> None:
        """Add a number that the host knows, with `COUNTING` held; not for use while JAX traces."""
        _set(self, "_waiting", _waiting_of(self) + number)


_set: Final = object.__setattr__
_settled_of: Final[Callable[[Count], Number]] = attrgetter("_settled")
_waiting_of: Final[Callable[[Count], int]] = attrgetter("_waiting")


@dataclass
class Step:
    """A compiled step that is being traced.

    Attributes:
        mask: the valid rows of the batch that it was given, if the host knows how many they are.
        trace: the trace that the step belongs to.
        counts: those that grow by the number of these rows; the host will add it.
        reads_counts: whether a count was read that was not given.
    """

    mask: object | None
    trace: object = field(default_factory=lambda: get_opaque_trace_state(convention=_CONVENTION))
    counts: list[Count] = field(default_factory=list)
    reads_counts: bool = False

    def leaves_to_host(self, mask: object) -> bool:
        """Return whether the host adds the number of these rows.

        Not for other rows than those given, and not within a loop or branch of the step.
        """
        own = mask is self.mask and self.mask is not None
        return own and bool(get_opaque_trace_state(convention=_CONVENTION) == self.trace)


# Within a step that `jax.disable_jit` runs without tracing, an operator must not start another.
_STEP: ContextVar[Step | None] = ContextVar("step", default=None)


def in_step() -> bool:
    """Return whether a compiled step is being traced, or run without tracing."""
    return _STEP.get() is not None


@contextmanager
def running(step: Step) -> Iterator[None]:
    """Say that a step is being traced within the block.

    Raises:
        CountRead: the block has read a count, whatever it made of that error.
    """
    token = _STEP.set(step)
    try:
        yield
    except Exception:
        if step.reads_counts:
            raise CountRead from None
        raise
    finally:
        _STEP.reset(token)
    if step.reads_counts:
        raise CountRead


def left_to_host(count: Count, mask: object) -> bool:
    """Return whether the host will add the number of valid rows to a count; noted if so."""
    step = _STEP.get()
    if step is None or not step.leaves_to_host(mask):
        return False
    step.counts.append(count)
    return True


@contextmanager
def uncounted_on_error() -> Iterator[None]:
    """Leave nothing to the host of what a block of a step has counted before an error."""
    step = _STEP.get()
    if step is None:
        yield
        return
    before = len(step.counts)
    try:
        yield
    except BaseException:
        del step.counts[before:]
        raise


@custom_vmap
def grown(count: UInt32[Array, "..."], rows: Bool[Array, "..."]) -> UInt32[Array, "..."]:
    """Return a count that has grown by the number of valid rows, in the program.

    Args:
        count: the count, or those of operators side by side.
        rows: which rows are valid; first, the axes of the count.
    """
    return count + jnp.sum(rows, tuple(range(jnp.ndim(count), rows.ndim)), dtype=jnp.uint32)


@grown.def_vmap
def _(
    size: int, batched: list[bool], count: UInt32[Array, "..."], rows: Bool[Array, "..."]
) -> tuple[UInt32[Array, "..."], bool]:
    if batched[0]:
        rows = rows if batched[1] else jnp.broadcast_to(rows, (size, *rows.shape))
        return grown(count, rows), True
    # The counts of an operator that `nnx.vmap` shares among batches are those of all of them.
    return grown(count, jnp.moveaxis(rows, 0, -1)), False


def on_host(number: int) -> Number:
    """Return a number as the host keeps it."""
    return np.asarray(number & _LARGEST, np.uint32)


def plus(count: Number, number: Number | int) -> Number:
    """Return a count that has grown; it stays on the host as long as nothing else comes in."""
    if isinstance(count, np.ndarray) and isinstance(number, int | np.ndarray):
        return on_host(int(count) + int(number))
    return jnp.add(count, jnp.asarray(number, jnp.uint32))


def minus(after: Number, before: Number) -> Number:
    """Return by how much a count has grown."""
    if isinstance(after, np.ndarray) and isinstance(before, np.ndarray):
        return on_host(int(after) - int(before))
    return jnp.subtract(after, before)


__all__ = [
    "COUNTING",
    "NOT_GIVEN",
    "Count",
    "CountRead",
    "Step",
    "grown",
    "in_step",
    "left_to_host",
    "minus",
    "on_host",
    "plus",
    "running",
    "uncounted_on_error",
]
