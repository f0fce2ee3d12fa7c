"""Numbers of which the type alone is known, and constants of a module, where all fits."""

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Bool, Float, Float16, Int, Num

WIDTH: Final = 64
LENGTH = 16
HALF = WIDTH // 2
SHARE = 0.5


def vector(x: Float[Array, "n"]) -> Float[Array, "n"]:
    return x


def wide(x: Float[Array, "n 64"]) -> Float[Array, "n"]:
    return x.sum(axis=1)


def whole(x: Int[Array, "n"]) -> Int[Array, "n"]:
    return x


def half(x: Float16[Array, "n"]) -> Float16[Array, "n"]:
    return x


def rest(first: Float[Array, "n"], second: Float[Array, "n-1"]) -> Float[Array, ""]:
    return first[:-1] @ second


# 1: constants of the module
def constants(rngs: nnx.Rngs) -> Array:
    return wide(nnx.Linear(LENGTH, 2 * HALF, rngs=rngs)(jnp.ones((2, LENGTH))))


# 2: a number with a point may be a whole one, and gives way
def scaled(x: Int[Array, "n"], y: Float16[Array, "n"], by: float = 2) -> Array:
    return (whole(x * by) if isinstance(by, int) else x) + half(y * by) + half(y * SHARE)


# 3: a number that is counted in a loop
def counted(x: Float[Array, "n"]) -> Array:
    size = 1
    while size < 10:
        size = size * 2
    return vector(jnp.zeros(size)) + vector(x).sum()


# 4: one of two
def either(is_wide: bool = True) -> Array:
    width = 64 if is_wide else 32
    return wide(jnp.zeros((2, width))) if is_wide else jnp.zeros((2, width))


# 5: numbers of objects
@dataclass(frozen=True)
class Options:
    """Of a layer."""

    width: int = 64
    scale: float = 0.5

    def __call__(self, x: Float[Array, "n d"]) -> Float[Array, "n d"]:
        return x * self.scale + jnp.full((x.shape[1],), self.scale)

    def folded(self, x: Float[Array, "n"]) -> Float[Array, "m 64"]:
        return jnp.tile(x, self.width)[: self.width * 4].reshape(-1, self.width)


def of_options(options: Options) -> Array:
    return wide(jnp.zeros((2, options.width)) + options.scale)


class Norm(nnx.Module):
    """Keeps what it is made with."""

    def __init__(self, width: int = 64, epsilon: float = 1e-6) -> None:
        self.width = width
        self.scale = width**-0.5
        self.epsilon = epsilon

    def __call__(self, x: Float[Array, "n 64"]) -> Float[Array, "n 64"]:
        at = self.width // 2
        y: Float[Array, "n 64"] = x.reshape(-1, self.width) * self.scale
        return y + x[:, at, None] - self.epsilon


# 6: an index
def at(x: Float[Array, "n d"], place: int = 0) -> Array:
    return vector(x[:, place]) + vector(x[:, -abs(place)])


# 7: what counts as a number
def masked(q: Float[Array, "h t d"], mask: Bool[Array, "t t"]) -> Float[Array, "h t d"]:
    scores = jnp.where(mask, q @ q.mT / math.sqrt(q.shape[-1]), -jnp.inf)
    return jax.nn.softmax(scores, axis=-1) @ q


# 8: keywords in another order
def keywords(x: Float[Array, "n"]) -> Array:
    return rest(second=x[1:], first=x)


# 9: items of a named tuple
class Pair(NamedTuple):
    """Two arrays."""

    points: Num[Array, "n 3"]
    labels: Int[Array, "n"]


def unpacked(pair: Pair) -> Array:
    points, labels = pair
    return whole(pair[1]) + whole(labels) + pair[-1] + points[:, 0]
