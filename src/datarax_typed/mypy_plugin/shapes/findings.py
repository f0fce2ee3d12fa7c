"""What is wrong with an expression, and what is known of its value."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from mypy.nodes import Context

from datarax_typed.mypy_plugin.shapes.values import NOTHING, ShapeError, Value


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong.

    Attributes:
        text: the report.
        place: where it stands; None for the whole expression.
        kind: what it is about.
    """

    text: str
    place: Context | None = None
    kind: Literal["shape", "dtype", "field"] = "shape"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known of the value of an expression, and what is wrong with it itself."""

    value: Value
    findings: tuple[Finding, ...] = ()


def attempted(function: Callable[[], Value]) -> Outcome:
    """Return the result of an entry of the table; of a call that fails, why it does."""
    try:
        return Outcome(function())
    except ShapeError as error:
        kind: Literal["shape", "dtype"] = "dtype" if error.is_dtype else "shape"
        return Outcome(NOTHING, (Finding(str(error), None, kind),))


__all__ = ["Finding", "Outcome", "attempted"]
