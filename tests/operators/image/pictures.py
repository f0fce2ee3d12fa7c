"""Real pictures for the tests of image operators."""

import jax.numpy as jnp
import skimage.data
from jaxtyping import Array, Float

from datarax_typed.core.element_batch import Batch


def photos() -> Float[Array, "batch h w c"]:
    """Return crops of three photographs, as values in [0, 1]."""
    found = [skimage.data.astronaut(), skimage.data.coffee(), skimage.data.cat()]
    crops = [jnp.asarray(photo[100:228:8, 180:340:8]) for photo in found]
    return jnp.stack(crops).astype(jnp.float32) / 255


def photo_batch() -> Batch:
    """Return the photographs with masks of their bright parts and boxes, and an index."""
    images = photos()
    boxes = jnp.array([[2.0, 3.0, 9.0, 12.0], [0.0, 0.0, 20.0, 16.0]])
    data = {
        "image": images,
        "mask": images[..., 0] > 0.5,
        "boxes": jnp.stack([boxes, boxes + 1, boxes - 1]),
    }
    return Batch(data, index=jnp.array([4, 9, 2]))
