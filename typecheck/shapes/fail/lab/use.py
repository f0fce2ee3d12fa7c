"""Calls by what another module says."""

from jax import Array
from jaxtyping import Float

from lab.arrays import Moments, Photo, embed, grey, small, three
from lab.steps import features, moments


def functions(three_wide: Float[Array, "5 3"], four_wide: Float[Array, "5 4"]) -> None:
    embed(three_wide)
    embed(four_wide)  # E: datarax-shape: axis 1 is 4, not 3


def chains(rows: Float[Array, "5 3"], nine: Float[Array, "9"]) -> None:
    three(features(rows)[0])  # E: datarax-shape: axis 0 is 8, not 3
    three(nine)  # E: datarax-shape: axis 0 is 9, not 3


def aliases(colour: Float[Array, "9 9 3"], plain: Float[Array, "9 9 1"]) -> None:
    grey(colour)
    grey(plain)  # E: datarax-shape: axis 2 is 1, not 3


def schemas(photo: Photo) -> None:
    small(photo["image"])  # E: datarax-shape: axis 0 is 64, not 32


def records(mean: Float[Array, "4"]) -> None:
    Moments(mean)  # E: datarax-shape: axis 0 is 4, not 3


def attributes(mean: Float[Array, "3"]) -> None:
    three(moments(mean).mean)
