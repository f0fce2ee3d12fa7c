"""What a run has found: judged target by target, and as JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TypeAlias

from tests.benchmarks.machine import machine, versions
from tests.benchmarks.rows import Outcome, Result
from tests.benchmarks.targets import TARGETS, Target, target_name
from tests.benchmarks.timing import Effort, Spread

Json: TypeAlias = "str | float | bool | list[Json] | dict[str, Json] | None"


@dataclass(frozen=True)
class Verdict:
    """A target, and the rows that are judged by it.

    Attributes:
        worst: the row furthest from the target, and its number; None if nothing was measured.
        met: how many rows meet the target.
        rows: how many rows were measured.
        note: why nothing was measured.
    """

    target: Target
    worst: tuple[str, Spread] | None
    met: int
    rows: int
    note: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether every row meets the target; None if nothing was measured."""
        return self.met == self.rows if self.rows else None


def verdicts(outcomes: Sequence[Outcome]) -> dict[str, Verdict]:
    """Return the verdicts of all targets that any of the rows is judged by."""
    found = {name: _verdict(name, outcomes) for name in TARGETS}
    return {name: verdict for name, verdict in found.items() if verdict is not None}


def _verdict(name: str, outcomes: Sequence[Outcome]) -> Verdict | None:
    target = TARGETS[name]
    own = [o for o in outcomes if name in {target_name(o.row.name), "datarax"}]
    measured = [(o.row.name, s) for o in own if o.result and (s := _judged(name, o.result))]
    notes = [o.note for o in own if o.note]
    if not measured:
        return None if name == "datarax" or not own else Verdict(target, None, 0, 0, notes[0])
    choose = min if target.at_least else max
    worst = choose(measured, key=lambda pair: pair[1].median)
    met = sum(target.is_met(spread.median) for _, spread in measured)
    return Verdict(target, worst, met, len(measured))


def _judged(name: str, result: Result) -> Spread | None:
    return result.beside.get("datarax") if name == "datarax" else result.measured


def as_json(outcomes: Sequence[Outcome], effort: Effort) -> dict[str, Json]:
    """Return all that is known of a run."""
    return {
        "machine": dict(machine()),
        "versions": dict(versions()),
        "effort": {"rounds": effort.rounds, "seconds": effort.seconds, "peers": effort.peers},
        "targets": {name: _target(verdict) for name, verdict in verdicts(outcomes).items()},
        "rows": [_row(outcome) for outcome in outcomes],
    }


def _target(verdict: Verdict) -> dict[str, Json]:
    return {
        **asdict(verdict.target),
        "worst": None if verdict.worst is None else verdict.worst[0],
        "measured": None if verdict.worst is None else asdict(verdict.worst[1]),
        "rows": verdict.rows,
        "rows_met": verdict.met,
        "met": verdict.is_met,
        "note": verdict.note,
    }


def _row(outcome: Outcome) -> dict[str, Json]:
    target, result = outcome.row.target, outcome.result
    common: dict[str, Json] = {
        "name": outcome.row.name,
        "target": None if target is None else target.limit,
        "met": outcome.is_met,
        "note": outcome.note,
    }
    if result is None:
        return common
    return common | {
        "unit": result.unit,
        "measured": asdict(result.measured),
        "contestants_unit": result.contestants_unit,
        "contestants": {name: asdict(each) for name, each in result.contestants.items()},
        "beside": {name: asdict(each) for name, each in result.beside.items()},
        "series": {
            name: {str(size): value for size, value in each.items()}
            for name, each in result.series.items()
        },
    }
