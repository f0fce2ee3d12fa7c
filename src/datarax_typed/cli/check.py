"""The command `check`: an operator's contracts on specs, without any data."""

import json
from collections.abc import Sequence

from rich.console import Console

from datarax_typed.cli.errors import CannotRunError
from datarax_typed.cli.laws import laws_json, outcomes_of, parse_sizes, print_laws, summary
from datarax_typed.cli.specs import parse_specs
from datarax_typed.cli.target import load_operator
from datarax_typed.core.stage_table import print_stages, stage_json
from datarax_typed.core.stages import (
    StageCrashError,
    StageRow,
    StageTable,
    declared_inputs,
    flat_stages,
    trace_stages,
)
from datarax_typed.errors import DataraxError
from datarax_typed.protocols import Operator, PyTree
from datarax_typed.testing import Outcome


def check(
    target: str,
    specs: Sequence[str],
    *,
    as_json: bool,
    laws: bool = False,
    sizes: Sequence[str] = (),
) -> bool:
    """Trace an operator, print what was found, and return whether all contracts and laws hold.

    Args:
        target: where the operator is, as MODULE:OBJECT.
        specs: the fields of one element, each as FIELD=DTYPE[AXES].
        as_json: whether to print JSON instead of a table.
        laws: whether to examine it by the laws too, on data that is made up.
        sizes: sizes of axes in that data, each as AXIS=NUMBER.

    Raises:
        CannotRunError: it could not be traced, and no contract says why.
    """
    spec, known = parse_specs(specs), parse_sizes(sizes)
    operator, table = _traced(target, spec)
    outcomes = None
    if laws and operator is not None and table.error is None:
        outcomes = outcomes_of(operator, spec, known)
    broken = outcomes is not None and any(out.verdict == "broken" for out in outcomes)
    good = table.error is None and not broken
    if as_json:
        found = stage_json(table)
        if outcomes is not None:
            found |= {"ok": good, "laws": laws_json(outcomes)}
        print(json.dumps(found, indent=2))
    else:
        _print(table, outcomes)
    return good


def _print(table: StageTable, outcomes: Sequence[Outcome] | None) -> None:
    console = Console(highlight=False)
    if table.rows:
        print_stages(console, table)
        console.print()
    verdict = "All contracts hold." if table.error is None else str(table.error)
    console.print(verdict, markup=False, soft_wrap=True)
    if outcomes is not None:
        console.print()
        print_laws(console, outcomes)
        console.print(f"\n{summary(outcomes)}")


def _traced(target: str, spec: PyTree) -> tuple[Operator[PyTree, PyTree] | None, StageTable]:
    try:
        operator = load_operator(target)
    except DataraxError as error:
        return None, StageTable(error=error)
    if not spec:
        raise CannotRunError(_missing_spec(operator))
    try:
        return operator, trace_stages(operator, spec)
    except StageCrashError as error:
        raise CannotRunError(_crash(error.row, error.cause)) from error


def _missing_spec(operator: Operator[PyTree, PyTree]) -> str:
    _, first = next(flat_stages(operator))
    fields = declared_inputs(first)
    reads = f" (its first stage reads {', '.join(map(repr, fields))})" if fields else ""
    return (
        f"expected at least one --spec, got none{reads}; give the fields of one element, for "
        f"example --spec '{fields[0] if fields else 'image'}=f32[h,w,3]'"
    )


def _crash(row: StageRow, cause: Exception) -> str:
    place = f" at {row.stage}" if row.stage else ""
    given = ", ".join(f"{name} {spec}" for name, spec in row.input.items())
    reason = str(cause).strip().partition("\n")[0]
    return (
        f"{row.operator}{place} could not be traced on {given}: {type(cause).__name__}: {reason}; "
        "no contract foresees it, so nothing is said about its contracts"
    )


__all__ = ["check"]
