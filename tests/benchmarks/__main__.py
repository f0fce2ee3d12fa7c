"""Measures the library against JAX by hand and against its peers: `python -m tests.benchmarks`."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from rich.console import Console

from tests.benchmarks.catalogue import chosen_rows
from tests.benchmarks.report import as_json
from tests.benchmarks.rows import Outcome, Row, measure
from tests.benchmarks.tables import show, update_page
from tests.benchmarks.timing import Effort

_QUICK = Effort(rounds=7, seconds=0.5)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks that the arguments choose; 2 says that an argument is wrong."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        rows = chosen_rows(given.rows)
    except ValueError as error:
        parser.error(f"--rows: {error}")
    console = Console()
    if given.list:
        console.print("\n".join(row.name for row in rows), highlight=False)
        return 0
    outcomes = _measured(rows, _effort(given))
    # A table that is cut off is of no use: what is not a terminal gets all of its width.
    show(outcomes, console if console.is_terminal else Console(width=220))
    _write(outcomes, given)
    return 0


def _measured(rows: list[Row], effort: Effort) -> list[Outcome]:
    progress = Console(stderr=True)
    outcomes = []
    for number, row in enumerate(rows, 1):
        start = perf_counter()
        outcomes.append(measure(row, effort))
        took = f"{number}/{len(rows)} {row.name}: {perf_counter() - start:.1f} s"
        progress.print(took, style="dim", highlight=False)
    return outcomes


def _effort(given: Namespace) -> Effort:
    base = _QUICK if given.quick else Effort()
    rounds = given.rounds or base.rounds
    return Effort(rounds, given.seconds or base.seconds, peers=not given.no_peers)


def _write(outcomes: list[Outcome], given: Namespace) -> None:
    report = as_json(outcomes, _effort(given))
    given.json.parent.mkdir(parents=True, exist_ok=True)
    given.json.write_text(f"{json.dumps(report, indent=1, ensure_ascii=False)}\n", encoding="utf-8")
    if given.figure is not None:
        from tests.benchmarks.figure import draw

        draw(outcomes, given.figure)
    if given.page is not None:
        update_page(given.page, outcomes, whole=not given.rows)


def _parser() -> ArgumentParser:
    parser = ArgumentParser("python -m tests.benchmarks", description=__doc__)
    add = parser.add_argument
    add("--rows", nargs="+", default=[], metavar="NAME", help="rows, or how their names begin")
    add("--list", action="store_true", help="print the names of the rows, and measure nothing")
    add("--rounds", type=_at_least_one, help="rounds of a race, at most (60)")
    add("--seconds", type=float, help="time of a race (6); five rounds are run in any case")
    add("--quick", action="store_true", help="few rounds: to see whether it runs")
    add("--no-peers", action="store_true", help="leave other libraries out")
    add("--json", type=Path, default=Path("out/benchmarks.json"), help="(%(default)s)")
    add("--figure", type=Path, help="where to write the figure of growth, an SVG")
    add("--page", type=Path, help="the page to write the tables into; with --rows, their lines")
    return parser


def _at_least_one(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value


if __name__ == "__main__":
    sys.exit(main())
