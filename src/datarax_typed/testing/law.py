"""A law: what every operator keeps, with its name, its reason, and what shows that it is broken."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from datarax_typed.testing.subject import Subject


class BrokenError(Exception):
    """An operator breaks a law; the message is the counterexample."""


class NotApplicableError(Exception):
    """A law says nothing about an operator; the message says why."""


Verdict: TypeAlias = Literal["holds", "broken", "not applicable"]


@dataclass(frozen=True, slots=True)
class Law:
    """What every operator keeps.

    Attributes:
        name: what it is about, in a word or two.
        reason: what it says, in one line.
        check: returns if the law holds, else raises `BrokenError` or `NotApplicableError`.
    """

    name: str
    reason: str
    check: Callable[[Subject], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a law for one operator.

    Attributes:
        law: the law.
        verdict: whether it holds.
        detail: the counterexample, or why the law does not apply; empty if it holds.
    """

    law: Law
    verdict: Verdict
    detail: str = ""


class LawError(AssertionError):
    """An operator breaks laws.

    Attributes:
        broken: the outcomes of the broken ones, each with its counterexample.
    """

    # As it is imported, and short in the summary of a test run.
    __module__ = "datarax_typed.testing"

    def __init__(self, message: str, broken: tuple[Outcome, ...]) -> None:
        super().__init__(message)
        self.broken = broken


__all__ = ["BrokenError", "Law", "LawError", "NotApplicableError", "Outcome", "Verdict"]
