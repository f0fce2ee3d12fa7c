"""The stages of an operator as a table for a reader, and as JSON for a program."""

from typing import TypeAlias

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from datarax_typed.core.stages import SpecTexts, StageRow, StageTable
from datarax_typed.errors import DataraxError, Problem

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"

_NAMED_AT_MOST = 3
_WIDE = ("stage", "operator", "input", "output", "parameters")
_NARROW = ("stage, operator, parameters", "input", "output")
_UNCHANGED = "same spec"
_NOTHING = "-"
_WIDEST = 1_000


def stage_table(table: StageTable, *, narrow: bool = False) -> Table:
    """Return a row a stage: the fields that it reads, those that it adds or changes, parameters.

    Args:
        table: the stages.
        narrow: whether stage, operator and parameters share a column.
    """
    result = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, leading=int(narrow))
    for heading in _NARROW if narrow else _WIDE:
        result.add_column(heading, header_style="bold", overflow="fold")
    for row in table.rows:
        style = "red" if row.output is None else ""
        # A text in brackets is a spec and no markup.
        result.add_row(*(Text(cell, style=style) for cell in _cells(row, narrow=narrow)))
    return result


def print_stages(console: Console, table: StageTable) -> None:
    """Print the table, and what goes in and comes out of all stages together.

    Where no terminal sets a width, it is as wide as it needs to be.
    """
    rendered = stage_table(table)
    needed = widen(console, rendered)
    console.print(rendered if needed <= console.width else stage_table(table, narrow=True))
    first, last = table.rows[0], table.rows[-1]
    console.print(f"\nin   {_line(first.input)}", markup=False, soft_wrap=True)
    if last.output is not None:
        console.print(f"out  {_line(last.output)}", markup=False, soft_wrap=True)


def widen(console: Console, table: Table) -> int:
    """Return the width that a table needs; a console that is no terminal gets it."""
    wide = console.options.update_width(_WIDEST)
    needed = console.measure(table, options=wide).maximum
    if not console.is_terminal:
        console.width = max(console.width, needed)
    return needed


def _line(texts: SpecTexts) -> str:
    return ", ".join(f"{name} {spec}" for name, spec in texts.items())


def _cells(row: StageRow, *, narrow: bool) -> tuple[str, ...]:
    stage, parameters = row.stage or _NOTHING, _parameters(row)
    reads = _lines({name: _input(row, name) for name in row.reads})
    gives = "BROKEN" if row.output is None else _lines(row.changes) or _UNCHANGED
    if not narrow:
        return stage, row.operator, reads, gives, parameters
    lines = [stage, row.operator, *(line for line in parameters.splitlines() if line != _NOTHING)]
    return "\n".join(lines), reads, gives


def _input(row: StageRow, name: str) -> str:
    within = {key: spec for key, spec in row.input.items() if key.startswith(f"{name}.")}
    return row.input.get(name) or ", ".join(within.values()) or "missing"


def _lines(texts: SpecTexts) -> str:
    return "\n".join(f"{name} {spec}" for name, spec in texts.items())


def _parameters(row: StageRow) -> str:
    if not row.parameters:
        return _NOTHING
    if len(row.parameters) > _NAMED_AT_MOST:
        return f"{row.scalars:,} scalars in {len(row.parameters)} arrays"
    named = _lines(row.parameters)
    return named if row.scalars == len(row.parameters) else f"{row.scalars:,} scalars:\n{named}"


def stage_json(table: StageTable) -> dict[str, Json]:
    """Return the table as JSON of a schema that stays the same.

    `{"ok": bool, "stages": [{"stage", "operator", "input", "output", "parameters"}], "error"}`,
    with output null in the row of a broken stage, parameters `{"scalars", "arrays"}`, and error
    null or `{"type", "stage", "operator", "message", "problems"}`.
    """
    return {
        "ok": table.error is None,
        "stages": [_row_json(row) for row in table.rows],
        "error": None if table.error is None else error_json(table.error, table.rows),
    }


def _row_json(row: StageRow) -> Json:
    return {
        "stage": row.stage,
        "operator": row.operator,
        "input": {**row.input},
        "output": None if row.output is None else {**row.output},
        "parameters": {"scalars": row.scalars, "arrays": {**row.parameters}},
    }


def error_json(error: DataraxError, rows: list[StageRow]) -> Json:
    """Return an error as JSON; the last row, if there is one, is that of the broken stage."""
    problems: tuple[Problem, ...] = getattr(error, "problems", ())
    return {
        "type": type(error).__name__,
        "stage": rows[-1].stage if rows else None,
        "operator": rows[-1].operator if rows else None,
        "message": str(error),
        "problems": [_problem_json(problem) for problem in problems],
    }


def _problem_json(problem: Problem) -> Json:
    return {
        "where": problem.where,
        "expected": problem.expected,
        "actual": problem.actual,
        "mend": problem.mend,
    }


__all__ = ["Json", "error_json", "print_stages", "stage_json", "stage_table", "widen"]
