"""Contestants take turns in one process, and are judged by their ratio within each round."""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import TypeAlias

import jax
import numpy as np

Call: TypeAlias = Callable[[], object]
Times: TypeAlias = dict[str, list[float]]

# Long against the clock's resolution, short against what else the machine does meanwhile.
_TURN_SECONDS = 0.002
_CALLS_AT_MOST = 2000
_SLOW_SECONDS = 0.05
_WARM_UPS = 5


@dataclass(frozen=True)
class Effort:
    """How much is measured.

    Attributes:
        rounds: the rounds of a race, at most.
        seconds: the time of a race; a slow one has fewer rounds, though not fewer than five.
        peers: whether other libraries take part.
    """

    rounds: int = 60
    seconds: float = 6.0
    peers: bool = True


@dataclass(frozen=True)
class Spread:
    """The median of what the rounds have measured, and its quartiles.

    Attributes:
        best: of times, the shortest; of ratios, the ratio of the shortest times.
    """

    median: float
    low: float
    high: float
    best: float

    @classmethod
    def of(cls, values: Sequence[float], best: float | None = None) -> "Spread":
        """Return the spread of some numbers."""
        low, median, high = (float(q) for q in np.quantile(values, [0.25, 0.5, 0.75]))
        return cls(median, low, high, min(values) if best is None else best)

    @classmethod
    def exactly(cls, value: float) -> "Spread":
        """Return the spread of a number that does not vary."""
        return cls(value, value, value, value)


def ratio(times: Times, ours: str, other: str) -> Spread:
    """Return how much longer one contestant takes than another, round by round."""
    pairs = zip(times[ours], times[other], strict=True)
    return Spread.of([a / b for a, b in pairs], min(times[ours]) / min(times[other]))


def race(contestants: Mapping[str, Call], effort: Effort, *, wait: bool = True) -> Times:
    """Return the seconds of one call, for every contestant and round.

    Args:
        contestants: calls; a turn repeats one for about two milliseconds, or calls it once.
        effort: how many rounds.
        wait: whether a call ends when the images that it returns are there.
    """
    calls = {name: _waiting(call) if wait else call for name, call in contestants.items()}
    with _no_collection():
        seconds = {name: _warm(call) for name, call in calls.items()}
        repeats = {name: _repeats(each) for name, each in seconds.items()}
        cost = sum(repeats[name] * each for name, each in seconds.items())
        times: Times = {name: [] for name in calls}
        for order in _orders(list(calls), _rounds(effort, cost)):
            for name in order:
                times[name].append(_turn(calls[name], repeats[name]))
    return times


def race_prepared(contestants: Mapping[str, Callable[[], Call]], rounds: int) -> Times:
    """Return the seconds of calls that are made anew for every round, which is not timed."""
    times: Times = {name: [] for name in contestants}
    for order in _orders(list(contestants), rounds):
        for name in order:
            call = _waiting(contestants[name]())
            with _no_collection():
                times[name].append(_turn(call, 1))
    return times


def _waiting(call: Call) -> Call:
    def run() -> None:
        result = call()
        # Of a batch, what an operator makes; to wait for all that it hands on would cost more.
        jax.block_until_ready(result.get("image", result) if isinstance(result, dict) else result)

    return run


def _turn(call: Call, repeats: int) -> float:
    start = perf_counter()
    for _ in range(repeats):
        call()
    return (perf_counter() - start) / repeats


def _warm(call: Call) -> float:
    """Call for the first time, and return the seconds of a later call."""
    call()
    once = _turn(call, 1)
    return once if once > _SLOW_SECONDS else min(_turn(call, 1) for _ in range(_WARM_UPS))


def _repeats(seconds: float) -> int:
    return max(1, min(_CALLS_AT_MOST, int(_TURN_SECONDS / seconds)))


def _rounds(effort: Effort, cost: float) -> int:
    return min(effort.rounds, max(5, int(effort.seconds / cost)))


def _orders(names: list[str], rounds: int) -> Iterator[list[str]]:
    """Yield who follows whom: everyone is first equally often, and follows everyone."""
    for number in range(rounds):
        start = number % len(names)
        order = names[start:] + names[:start]
        yield order[::-1] if number // len(names) % 2 else order


@contextmanager
def _no_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
