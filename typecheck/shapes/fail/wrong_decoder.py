"""A decoder whose cache, heads and losses do not fit."""

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Bool, Float, Int, Key

LENGTH: Final = 128


class Cache(NamedTuple):
    """Keys and values so far, and how many there are."""

    keys: Float[Array, "b 128 4 16"]
    values: Float[Array, "b 128 4 16"]
    used: Int[Array, ""]

    @classmethod
    def empty(cls, b: int) -> "Cache":
        shape = (b, 128, 4, 16)
        return cls(jnp.zeros(shape), jnp.zeros(shape), jnp.zeros((), jnp.int32))

    def grown(self, key: Float[Array, "b 4 16"], value: Float[Array, "b 4 16"]) -> "Cache":
        keys = self.keys.at[:, self.used].set(key)
        values = self.values.at[:, self.used].set(value)
        return Cache(keys, values, self.used + 1)


@dataclass(frozen=True)
class Sampling:
    """How tokens are drawn."""

    temperature: float = 1.0
    top: int = 5


# rotary positions
def rotated(x: Float[Array, "*batch d"], angle: Float[Array, "*#batch d//2"]) -> Float[Array, "*batch d"]:
    left, right = jnp.split(x, 2, axis=-1)
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    return jnp.concatenate([left * cos - right * sin, left * sin + right * cos], axis=-1)


def angles(positions: Int[Array, "t"], d: int = 16) -> Float[Array, "t half"]:
    rates = 1.0 / 10000.0 ** (jnp.arange(0, d, 2) / d)
    return positions[:, None] * rates


def angles_of_eight(positions: Int[Array, "t"]) -> Float[Array, "t 8"]:
    rates = 1.0 / 10000.0 ** (jnp.arange(8) / 8)
    return positions[:, None, None] * rates  # E: datarax-shape: return: expected Float[Array, "t 8"]


# norms and gates
class RMSNorm(nnx.Module):
    def __init__(self, *, rngs: nnx.Rngs) -> None:
        self.scale: nnx.Param[Float[Array, "64"]] = nnx.Param(jnp.ones(64))

    def __call__(self, x: Float[Array, "*batch 64"]) -> Float[Array, "*batch 64"]:
        variance = jnp.mean(x * x, axis=-1, keepdims=True)
        scale: Float[Array, "64"] = self.scale[...]
        return x * jax.lax.rsqrt(variance + 1e-6) * scale

    def mean(self, x: Float[Array, "*batch 64"]) -> Float[Array, "*batch 64"]:
        scale: Float[Array, "64"] = self.scale[...]
        return jnp.mean(x * scale, axis=-1, keepdims=True)  # E: datarax-shape: return: expected Float[Array, "*batch 64"]


class Gated(nnx.Module):
    def __init__(self, *, rngs: nnx.Rngs) -> None:
        self.gate = nnx.Linear(64, 256, use_bias=False, rngs=rngs)
        self.up = nnx.Linear(64, 256, use_bias=False, rngs=rngs)
        self.down = nnx.Linear(256, 64, use_bias=False, rngs=rngs)

    def __call__(self, x: Float[Array, "*batch 64"]) -> Float[Array, "*batch 64"]:
        return self.down(nnx.silu(self.gate(x)) * x)  # E: datarax-shape: multiply:


# attention over all, and over what the cache has
def causal(t: int) -> Bool[Array, "t t"]:
    return jnp.tril(jnp.ones((t, t), dtype=bool))


