"""Wrong shapes beside numbers of which the type alone is known, and constants of a module."""

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Bool, Float, Int

WIDTH: Final = 64
HEADS: Final[int] = 8
LENGTH = 16
DEPTH: int = 3
HALF = WIDTH // 2
EPSILON = 1e-6


def vector(x: Float[Array, "n"]) -> Float[Array, "n"]:
    return x


def wide(x: Float[Array, "n 64"]) -> Float[Array, "n"]:
    return x.sum(axis=1)


def rest(first: Float[Array, "n"], second: Float[Array, "n-1"]) -> Float[Array, ""]:
    return first[:-1] @ second


# 1: constants of the module
def of_a_final_width(x: Float[Array, "n 32"]) -> Array:
    return x @ jnp.zeros((WIDTH, WIDTH))  # E: datarax-shape: matmul: the inner axes are 32 and 64


def of_a_plain_length() -> Array:
    return wide(jnp.ones((HEADS, LENGTH)))  # E: datarax-shape: x: expected Float[Array, "n 64"], got Float[Array, "8 16"]


def of_a_declared_depth() -> Array:
    return wide(jnp.ones((LENGTH, DEPTH)))  # E: datarax-shape: x: expected Float[Array, "n 64"], got Float[Array, "16 3"]


def of_a_computed_half(rngs: nnx.Rngs) -> Array:
    return nnx.Linear(HALF, WIDTH, rngs=rngs)(jnp.ones((2, WIDTH)))  # E: datarax-shape: Linear: expected 32 features, got 64


def of_a_small_number(x: Float[Array, "n d"]) -> Array:
    return vector(jnp.sqrt(x + EPSILON))  # E: datarax-shape: x: expected Float[Array, "n"]


# 2: numbers with a point
def of_a_scale(x: Float[Array, "n d"], scale: float = 0.5) -> Array:
    return vector(x * scale)  # E: datarax-shape: x: expected Float[Array, "n"]


def of_infinity(q: Float[Array, "h t d"], mask: Bool[Array, "t t"]) -> Array:
    scores = jnp.where(mask, q @ q.mT / math.sqrt(q.shape[-1]), -jnp.inf)
    return wide(jax.nn.softmax(scores, axis=-1))  # E: datarax-shape: x: expected Float[Array, "n 64"], got Float[Array, "h t t"]


def of_a_range(low: float = 0.0, steps: int = 8) -> Array:
    return vector(jnp.linspace(low, 1.0, steps)[None])  # E: datarax-shape: x: expected Float[Array, "n"], got Float[Array, "1 steps"]


# 3: numbers of objects
@dataclass(frozen=True)
class Options:
    """Of a layer."""

    width: int = 48
    scale: float = 0.5

    def scaled(self, x: Float[Array, "n d"]) -> Float[Array, "n"]:
        return x * self.scale  # E: datarax-shape: return: expected Float[Array, "n"], got Float[Array, "n d"]


def of_options(options: Options) -> Array:
    return vector(jnp.zeros((2, options.width)))  # E: datarax-shape: x: expected Float[Array, "n"], got Float[Array, "2 _"]


class Norm(nnx.Module):
    """Keeps what it is made with."""

    def __init__(self, width: int = 64, epsilon: float = 1e-6) -> None:
        self.width = width
        self.epsilon = epsilon

    def __call__(self, x: Float[Array, "n d"]) -> Float[Array, "n"]:
        return x.reshape(-1, self.width) + self.epsilon  # E: datarax-shape: return: expected Float[Array, "n"], got Float[Array, "(d*n)//width width"]


def of_either(x: Float[Array, "n d"], is_wide: bool = True) -> Array:
    width = 2 if is_wide else 3
    return vector(x[:, None] * jnp.zeros(width)[:, None])  # E: datarax-shape: x: expected Float[Array, "n"], got Float[Array, "n _ d"]


# 4: what a name is bound to first
def of_keywords_in_another_order() -> Array:
    return rest(
        second=jnp.zeros(10),  # E: datarax-shape: second: expected Float[Array, "n-1"], got Float[Array, "10"]: axis 0 is 10, not "n-1", which is 9
        first=jnp.zeros(10),
    )


# 5: items of a named tuple
class Pair(NamedTuple):
    """Two arrays."""

    points: Float[Array, "n 3"]
    labels: Int[Array, "n"]


def of_an_unpacked_one(pair: Pair) -> Array:
    points, _ = pair
    return vector(points)  # E: datarax-shape: x: expected Float[Array, "n"]


def of_its_last_item(pair: Pair) -> Array:
    return vector(pair[1])  # E: datarax-dtype: x: expected Float[Array, "n"]
