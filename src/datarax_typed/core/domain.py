"""Constraints on the values of a field: finite, in range, or a predicate with a name."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, floor
from typing import TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental import checkify
from jaxtyping import Array, Bool, Num

from datarax_typed.core.element_batch import Batch
from datarax_typed.core.tracing import is_tracing
from datarax_typed.errors import DomainError

Predicate: TypeAlias = Callable[[Num[Array, "..."]], Bool[Array, "..."]]


@dataclass(frozen=True)
class DomainConstraint:
    """A condition that every value of a field fulfils.

    Attributes:
        name: the condition as a sentence: "heart rate is 20 to 300 bpm".
        holds: maps an element's value to where the condition holds, one or many truth values.
    """

    name: str
    holds: Predicate


def finite(what: str = "the value") -> DomainConstraint:
    """Neither NaN nor infinite."""
    return DomainConstraint(f"{what} is finite", jnp.isfinite)


def within(low: float, high: float, what: str = "the value", unit: str = "") -> DomainConstraint:
    """At least `low` and at most `high`, both in `unit`."""
    name = f"{what} is {low} to {high} {unit}".rstrip()

    def holds(value: Num[Array, "..."]) -> Bool[Array, "..."]:
        least, most = bounds(low, high, value.dtype)
        return (least <= value) & (value <= most)

    return DomainConstraint(name, holds)


def bounds(low: float, high: float, dtype: np.dtype) -> tuple[Num[Array, ""], Num[Array, ""]]:
    """Return the limits of a range in a dtype: of whole numbers, the first and last within it.

    Where there are none, the first is more than the last.
    """
    if not jnp.issubdtype(dtype, jnp.integer):
        with np.errstate(over="ignore"):
            return jnp.array(low, dtype), jnp.array(high, dtype)
    limits = np.iinfo(dtype)
    least, most = ceil(max(low, limits.min)), floor(min(high, limits.max))
    if least > most:
        # No whole number is within.
        least, most = limits.max, limits.min
    return jnp.array(least, dtype), jnp.array(most, dtype)


def check_domain(
    constraints: tuple[DomainConstraint, ...],
    values: Num[Array, "batch ..."],
    batch: Batch,
    operator: str,
) -> None:
    """Check the values of a field of every valid record.

    Raises:
        DomainError: a record breaks a constraint; while JAX traces, a `checkify` check stands for
            it, which costs nothing unless `checkify` is asked for it.
    """
    # Of no values, none breaks anything.
    if values.size == 0:
        return
    for constraint in constraints:
        kept = jax.vmap(lambda value, holds=constraint.holds: jnp.all(holds(value)))(values)
        broken = ~kept & batch.valid_mask
        row = jnp.argmax(broken)
        record = row if batch.index is None else batch.index[row]
        value = values[row]
        message = (
            f"{operator}: expected that {constraint.name}, "
            "got values from {low} to {high} in record {record}"
        )
        found = {"low": jnp.min(value), "high": jnp.max(value), "record": record}
        if is_tracing():
            checkify.debug_check(~jnp.any(broken), message, **found)
        elif bool(jnp.any(broken)):
            raise DomainError(message.format(**found))


__all__ = ["DomainConstraint", "check_domain", "finite", "within"]
