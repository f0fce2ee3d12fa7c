"""A small flax model of pictures, captions and sound, as a stage among other operators."""

from typing import Final, TypedDict

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Bool, Float, Int

from datarax_typed.core.config import OperatorConfig
from datarax_typed.core.operator import OperatorModule
from datarax_typed.demo.data import FRAME, PADDING
from datarax_typed.protocols import Metadata, PyTree

WIDTH: Final = 32


class Prepared(TypedDict):
    """One record as the model takes it."""

    image: Float[Array, "h w 3"]
    mask: Bool[Array, "h w"]
    boxes: Float[Array, "boxes 4"]
    tokens: Int[Array, " words"]
    sound: Float[Array, " samples"]


class Encoded(Prepared):
    """One record as the model gives it."""

    image_embedding: Float[Array, " width"]
    caption_embedding: Float[Array, " width"]
    sound_embedding: Float[Array, " width"]


class ImageEncoder(nnx.Module):
    """Two convolutions, the mean over the picture, and a dense layer."""

    def __init__(self, width: int, rngs: nnx.Rngs) -> None:
        self.first: nnx.Conv = nnx.Conv(3, 16, (5, 5), strides=4, rngs=rngs)
        self.second: nnx.Conv = nnx.Conv(16, width, (3, 3), strides=2, rngs=rngs)
        self.last: nnx.Linear = nnx.Linear(width, width, rngs=rngs)

    def __call__(self, image: Float[Array, "h w 3"]) -> Float[Array, " width"]:
        """Return the embedding of a picture of values in [0, 1]."""
        seen = nnx.relu(self.first(image - 0.5))
        seen = nnx.relu(self.second(seen))
        return self.last(jnp.mean(seen, axis=(0, 1)))


class CaptionEncoder(nnx.Module):
    """The mean of the words' embeddings, and a dense layer."""

    def __init__(self, words: int, width: int, rngs: nnx.Rngs) -> None:
        self.words: nnx.Embed = nnx.Embed(words, width, rngs=rngs)
        self.last: nnx.Linear = nnx.Linear(width, width, rngs=rngs)

    def __call__(self, tokens: Int[Array, " words"]) -> Float[Array, " width"]:
        """Return the embedding of a caption; padding does not count."""
        there = (tokens != PADDING).astype(jnp.float32)
        mean = there @ self.words(tokens) / jnp.sum(there)
        return self.last(nnx.relu(mean))


class SoundEncoder(nnx.Module):
    """The mean spectrum of short frames, and two dense layers."""

    def __init__(self, width: int, rngs: nnx.Rngs) -> None:
        self.first: nnx.Linear = nnx.Linear(FRAME // 2 + 1, width, rngs=rngs)
        self.last: nnx.Linear = nnx.Linear(width, width, rngs=rngs)

    def __call__(self, sound: Float[Array, " samples"]) -> Float[Array, " width"]:
        """Return the embedding of a clip whose length is a multiple of the frame."""
        frames = sound.reshape(-1, FRAME)
        # Squared, since the absolute value of a complex zero has no gradient.
        power = jnp.square(jnp.abs(jnp.fft.rfft(frames) + 1e-3))
        spectrum = jnp.mean(jnp.log1p(power), axis=0)
        return self.last(nnx.relu(self.first(spectrum)))


class EncodeOperator(OperatorModule[OperatorConfig]):
    """Adds an embedding of the picture, of the caption and of the sound.

    Args:
        config: the configuration.
        words: the size of the vocabulary.
        rngs: random number generators that initialise the parameters.
        name: a name for error messages.
    """

    def __init__(
        self,
        config: OperatorConfig,
        words: int,
        *,
        rngs: nnx.Rngs,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=None, name=name)
        self.image: ImageEncoder = ImageEncoder(WIDTH, rngs)
        self.caption: CaptionEncoder = CaptionEncoder(words, WIDTH, rngs)
        self.sound: SoundEncoder = SoundEncoder(WIDTH, rngs)

    def apply(
        self,
        data: Prepared,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: dict[str, jax.Array] | None = None,
    ) -> tuple[Encoded, PyTree, Metadata | None]:
        """Encode one record."""
        encoded = Encoded(
            **data,
            image_embedding=self.image(data["image"]),
            caption_embedding=self.caption(data["tokens"]),
            sound_embedding=self.sound(data["sound"]),
        )
        return encoded, state, metadata


__all__ = ["EncodeOperator", "Encoded", "Prepared"]
