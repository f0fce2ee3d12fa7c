"""Between the other two: what it returns comes from one of them, and is used in the other."""

from jax import Array
from jaxtyping import Float

from lab.arrays import Moments, embed, widened


def features(rows: Float[Array, "n 3"]) -> Float[Array, "n 8"]:
    return widened(rows)


def embedded(rows: Float[Array, "n 3"]) -> Array:
    return embed(rows)


def moments(mean: Float[Array, "3"]) -> Moments:
    return Moments(mean)
