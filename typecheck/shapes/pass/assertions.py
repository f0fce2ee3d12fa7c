"""Shapes that are asserted, and are so."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from datarax_typed import assert_shape


# 1: names, numbers, dots
def plain(x: Float[Array, "b 224 224 3"]) -> Array:
    x = assert_shape(x, "b 224 224 3")
    x = assert_shape(x, "b h w c")
    return assert_shape(x, "... 3")


# 2: names of an assertion are its own
def own_names(x: Float[Array, "h w c"]) -> Array:
    return assert_shape(x, "a b d")


# 3: numbers for names
def numbers(x: Float[Array, "n d"]) -> Array:
    return assert_shape(x[:2], "2 d") if x.shape[0] > 1 else x


# 4: what is not known
def unknown(x: Array) -> Array:
    return assert_shape(jnp.atleast_2d(x), "... n")


# 5: where JAX traces
def traced(x: Float[Array, "n d"]) -> Array:
    result: Array = jax.vmap(lambda row: assert_shape(row, "d"))(x)
    return result
