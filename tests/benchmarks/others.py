"""Rows for information: other ways to the same images, against our compiled call."""

from collections.abc import Callable, Iterator
from importlib.util import find_spec

from jaxtyping import Array

from tests.benchmarks.by_hand import BRIGHTNESS, ROTATION, Step
from tests.benchmarks.calls import our_call
from tests.benchmarks.ours import SIZES, Size, fields
from tests.benchmarks.peers import augmax, dm_pix, grain, plain
from tests.benchmarks.rows import Result, Row, UnavailableError
from tests.benchmarks.timing import Call, Effort, Spread, race, ratio

_Make = Callable[[Step, Array], Call]
_PEERS: dict[str, tuple[str, _Make, tuple[Step, ...]]] = {
    "plain-jax": ("jax", plain.call, (BRIGHTNESS,)),
    "dm-pix": ("dm_pix", dm_pix.call, (BRIGHTNESS, ROTATION)),
    "augmax": ("augmax", augmax.call, (BRIGHTNESS, ROTATION)),
    "grain": ("grain", grain.call, (BRIGHTNESS,)),
}


def rows() -> Iterator[Row]:
    """Yield the rows."""
    for size in SIZES:
        for name, (module, make, steps) in _PEERS.items():
            for step in steps:
                yield Row(f"others/{size}/{name}/{step.name}", _run(size, module, make, step))


def _run(size: Size, module: str, make: _Make, step: Step) -> Callable[[Effort], Result]:
    def run(effort: Effort) -> Result:
        if find_spec(module) is None:
            raise UnavailableError("not installed")
        if not effort.peers:
            raise UnavailableError("left out")
        data = fields(SIZES[size])
        contestants = {
            "ours": our_call("deterministic", [step], data),
            "other": make(step, data["image"]),
        }
        times = race(contestants, effort)
        spreads = {name: Spread.of(values) for name, values in times.items()}
        return Result(ratio(times, "other", "ours"), "ratio", spreads)

    return run
