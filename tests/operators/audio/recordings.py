"""A real recording for the tests of audio operators: a loop of house music, 8 bits, mono."""

from functools import cache
from typing import Final

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from datarax_typed.core.element_batch import Batch
from datarax_typed.demo.sound import read_recording, recording_path

RATE_HZ: Final = 11025


@cache
def recording() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return the recording's samples, of full scale 1."""
    samples, rate_hz = read_recording(recording_path())
    assert rate_hz == RATE_HZ, f"the recording has {rate_hz} samples a second"
    return samples


def excerpt(length: int, start: int = 2000) -> Float[Array, "time"]:
    """Return some samples of the recording."""
    return jnp.asarray(recording()[start : start + length])


def excerpts(length: int) -> Float[Array, "batch time"]:
    """Return three parts of the recording."""
    return jnp.stack([excerpt(length, start) for start in (2000, 5000, 9000)])


def excerpt_batch(length: int) -> Batch:
    """Return three parts of the recording, and an index."""
    return Batch({"waveform": excerpts(length)}, index=jnp.array([4, 9, 2]))
