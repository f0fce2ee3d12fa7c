"""Masks of SpecAugment: bands of random place and width along one axis."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, Key


def draw_bands(key: Key[Array, ""], num_masks: int) -> Float[Array, "masks 2"]:
    """Return two numbers in [0, 1) for each band: of its width, and of its place."""
    return jax.random.uniform(key, (num_masks, 2))


def in_bands(
    drawn: Float[Array, "masks 2"], widest: Int[Array, ""], size: int
) -> Bool[Array, "size"]:
    """Return where along an axis a band lies; bands may overlap.

    A band's width is any of 0 to `widest`, its first place any at which it fits, all equally
    likely.

    Args:
        drawn: what `draw_bands` returned.
        widest: the largest width; no more than `size`.
        size: the size of the axis.
    """
    # In single precision whatever the spectrogram has: half of it cannot count to a thousand.
    width = jnp.floor(drawn[:, 0] * (widest + 1).astype(jnp.float32)).astype(jnp.int32)
    places = jnp.asarray(size, jnp.int32) - width + 1
    start = jnp.floor(drawn[:, 1] * places.astype(jnp.float32)).astype(jnp.int32)
    at = jnp.arange(size, dtype=jnp.int32)[None, :]
    return jnp.any((start[:, None] <= at) & (at < (start + width)[:, None]), axis=0)


__all__ = ["draw_bands", "in_bands"]
