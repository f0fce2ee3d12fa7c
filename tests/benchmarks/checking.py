"""Rows of a repeated check outside a trace: what it adds to a call."""

from collections.abc import Callable, Iterator
from typing import TypedDict

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from datarax_typed import contract
from tests.benchmarks.rows import Result, Row
from tests.benchmarks.timing import Effort, Spread, race


class Sample(TypedDict):
    image: Float[Array, "h w c"]
    mask: Bool[Array, "h w"]
    boxes: Float[Array, "n 4"]
    label: Int[Array, ""]


def rows() -> Iterator[Row]:
    """Yield the rows."""
    yield Row("check/argument", _run(_take))
    yield Row("check/argument-and-result", _run(_hand_back))


# `contract` marks nothing that it was not given: the plain function stays plain.
def _take(sample: Sample) -> None:
    del sample


def _hand_back(sample: Sample) -> Sample:
    return sample


def _run(plain: Callable[[Sample], object]) -> Callable[[Effort], Result]:
    def run(effort: Effort) -> Result:
        sample = _sample()
        checked = contract(plain)
        contestants = {"ours": lambda: checked(sample), "plain": lambda: plain(sample)}
        times = race(contestants, effort, wait=False)
        added = [(a - b) * 1e6 for a, b in zip(times["ours"], times["plain"], strict=True)]
        spreads = {name: Spread.of(values) for name, values in times.items()}
        return Result(Spread.of(added), "µs", spreads)

    return run


def _sample() -> Sample:
    return {
        "image": jnp.ones((28, 28, 1)),
        "mask": jnp.ones((28, 28), bool),
        "boxes": jnp.ones((3, 4)),
        "label": jnp.int32(1),
    }
