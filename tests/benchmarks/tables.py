"""The tables: on the terminal, and in the page of the documentation."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from tests.benchmarks.machine import machine, versions
from tests.benchmarks.report import Verdict, verdicts
from tests.benchmarks.rows import Outcome, Result
from tests.benchmarks.targets import Target
from tests.benchmarks.text import number, spread

BEGIN: Final = "<!-- Written by `python -m tests.benchmarks --page`: begin -->"
END: Final = "<!-- Written by `python -m tests.benchmarks --page`: end -->"

_WORDS: Final = {True: "yes", False: "**no**", None: "-"}
_TARGETS: Final = ("what", "target", "worst row: median [quartiles]", "the worst row", "rows met")
_ROWS: Final = (
    "row",
    "target",
    "median [quartiles]",
    "best",
    "ours",
    "against",
    "/ dict by hand",
    "datarax / ours",
    "met",
)


@dataclass(frozen=True)
class Lines:
    """A table as text."""

    title: str
    head: tuple[str, ...]
    body: list[tuple[str, ...]]


def tables(outcomes: Sequence[Outcome]) -> list[Lines]:
    """Return the table of targets, and that of rows."""
    by_target = [_target_line(verdict) for verdict in verdicts(outcomes).values()]
    return [
        Lines("Targets", _TARGETS, by_target),
        Lines("Rows", _ROWS, [_row_line(outcome) for outcome in outcomes]),
    ]


def show(outcomes: Sequence[Outcome], console: Console) -> None:
    """Print the tables."""
    for lines in tables(outcomes):
        table = Table(*lines.head, title=lines.title, title_justify="left")
        for cells in lines.body:
            table.add_row(*(cell.replace("**", "").replace("[", r"\[") for cell in cells))
        console.print(table)


def update_page(page: Path, outcomes: Sequence[Outcome], *, whole: bool = True) -> None:
    """Write the machine, the versions and the tables between the page's two marks.

    Args:
        page: the page.
        outcomes: the rows to write.
        whole: whether they are all that the page shall have; else other lines stay as they are.

    Raises:
        ValueError: the page lacks a mark.
    """
    text = page.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise ValueError(f"--page: expected the lines {BEGIN!r} and {END!r} in the page")
    before, rest = text.split(BEGIN, 1)
    old, after = rest.split(END, 1)
    written = _markdown(outcomes, "" if whole else old)
    page.write_text(f"{before}{BEGIN}\n\n{written}\n{END}{after}", encoding="utf-8")


def _markdown(outcomes: Sequence[Outcome], old: str) -> str:
    facts = {**machine(), **versions()}
    parts = [" · ".join(f"{name}: {value}" for name, value in facts.items()) + "\n"]
    for lines in tables(outcomes):
        rule = tuple("---" for _ in lines.head)
        # By what they are about, in the order of the page; what is new comes last.
        body = _body(old, lines.title) | {cells[0]: _line(cells) for cells in lines.body}
        text = "\n".join([_line(lines.head), _line(rule), *body.values()])
        parts.append(f"## {lines.title}\n\n{text}\n")
    return "\n".join(parts)


def _body(page: str, title: str) -> dict[str, str]:
    """Return the lines of a table of the page, without its head, by their first cell."""
    table = page.partition(f"## {title}\n")[2].partition("##")[0]
    found = [line for line in table.splitlines() if line.startswith("| ")][2:]
    return {line.split(" | ")[0].removeprefix("| "): line for line in found}


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _target_line(verdict: Verdict) -> tuple[str, ...]:
    target = verdict.target
    if verdict.worst is None:
        return (target.what, _limit(target), "-", verdict.note, "-")
    name, worst = verdict.worst
    met = f"{verdict.met} of {verdict.rows}"
    return (
        target.what,
        _limit(target),
        spread(worst, target.unit),
        name,
        met if verdict.is_met else f"**{met}**",
    )


def _row_line(outcome: Outcome) -> tuple[str, ...]:
    name, result = outcome.row.name, outcome.result
    limit = "-" if outcome.row.target is None else _limit(outcome.row.target)
    if result is None:
        return (name, limit, outcome.note, "-", "-", "-", "-", "-", "-")
    return (
        name,
        limit,
        spread(result.measured, result.unit),
        number(result.measured.best, result.unit),
        *_own_numbers(result),
        _beside(result, "dict"),
        _beside(result, "datarax"),
        _WORDS[outcome.is_met],
    )


def _own_numbers(result: Result) -> tuple[str, str]:
    """Return what ours and the first of the others have measured."""
    other = next((name for name in result.contestants if name not in {"ours", "datarax"}), None)
    ours = number(result.contestants["ours"].median, result.contestants_unit)
    if other is None:
        return ours, "-"
    theirs = number(result.contestants[other].median, result.contestants_unit)
    return ours, f"{theirs} ({other})"


def _beside(result: Result, name: str) -> str:
    return spread(result.beside[name], "ratio") if name in result.beside else "-"


def _limit(target: Target) -> str:
    sign = ">" if target.at_least else "≤"
    return f"{sign} {number(target.limit, target.unit)}"
