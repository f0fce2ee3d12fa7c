"""Numbers to compute with."""

import jax.numpy as jnp
from jaxtyping import Array, Float, Num


def exact(numbers: Num[Array, "*any"]) -> Float[Array, "*any"]:
    """Return integers and half precision as single; single and double as they are."""
    return numbers if numbers.dtype == jnp.float64 else numbers.astype(jnp.float32)


__all__ = ["exact"]
