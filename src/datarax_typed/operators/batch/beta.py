"""Random shares, distributed as Beta(alpha, alpha)."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Key


def symmetric_beta(key: Key[Array, ""], alpha: float) -> Float[Array, ""]:
    """Return a number in [0, 1] that is distributed as Beta(alpha, alpha).

    Without a loop, unlike `jax.random.beta`, which takes seconds to compile.

    Source: Devroye 1996, Random Variate Generation in One Line of Code, the symmetric beta.
    """
    radius, angle, side = jax.random.split(key, 3)
    least = np.finfo(np.float32).tiny
    radial = jnp.expm1(-jnp.log(jax.random.uniform(radius, minval=least)) / alpha)
    cosine = jnp.cos(2 * jnp.pi * jax.random.uniform(angle))
    # A quarter turn in float32 is none exactly, but its cosine's square may be nothing.
    ratio = radial * jnp.maximum(cosine * cosine, least)
    half = jax.lax.rsqrt(1 + 1 / jnp.maximum(ratio, least)) / 2
    return jnp.where(jax.random.bernoulli(side), 0.5 + half, 0.5 - half)


__all__ = ["symmetric_beta"]
