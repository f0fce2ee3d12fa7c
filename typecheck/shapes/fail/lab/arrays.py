"""What the other modules share: an alias, a schema, a record, functions."""

from dataclasses import dataclass
from typing import TypeAlias, TypedDict

import jax.numpy as jnp
from jax import Array
from jaxtyping import Float

Image: TypeAlias = Float[Array, "h w 3"]


class Photo(TypedDict):
    image: Float[Array, "64 64 3"]


@dataclass(frozen=True)
class Moments:
    mean: Float[Array, "3"]


def embed(rows: Float[Array, "b 3"]) -> Float[Array, "b 8"]:
    return jnp.tile(rows[:, :1], (1, 8))


def widened(rows: Float[Array, "b 3"]) -> Float[Array, "b 8"]:
    return jnp.tile(rows[:, :1], (1, 8))


def grey(image: Image) -> Float[Array, "h w"]:
    return image.mean(axis=-1)


def small(image: Float[Array, "32 32 3"]) -> None:
    print(image)


def three(mean: Float[Array, "3"]) -> None:
    print(mean)
