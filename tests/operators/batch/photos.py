"""Real pictures with labels, for operators of a whole batch."""

import jax
import jax.numpy as jnp
import numpy as np
import skimage.data

from datarax_typed.core.element_batch import Batch


def photo_batch(size: int = 4) -> Batch:
    """Return crops of photographs in [0, 1], one-hot labels, masks, and an index."""
    found = [getattr(skimage.data, name)() for name in ("astronaut", "coffee", "cat", "rocket")]
    crops = np.stack([photo[100:220:10, 180:340:10] for photo in found])[:size]
    images = jnp.asarray(crops.astype(np.float32) / 255)
    data = {
        "image": images,
        "label": jax.nn.one_hot(jnp.arange(size), 4),
        "mask": images[..., 0] > 0.5,
    }
    return Batch(data, index=jnp.array([40, 9, 21, 7])[:size])


def rows(batch: Batch, chosen: list[int], valid: list[bool] | None = None) -> Batch:
    """Return some rows of a batch, of which some are padding."""
    taken: Batch = jax.tree.map(lambda leaf: jnp.asarray(np.asarray(leaf)[chosen]), batch)
    return taken if valid is None else taken.replace(valid_mask=jnp.array(valid))
