"""`jit` as a call, as a decorator, and with options: the signature stays."""

from collections.abc import Callable
from typing import assert_type

import jax.numpy as jnp
from jax import Array

from datarax_typed.transforms import jit


@jit
def doubled(x: Array) -> Array:
    return 2 * x


@jit(static_argnames="times")
def repeated(x: Array, times: int, *, reverse: bool = False) -> Array:
    return jnp.concatenate([-x if reverse else x for _ in range(times)])


def moved(x: Array, *, by: float) -> dict[str, Array]:
    return {"x": x + by}


moved_quickly = jit(moved, static_argnames=["by"])
given_away = jit(moved, donate_argnums=0)
as_argument: Callable[[Array], Array] = jit(doubled)

assert_type(doubled(jnp.ones(2)), Array)
assert_type(repeated(jnp.ones(2), times=2), Array)
assert_type(moved_quickly(jnp.ones(2), by=1.0), dict[str, Array])
assert_type(given_away(jnp.ones(2), by=1.0)["x"], Array)
assert_type([as_argument(each) for each in (jnp.ones(1), jnp.ones(2))], list[Array])
