"""Two towers that do not meet."""

from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
import optax
from flax import nnx
from jaxtyping import Array, Bool, Float, Int

LENGTH: Final = 77


class Pairs(NamedTuple):
    """Images and their captions."""

    images: Float[Array, "b 64 64 3"]
    tokens: Int[Array, "b 77"]
    padding: Bool[Array, "b 77"]


# the images' tower
class ImageTower(nnx.Module):
    def __init__(self, *, rngs: nnx.Rngs) -> None:
        self.stem = nnx.Conv(3, 32, kernel_size=(4, 4), strides=(4, 4), rngs=rngs)
        self.norm = nnx.LayerNorm(32, rngs=rngs)
        self.head = nnx.Linear(32, 128, rngs=rngs)

    def __call__(self, images: Float[Array, "b h w 3"]) -> Float[Array, "b 128"]:
        grid: Float[Array, "b y x 32"] = self.norm(self.stem(images))
        pooled = grid.mean(axis=(1, 2))
        return self.head(pooled)

    def unpooled(self, images: Float[Array, "b h w 3"]) -> Float[Array, "b 128"]:
        return self.head(self.stem(images))  # E: datarax-shape: return: expected Float[Array, "b 128"]


# the texts' tower
class TextTower(nnx.Module):
    def __init__(self, *, rngs: nnx.Rngs) -> None:
        self.table = nnx.Embed(1000, 96, rngs=rngs)
        self.positions = nnx.Param(jnp.zeros((77, 96)))
        self.layers = nnx.List([nnx.Linear(96, 96, rngs=rngs) for _ in range(2)])
        self.head = nnx.Linear(96, 128, rngs=rngs)

    def hidden(self, tokens: Int[Array, "b 77"]) -> Float[Array, "b 77 96"]:
        x = self.table(tokens) + self.positions[...]
        for layer in self.layers:
            x = x + nnx.gelu(layer(x))
        return x

    def __call__(self, tokens: Int[Array, "b 77"], padding: Bool[Array, "b 77"]) -> Float[Array, "b 128"]:
        hidden = self.hidden(tokens)
        kept = hidden * (1 - padding[..., None])
        lengths: Float[Array, "b 1"] = (~padding).sum(axis=1, keepdims=True).astype(jnp.float32)
        return self.head(kept.sum(axis=1) / jnp.maximum(lengths, 1.0))

    def wide(self, tokens: Int[Array, "b 77"]) -> Float[Array, "b 128"]:
        return self.hidden(tokens).mean(axis=1)  # E: datarax-shape: return: expected Float[Array, "b 128"]


# the space
def unit(x: Float[Array, "*batch d"]) -> Float[Array, "*batch d"]:
    length: Float[Array, "*batch 1"] = jnp.linalg.norm(x, axis=-1, keepdims=True)
    return x / length


def similarities(
    images: Float[Array, "n d"], texts: Float[Array, "m d"], scale: Float[Array, ""]
) -> Float[Array, "n m"]:
    return scale * images @ texts  # E: datarax-shape: matmul:


def nearest(query: Float[Array, "d"], keys: Float[Array, "n d"]) -> Int[Array, ""]:
    return jnp.argmax(keys @ query)


def symmetric_loss(logits: Float[Array, "n n"]) -> Float[Array, ""]:
    labels = jnp.arange(logits.shape[0])
    by_image: Float[Array, "n"] = optax.softmax_cross_entropy_with_integer_labels(logits, labels)
    by_text: Float[Array, ""] = -jax.nn.log_softmax(logits.T).mean(axis=-1)  # E: datarax-shape: by_text: expected Float[Array, ""]
    return (by_image.mean() + by_text) / 2


# both towers
class TwoTowers(nnx.Module):
    def __init__(self, *, rngs: nnx.Rngs) -> None:
        self.image = ImageTower(rngs=rngs)
        self.text = TextTower(rngs=rngs)
        self.log_scale = nnx.Param(jnp.asarray(2.6))

    def __call__(self, pairs: Pairs) -> Float[Array, "b b"]:
        images = unit(self.image(pairs.images))
        texts = unit(self.text(pairs.padding, pairs.tokens))  # E: datarax-dtype: tokens: expected Int[Array, "b 77"] ;; datarax-dtype: padding: expected Bool[Array, "b 77"]
        return similarities(images, texts, jnp.exp(self.log_scale[...]))

    def loss(self, pairs: Pairs) -> Float[Array, ""]:
        return symmetric_loss(pairs.images)  # E: datarax-shape: logits: expected Float[Array, "n n"]

    def classify(self, images: Float[Array, "b h w 3"], prompts: Int[Array, "classes 77"]) -> Int[Array, "b"]:
        padding = prompts == 0
        texts = unit(self.text.hidden(prompts))
        vectors = unit(self.image(images))
        best: Int[Array, "b"] = jax.vmap(nearest, in_axes=(0, None))(vectors, texts)  # E: datarax-shape: keys: expected Float[Array, "n d"]
        return best