class Attention(nnx.Module):
    def __init__(self, *, rngs: nnx.Rngs) -> None:
        linear = partial(nnx.Linear, use_bias=False, rngs=rngs)
        self.q = linear(64, 64)
        self.k = linear(64, 64)
        self.v = linear(64, 64)
        self.out = linear(64, 64)

    def heads(self, x: Float[Array, "b t 64"]) -> Float[Array, "b t 4 16"]:
        return x.reshape(x.shape[0], x.shape[1], 4, 16)

    def eight_heads(self, x: Float[Array, "b t 64"]) -> Float[Array, "b t 4 16"]:
        return x.reshape(x.shape[0], x.shape[1], 8, 8)  # E: datarax-shape: return: expected Float[Array, "b t 4 16"]

    def __call__(self, x: Float[Array, "b t 64"]) -> Float[Array, "b t 64"]:
        b, t, _ = x.shape
        turn = angles(jnp.arange(t))[None, :, None, :]
        q = rotated(self.heads(self.q(x)), turn)
        k = rotated(self.heads(self.k(x)), turn)
        scores = jnp.einsum("bthd,bshd->bhts", q, k) / math.sqrt(16)
        scores = jnp.where(causal(t), scores, -jnp.inf)
        mixed = jnp.einsum("bhts,bshd->bthd", jax.nn.softmax(scores), self.heads(q))  # E: datarax-shape: x: expected Float[Array, "b t 64"]
        return self.out(mixed.reshape(b, t, 64))

    def step(self, x: Float[Array, "b 64"], cache: Cache) -> tuple[Float[Array, "b 64"], Cache]:
        turn = angles(cache.used[None])[:, None, :]
        q, k, v = (project(x).reshape(-1, 4, 16) for project in (self.q, self.k, self.v))
        cache = cache.grown(rotated(k, turn), v)
        scores = jnp.einsum("bhd,bshd->bhs", rotated(q, turn), cache.keys) / 4.0
        scores = jnp.where(jnp.arange(128) < cache.used, scores, -jnp.inf)
        mixed = jnp.einsum("bhs,bshd->bhd", jax.nn.softmax(scores, axis=-1), cache.values)
        return self.out(mixed.reshape(-1, 64)), cache


class Block(nnx.Module):
    def __init__(self, *, rngs: nnx.Rngs) -> None:
        self.before, self.between = RMSNorm(rngs=rngs), RMSNorm(rngs=rngs)
        self.attention = Attention(rngs=rngs)
        self.mlp = Gated(rngs=rngs)

    def __call__(self, x: Float[Array, "b t 64"]) -> Float[Array, "b t 64"]:
        x = x + self.attention(self.before(x))
        return x + self.mlp(self.between(x))

    def step(self, x: Float[Array, "b 64"], cache: Cache) -> tuple[Float[Array, "b 64"], Cache]:
        mixed, cache = self.attention.step(self.before(x)[None], cache)  # E: datarax-shape: x: expected Float[Array, "b 64"]
        x = x + mixed
        return x + self.mlp(self.between(x)), cache


# the model
class Decoder(nnx.Module):
    def __init__(self, *, rngs: nnx.Rngs) -> None:
        self.table = nnx.Embed(1000, 64, rngs=rngs)
        self.blocks = nnx.List([Block(rngs=rngs)])
        self.norm = RMSNorm(rngs=rngs)

    def __call__(self, tokens: Int[Array, "b t"]) -> Float[Array, "b t 1000"]:
        x = self.table(tokens)
        for block in self.blocks:
            x = block(x)
        logits: Array = self.table.attend(self.norm(x))
        return logits

    def step(
        self, token: Int[Array, "b"], caches: list[Cache]
    ) -> tuple[Float[Array, "b 1000"], list[Cache]]:
        x = self.table(token)
        grown: list[Cache] = []
        for block, cache in zip(self.blocks, caches, strict=False):
            x, after = block.step(x, cache)
            grown.append(after)
        logits: Array = self.table.attend(self.norm(x))
        return logits, grown


# losses and drawing
def next_token_loss(logits: Float[Array, "b t v"], tokens: Int[Array, "b t"]) -> Float[Array, ""]:
    log_p = jax.nn.log_softmax(logits[:, :-1])
    picked = jnp.take_along_axis(log_p, tokens[:, 1:, None], axis=-1)
    return -picked.mean(axis=1)  # E: datarax-shape: return: expected Float[Array, ""]


def drawn(logits: Float[Array, "b v"], key: Key[Array, ""], sampling: Sampling) -> Int[Array, "b"]:
    values, places = jax.lax.top_k(logits / sampling.temperature, sampling.top)
    choice = jax.random.categorical(key, values, axis=-1)
    best = logits.max(axis=-1)
    return best  # E: datarax-dtype: return: expected Int[Array, "b"]


def generated(model: Decoder, prompt: Int[Array, "b"], key: Key[Array, ""], count: int = 3) -> Int[Array, "b count"]:
    caches = [Cache.empty(prompt.shape[0])]
    tokens = [prompt]
    for step_key in jax.random.split(key, count - 1):
        logits, caches = model.step(tokens[-1], caches)
        tokens.append(drawn(logits, step_key, replace(Sampling(), temperature=0.7)))
    return jnp.stack(tokens, axis=1)
