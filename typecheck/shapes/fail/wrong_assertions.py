"""Shapes that are asserted, and are others."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from datarax_typed import assert_shape


def size(x: Float[Array, "b 224 224 3"]) -> Array:
    return assert_shape(x, "b 256 256 3")  # E: datarax-shape: assert_shape:


def rank(x: Float[Array, "b h w 3"]) -> Array:
    return assert_shape(x, "h w 3")  # E: datarax-shape: assert_shape:


def made() -> Array:
    return assert_shape(jnp.zeros((2, 3)), "3 2")  # E: datarax-shape: assert_shape:


def twice(x: Float[Array, "4 5"]) -> Array:
    return assert_shape(x, "n n")  # E: datarax-shape: assert_shape:


def reduced(x: Float[Array, "b h w c"]) -> Array:
    pooled = x.mean(axis=(1, 2))
    return assert_shape(pooled, "b 1 1 c")  # E: datarax-shape: assert_shape:
