"""A row of the table: what it measures, and what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from tests.benchmarks.targets import TARGETS, Target, target_name
from tests.benchmarks.timing import Effort, Spread, Times, ratio

Unit: TypeAlias = Literal["ratio", "s", "µs", "bytes", "exponent"]
Series: TypeAlias = dict[str, dict[int, float]]


class UnavailableError(Exception):
    """A row cannot be measured here: something is not installed, or not built."""


@dataclass(frozen=True)
class Result:
    """What a row has measured.

    Attributes:
        measured: what the target speaks of.
        unit: its unit.
        contestants: every contestant's own numbers, such as the seconds of a call.
        contestants_unit: their unit.
        beside: further ratios: ours to other baselines, and "datarax" to ours.
        series: for growth, every contestant's number by size.
    """

    measured: Spread
    unit: Unit
    contestants: Mapping[str, Spread]
    contestants_unit: Unit = "s"
    beside: Mapping[str, Spread] = field(default_factory=dict)
    series: Series = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """A row that can be measured.

    Attributes:
        name: parts from the general to the particular, parted by "/".
        run: measures.
    """

    name: str
    run: Callable[[Effort], Result]

    @property
    def target(self) -> Target | None:
        """The target that the row is judged by; None of a row for information."""
        name = target_name(self.name)
        return None if name is None else TARGETS[name]


@dataclass(frozen=True)
class Outcome:
    """A row that was measured, or why it could not be."""

    row: Row
    result: Result | None
    note: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; None if there is none, or nothing was measured."""
        if self.row.target is None or self.result is None:
            return None
        return self.row.target.is_met(self.result.measured.median)


def measure(row: Row, effort: Effort) -> Outcome:
    """Run a row."""
    try:
        return Outcome(row, row.run(effort))
    except UnavailableError as error:
        return Outcome(row, None, str(error))


def judged(times: Times, peer: Times | None = None) -> Result:
    """Return the result of a race of "ours" with "by hand" and further contestants.

    Args:
        times: of the race.
        peer: of a race of "ours" with "datarax" alone.
    """
    others = [name for name in times if name not in {"ours", "by hand"}]
    beside = {name: ratio(times, "ours", name) for name in others}
    contestants = {name: Spread.of(values) for name, values in times.items()}
    if peer is not None:
        beside["datarax"] = ratio(peer, "datarax", "ours")
        contestants["datarax"] = Spread.of(peer["datarax"])
    return Result(ratio(times, "ours", "by hand"), "ratio", contestants, beside=beside)
