"""Rows of growth: how a call, and a first call, grow with the batch, the stages, the fields."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from datarax_typed import Batch, MapOperator, MapOperatorConfig
from datarax_typed.transforms import jit
from tests.benchmarks.by_hand import BRIGHTNESS, CONTRAST, Fields, Step
from tests.benchmarks.calls import hand_calls, our_call
from tests.benchmarks.first_call import forgetting, fresh
from tests.benchmarks.ours import fields
from tests.benchmarks.peers import datarax
from tests.benchmarks.rows import Result, Row
from tests.benchmarks.timing import Call, Effort, Spread, Times, race, race_prepared

Makers = dict[str, Callable[[], Call]]


@dataclass(frozen=True)
class _Axis:
    """What grows: its sizes, and how the contestants of a size are made."""

    sizes: tuple[int, ...]
    makers: Callable[[int], Makers]


def rows() -> Iterator[Row]:
    """Yield the rows."""
    for name, axis in AXES.items():
        yield Row(f"growth/{name}/call", _calls(axis))
    for name in ("stages", "fields"):
        yield Row(f"growth/{name}/first-call", _first_calls(AXES[name]))


def _calls(axis: _Axis) -> Callable[[Effort], Result]:
    def run(effort: Effort) -> Result:
        share = replace(effort, seconds=effort.seconds / 3, rounds=min(effort.rounds, 30))
        return _fitted({size: _later(axis, size, share) for size in axis.sizes})

    return run


def _later(axis: _Axis, size: int, effort: Effort) -> Times:
    makers = _chosen(axis, size, effort)
    return race({name: make() for name, make in makers.items()}, effort)


def _first_calls(axis: _Axis) -> Callable[[Effort], Result]:
    def run(effort: Effort) -> Result:
        rounds = min(effort.rounds, 3)
        return _fitted({size: _first(axis, size, effort, rounds) for size in axis.sizes})

    return run


def _first(axis: _Axis, size: int, effort: Effort, rounds: int) -> Times:
    makers = _chosen(axis, size, effort)
    return race_prepared({name: _forgetful(make) for name, make in makers.items()}, rounds)


def _forgetful(make: Callable[[], Call]) -> Callable[[], Call]:
    return lambda: forgetting(make())


def _chosen(axis: _Axis, size: int, effort: Effort) -> Makers:
    with_peers = effort.peers and datarax.is_installed()
    makers = axis.makers(size).items()
    return {name: make for name, make in makers if name != "datarax" or with_peers}


def _fitted(times: dict[int, Times]) -> Result:
    """Return the exponents of the curves: 1 is linear."""
    sizes = list(times)
    names = list(times[sizes[0]])
    exponents = {name: _exponent({n: each[name] for n, each in times.items()}) for name in names}
    series = {
        name: {n: float(np.median(each[name])) for n, each in times.items()} for name in names
    }
    beside = {}
    if "datarax" in names:
        pairs = [(each["datarax"], each["ours"]) for each in times.values()]
        ratios = [float(np.median(theirs) / np.median(ours)) for theirs, ours in pairs]
        beside["datarax"] = Spread.of(ratios)
    return Result(exponents["ours"], "exponent", exponents, "exponent", beside, series)


def _exponent(times: dict[int, list[float]]) -> Spread:
    rounds = min(len(values) for values in times.values())
    sizes = np.log(list(times))
    slopes = [
        float(np.polyfit(sizes, np.log([values[n] for values in times.values()]), 1)[0])
        for n in range(rounds)
    ]
    return Spread.of(slopes)


def _of_steps(steps: list[Step], data: Fields) -> Makers:
    return {
        "ours": lambda: our_call("deterministic", fresh(steps), data),
        "by hand": lambda: hand_calls("deterministic", fresh(steps), data)["by hand"],
        "datarax": lambda: datarax.call("deterministic", fresh(steps), data),
    }


def _batches(size: int) -> Makers:
    return _of_steps([BRIGHTNESS], fields((size, 28, 28, 1)))


def _stages(size: int) -> Makers:
    steps = [(BRIGHTNESS, CONTRAST)[n % 2] for n in range(size)]
    return _of_steps(steps, fields((64, 32, 32, 1)))


def _fields(size: int) -> Makers:
    data = {f"field_{n}": jnp.full((64, 16), 0.5) for n in range(size)}

    def ours() -> Call:
        # A function of its own for every operator: equal operators share their programs.
        def squared(value: Float[Array, " n"]) -> Float[Array, " n"]:
            return value * value

        operator = MapOperator(MapOperatorConfig(), squared)
        compiled, batch = jit(operator), Batch(data)
        return lambda: compiled(batch).data

    def by_hand() -> Call:
        program = jax.jit(jax.vmap(lambda data: {n: value * value for n, value in data.items()}))
        return lambda: program(data)

    def theirs() -> Call:
        return datarax.applied(datarax.map_all(lambda value: value * value), data)

    return {"ours": ours, "by hand": by_hand, "datarax": theirs}


AXES = {
    "batch": _Axis((64, 128, 256, 512, 1024, 2048, 4096), _batches),
    "stages": _Axis((1, 2, 5, 10, 20, 50), _stages),
    "fields": _Axis((2, 5, 10, 20, 50, 100, 200), _fields),
}
