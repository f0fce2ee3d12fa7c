"""What several colour operators share."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float


def is_coloured(image: Float[Array, "h w 3"]) -> Bool[Array, "h w 1"]:
    """Return whether channels differ by more than rounding does.

    The hue and the saturation of other pixels are divisions by next to nothing; so are their
    gradients.
    """
    distance = image.max(axis=-1, keepdims=True) - image.min(axis=-1, keepdims=True)
    return distance > jnp.asarray(np.finfo(image.dtype).eps, image.dtype)


__all__ = ["is_coloured"]
