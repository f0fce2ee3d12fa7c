"""An encoder of speech in which axes and dtypes are mixed up."""

import math
from dataclasses import dataclass
from typing import TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Bool, Complex, Float, Int

Waveforms: TypeAlias = Float[Array, "b samples"]
Spectrogram: TypeAlias = Float[Array, "b frames 80"]


@dataclass(frozen=True)
class Frames:
    """Frames, and how many of them are real."""

    values: Float[Array, "b frames d"]
    lengths: Int[Array, "b"]

    def mask(self) -> Bool[Array, "b frames"]:
        places = jnp.arange(self.values.shape[1])
        return places[None, :] < self.lengths[:, None]

    def replaced(self, values: Float[Array, "b frames e"]) -> "Frames":
        return Frames(values, self.lengths)


# spectrograms
def window(size: int) -> Float[np.ndarray, "size"]:
    return 0.5 - 0.5 * np.cos(2 * math.pi * np.arange(size) / size)


def framed(waveforms: Waveforms, size: int = 400, hop: int = 160) -> Float[Array, "b frames size"]:
    count = 1 + (waveforms.shape[1] - size) // hop
    starts = jnp.arange(count) * hop
    places = starts[:, None] + jnp.arange(size)[None, :]
    return waveforms[:, places]


def power(frames: Float[Array, "b frames size"]) -> Float[Array, "b frames bins"]:
    spectrum: Complex[Array, "b frames bins"] = jnp.fft.rfft(frames, axis=-1)
    return spectrum  # E: datarax-dtype: return: expected Float[Array, "b frames bins"]


def log_mel(power: Float[Array, "b frames bins"], bank: Float[Array, "bins 80"]) -> Spectrogram:
    return jnp.log(jnp.maximum(power.swapaxes(1, 2) @ bank, 1e-6))  # E: datarax-shape: matmul:


# convolutions
class Stem(nnx.Module):
    def __init__(self, *, rngs: nnx.Rngs) -> None:
        self.first = nnx.Conv(80, 128, kernel_size=(3,), rngs=rngs)
        self.second = nnx.Conv(128, 128, kernel_size=(3,), strides=(2,), rngs=rngs)

    def __call__(self, x: Spectrogram) -> Float[Array, "b half 128"]:
        x = nnx.gelu(self.first(x))
        return nnx.gelu(self.second(x))

    def shortcut(self, x: Spectrogram) -> Float[Array, "b half 128"]:
        return nnx.gelu(self.second(x))  # E: datarax-shape: Conv:


# attention with a mask
def masked_attention(
    q: Float[Array, "b t h d"], k: Float[Array, "b s h d"], v: Float[Array, "b s h d"], mask: Bool[Array, "b s"]
) -> Float[Array, "b t h d"]:
    scores = jnp.einsum("bthd,bshd->bhts", q, k) / math.sqrt(q.shape[-1])
    scores = jnp.where(mask[:, None, None, :], scores, -1e9)
    return jnp.einsum("bhts,bthd->bshd", jax.nn.softmax(scores), v)  # E: datarax-shape: einsum:


class Layer(nnx.Module):
    def __init__(self, *, rngs: nnx.Rngs) -> None:
        self.qkv = nnx.Linear(128, 384, rngs=rngs)
        self.out = nnx.Linear(128, 128, rngs=rngs)
        self.norm = nnx.LayerNorm(128, rngs=rngs)

    def __call__(self, x: Float[Array, "b t 128"], mask: Bool[Array, "b t"]) -> Float[Array, "b t 128"]:
        b, t, _ = x.shape
        qkv = self.qkv(self.norm(x)).reshape(b, t, 3, 4, 32)
        q, k, v = qkv[:, :, 0], qkv[:, :, 1], qkv[:, :, 2, :, :16]
        mixed = masked_attention(q, k, v, mask)  # E: datarax-shape: v: expected Float[Array, "b s h d"]
        return x + self.out(mixed.reshape(b, t, 128))


# the encoder
class Encoder(nnx.Module):
    def __init__(self, *, rngs: nnx.Rngs) -> None:
        self.stem = Stem(rngs=rngs)
        self.layers = nnx.List([Layer(rngs=rngs), Layer(rngs=rngs)])
        self.letters = nnx.Linear(128, 29, rngs=rngs)

    def __call__(self, x: Spectrogram, lengths: Int[Array, "b"]) -> Float[Array, "b half 29"]:
        frames = Frames(self.stem(x), (lengths + 1) // 2)
        for layer in self.layers:
            frames = frames.replaced(layer(frames.values, lengths))  # E: datarax-dtype: mask: expected Bool[Array, "b t"]
        return self.letters(frames.values)


# letters
def greedy(logits: Float[Array, "b t letters"]) -> Int[Array, "b t"]:
    return logits.argmax(axis=-1, keepdims=True)  # E: datarax-shape: return: expected Int[Array, "b t"]


def error_rate(guess: Int[Array, "b t"], truth: Int[Array, "b t"], mask: Bool[Array, "b t"]) -> Float[Array, ""]:
    wrong = (guess != truth) & mask
    return wrong / mask.sum(axis=1)  # E: datarax-shape: return: expected Float[Array, ""]
