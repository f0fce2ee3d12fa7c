"""What came of the laws, as a table for a reader and as JSON for a program."""

from collections.abc import Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from datarax_typed.cli.errors import CannotRunError
from datarax_typed.core.stage_table import Json, widen
from datarax_typed.errors import SpecError
from datarax_typed.protocols import Operator, PyTree
from datarax_typed.testing import Outcome, examine_operator


def outcomes_of(
    operator: Operator[PyTree, PyTree], spec: PyTree, sizes: Mapping[str, int]
) -> tuple[Outcome, ...]:
    """Return what came of every law, on data that is made up for a spec.

    Raises:
        CannotRunError: a size is given for an axis that the spec does not name, or no data can be
            made up for it.
    """
    try:
        return examine_operator(operator, spec, sizes=sizes)
    except SpecError as error:
        raise CannotRunError(str(error)) from error


def parse_sizes(texts: Sequence[str]) -> dict[str, int]:
    """Return the sizes of axes, each text as `h=32`.

    Raises:
        CannotRunError: a text is not readable.
    """
    sizes = {}
    for text in texts:
        name, _, number = text.partition("=")
        if not name.isidentifier() or not number.isdecimal():
            raise CannotRunError(f"--size {text} cannot be read: expected AXIS=NUMBER, as h=32")
        sizes[name] = int(number)
    return sizes


def print_laws(console: Console, outcomes: Sequence[Outcome]) -> None:
    """Print a row a law, and the counterexample of each that is broken."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading in ("law", "verdict", "what it says"):
        table.add_column(heading, header_style="bold", overflow="fold")
    for outcome in outcomes:
        style = "red" if outcome.verdict == "broken" else ""
        verdict = "BROKEN" if outcome.verdict == "broken" else outcome.verdict
        said = outcome.law.reason if outcome.verdict != "not applicable" else outcome.detail
        table.add_row(*(Text(cell, style=style) for cell in (outcome.law.name, verdict, said)))
    widen(console, table)
    console.print(table)
    for outcome in outcomes:
        if outcome.verdict == "broken":
            text = f"\n{outcome.law.name}: {outcome.law.reason}\n  {outcome.detail}"
            console.print(text, markup=False, soft_wrap=True)


def summary(outcomes: Sequence[Outcome]) -> str:
    """Return how many laws hold, are broken, and do not apply."""
    verdicts = [outcome.verdict for outcome in outcomes]
    if broken := verdicts.count("broken"):
        return f"{broken} of {len(verdicts)} laws broken."
    apply = len(verdicts) - verdicts.count("not applicable")
    return f"All {apply} laws that apply hold."


def laws_json(outcomes: Sequence[Outcome]) -> Json:
    """Return a list of `{"law", "verdict", "detail"}`."""
    return [
        {"law": outcome.law.name, "verdict": outcome.verdict, "detail": outcome.detail}
        for outcome in outcomes
    ]


__all__ = ["laws_json", "outcomes_of", "parse_sizes", "print_laws", "summary"]
