"""Numbers to compute with."""

import jax.numpy as jnp
from jaxtyping import Array, Float


def exact(samples: Float[Array, "*any"]) -> Float[Array, "*any"]:
    """Return half precision as single; single and double as they are."""
    return samples.astype(jnp.promote_types(samples.dtype, jnp.float32))


__all__ = ["exact"]
