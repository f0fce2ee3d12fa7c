"""A vision transformer with the mistakes that people make in one."""

from dataclasses import dataclass
from typing import Final

import jax
import jax.numpy as jnp
import optax
from flax import nnx
from jaxtyping import Array, Float, Int

PATCH: Final = 16
WIDTH: Final = 192
HEADS: Final = 3


@dataclass(frozen=True)
class Config:
    """What the model is made of."""

    depth: int = 2
    classes: int = 10
    dropout: float = 0.1


# patches of an image
class PatchEmbed(nnx.Module):
    def __init__(self, *, rngs: nnx.Rngs) -> None:
        self.projection = nnx.Conv(3, 192, kernel_size=(16, 16), strides=(16, 16), padding="VALID", rngs=rngs)

    def __call__(self, images: Float[Array, "b 224 224 3"]) -> Float[Array, "b 196 192"]:
        patches = self.projection(images)
        b, h, w, c = patches.shape
        return patches.reshape(b, h * w, c)


def cut(images: Float[Array, "b 224 224 3"]) -> Float[Array, "b 196 768"]:
    b = images.shape[0]
    grid = images.reshape(b, 14, 16, 14, 16, 3)
    return grid.transpose(0, 1, 3, 2, 4, 5).reshape(b, 768, 196)  # E: datarax-shape: return: expected Float[Array, "b 196 768"]


# attention
def split_heads(x: Float[Array, "b n 192"]) -> Float[Array, "b 3 n 64"]:
    b, n, _ = x.shape
    return x.reshape(b, n, 3, 64).transpose(0, 2, 1, 3)


def unswapped_heads(x: Float[Array, "b 196 192"]) -> Float[Array, "b 3 196 64"]:
    return x.reshape(x.shape[0], x.shape[1], 3, 64)  # E: datarax-shape: return: expected Float[Array, "b 3 196 64"]


def merge_heads(x: Float[Array, "b heads n d"]) -> Float[Array, "b n heads*d"]:
    b, heads, n, d = x.shape
    return x.swapaxes(1, 2).reshape(b, n, heads * d)


def attention(
    q: Float[Array, "b heads n d"], k: Float[Array, "b heads m d"], v: Float[Array, "b heads m d"]
) -> Float[Array, "b heads n d"]:
    scores = jnp.einsum("bhnd,bhmd->bhnm", q, k) / jnp.sqrt(q.shape[-1])
    weights: Float[Array, "b heads n m"] = jax.nn.softmax(scores, axis=-1)
    return jnp.einsum("bhnm,bhmd->bhnd", weights, v)


def weighted(weights: Float[Array, "b h n m"], v: Float[Array, "b h m d"]) -> Float[Array, "b h n d"]:
    return jnp.einsum("bhnm,bhnd->bhmd", weights, v)  # E: datarax-shape: einsum:


class SelfAttention(nnx.Module):
    def __init__(self, *, rngs: nnx.Rngs) -> None:
        self.qkv = nnx.Linear(192, 3 * 192, use_bias=False, rngs=rngs)
        self.out = nnx.Linear(192, 192, rngs=rngs)

    def __call__(self, x: Float[Array, "b n 192"]) -> Float[Array, "b n 192"]:
        q, k, v = jnp.split(self.qkv(x), 3, axis=-1)
        mixed = attention(split_heads(q), split_heads(k), split_heads(v))
        return self.out(merge_heads(mixed))


# blocks
class Mlp(nnx.Module):
    def __init__(self, *, rngs: nnx.Rngs) -> None:
        self.up = nnx.Linear(192, 768, rngs=rngs)
        self.down = nnx.Linear(768, 192, rngs=rngs)

    def __call__(self, x: Float[Array, "*batch 192"]) -> Float[Array, "*batch 192"]:
        hidden = jax.nn.gelu(self.up(x))
        return self.down(hidden)

    def twice(self, x: Float[Array, "*batch 192"]) -> Float[Array, "*batch 192"]:
        return self.up(nnx.gelu(self.up(x)))  # E: datarax-shape: Linear:


class Block(nnx.Module):
    def __init__(self, *, rngs: nnx.Rngs) -> None:
        self.norms = nnx.List([nnx.LayerNorm(192, rngs=rngs) for _ in range(2)])
        self.attention = SelfAttention(rngs=rngs)
        self.mlp = Mlp(rngs=rngs)

    def __call__(self, x: Float[Array, "b n 192"]) -> Float[Array, "b n 192"]:
        x = x + self.attention(self.norms[0](x))
        return x + self.mlp(self.norms[1](x))


# the model
class VisionTransformer(nnx.Module):
    def __init__(self, config: Config, *, rngs: nnx.Rngs) -> None:
        self.patches = PatchEmbed(rngs=rngs)
        self.token = nnx.Param(jnp.zeros((1, 1, 192)))
        self.positions: nnx.Param[Float[Array, "197 192"]] = nnx.Param(jnp.zeros((197, 192)))
        self.blocks = nnx.List([Block(rngs=rngs) for _ in range(config.depth)])
        self.norm = nnx.LayerNorm(192, rngs=rngs)
        self.head = nnx.Linear(192, config.classes, rngs=rngs)

    def features(self, images: Float[Array, "b 224 224 3"]) -> Float[Array, "b 197 192"]:
        x = self.patches(images)
        token = jnp.broadcast_to(self.token[...], (x.shape[0], 1, 192))
        x = jnp.concatenate([token, x], axis=1)
        x = x + self.positions[...]
        for block in self.blocks:
            x = block(x)
        normed: Float[Array, "b 197 192"] = self.norm(x)
        return normed

    def __call__(self, images: Float[Array, "b 224 224 3"]) -> Float[Array, "b classes"]:
        return self.head(self.features(images)[:, 0])

    def placed(self, images: Float[Array, "b 224 224 3"]) -> Float[Array, "b 197 192"]:
        x = self.patches(images)
        return x + self.positions[...]  # E: datarax-shape: add:

    def pooled(self, images: Float[Array, "b 224 224 3"]) -> Float[Array, "b 192"]:
        return self.features(images)[:, 1:].mean(axis=2)  # E: datarax-shape: return: expected Float[Array, "b 192"]


# the loss
def cross_entropy(logits: Float[Array, "b classes"], labels: Int[Array, "b"]) -> Float[Array, ""]:
    one_hot = jax.nn.one_hot(labels, logits.shape[-1])
    log_probabilities = jax.nn.log_softmax(logits, axis=-1)
    return -(one_hot * log_probabilities).sum(axis=-1)  # E: datarax-shape: return: expected Float[Array, ""]


def accuracy(logits: Float[Array, "b classes"], labels: Int[Array, "b"]) -> Float[Array, ""]:
    return (logits.argmax(axis=-1) == labels).mean()


def loss(model: VisionTransformer, images: Float[Array, "b 224 224 3"], labels: Int[Array, "b"]) -> Float[Array, ""]:
    logits = model(images)
    smoothed = optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()
    return cross_entropy(labels, logits) + smoothed  # E: datarax-dtype: logits: expected Float[Array, "b classes"] ;; datarax-dtype: labels: expected Int[Array, "b"]
