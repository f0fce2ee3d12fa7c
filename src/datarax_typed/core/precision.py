"""The precision to compute in."""

import jax.numpy as jnp
from jaxtyping import Array, Float, Num


def single_or_double(array: Num[Array, "..."]) -> Float[Array, "..."]:
    """Return an array in single precision, or as it is in double."""
    return array if array.dtype == jnp.float64 else array.astype(jnp.float32)


__all__ = ["single_or_double"]
