"""The command `check`: an operator's contracts on specs, without any data."""

import json
from collections.abc import Sequence

from rich.console import Console

from datarax_typed.cli.errors import CannotRunError
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


def check(target: str, specs: Sequence[str], *, as_json: bool) -> bool:
    """Trace an operator, print what was found, and return whether all contracts hold.

    Args:
        target: where the operator is, as MODULE:OBJECT.
        specs: the fields of one element, each as FIELD=DTYPE[AXES].
        as_json: whether to print JSON instead of a table.

    Raises:
        CannotRunError: it could not be traced, and no contract says why.
    """
    spec = parse_specs(specs)
    table = _traced(target, spec)
    console = Console(highlight=False)
    if as_json:
        print(json.dumps(stage_json(table), indent=2))
        return table.error is None
    if table.rows:
        print_stages(console, table)
        console.print()
    console.print(
        "All contracts hold." if table.error is None else str(table.error),
        markup=False,
        soft_wrap=True,
    )
    return table.error is None


def _traced(target: str, spec: PyTree) -> StageTable:
    try:
        operator = load_operator(target)
    except DataraxError as error:
        return StageTable(error=error)
    if not spec:
        raise CannotRunError(_missing_spec(operator))
    try:
        return trace_stages(operator, spec)
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
