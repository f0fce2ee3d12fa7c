"""Real sentences as token ids: what scikit-image says of its pictures."""

import re
from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int
from skimage import data

PAD = 0
_NAMES = ("astronaut", "camera", "coffee", "rocket")


def sentences() -> list[list[int]]:
    """The sentences, a number a word in the order of their first use; 0 is no word."""
    words = [re.findall(r"[A-Za-z]+", _sentence(name).lower()) for name in _NAMES]
    known = list(dict.fromkeys(word for sentence in words for word in sentence))
    return [[1 + known.index(word) for word in sentence] for sentence in words]


def padded(rows: Sequence[Sequence[int]], length: int) -> Int[Array, "batch length"]:
    """The rows, cut or filled up with `PAD` to a length."""
    filled = [[*row[:length], *[PAD] * (length - len(row))] for row in rows]
    return jnp.asarray(np.array(filled, np.int32))


def _sentence(name: str) -> str:
    text: str = getattr(data, name).__doc__
    # The first paragraph names the picture, the second tells about it.
    return " ".join(text.split("Returns", maxsplit=1)[0].split("Notes", maxsplit=1)[0].split())
