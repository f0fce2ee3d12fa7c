"""Checks of single values: arrays, plain types, literals, unions, constraints."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import jax
import numpy as np
from beartype import BeartypeConf
from beartype.door import is_bearable
from beartype.roar import BeartypeException
from flax import nnx
from jaxtyping import AbstractArray, AnnotationError

from datarax_typed.core import axes
from datarax_typed.core.describe import describe_hint, describe_value
from datarax_typed.core.rules import expectation
from datarax_typed.errors import Problem

_NUMBERS_AS_IN_PEP_484 = BeartypeConf(is_pep484_tower=True)
_UNBOUND = "no argument binds the axes it refers to"


@dataclass(slots=True)
class Report:
    """What a check has found so far: the problems, and where each axis was bound."""

    problems: list[Problem] = field(default_factory=list)
    bound_at: dict[str, str] = field(default_factory=dict)
    # What refers to an axis that a later argument binds, such as "2*h": checked last.
    postponed: "list[Callable[[Report], None]]" = field(default_factory=list)

    def add(self, where: str, expected: str, value: object, mend: str = "") -> None:
        """Note a mismatch between what was expected and a value."""
        self.problems.append(Problem(where, expected, describe_value(value), mend))

    def settle(self) -> None:
        """Run the postponed checks."""
        postponed, self.postponed = self.postponed, []
        for check in postponed:
            check(self)

    def axes(self) -> list[str]:
        """Return a line for each bound axis: its size, and where it was bound."""
        return [
            f"axis {name} = {size}, bound by {self.bound_at[name]}"
            for name, size in axes.bound().items()
            if name in self.bound_at
        ]

    def note_axes(self, where: str) -> None:
        """Note that the axes that are bound by now, and were not before, were bound here."""
        for name in axes.names():
            self.bound_at.setdefault(name, where)


# A check of one value, given its path, into a report. None in its place: every value fits.
Check: TypeAlias = Callable[[object, str, Report], None]


def run(check: Check | None, value: object, where: str, report: Report) -> None:
    """Run a check that may be None."""
    if check is not None:
        check(value, where, report)


def fits(check: Check, value: object, where: str, report: Report, *, last: bool) -> bool | None:
    """Return whether a value passes a check; if it does, its axes are bound, otherwise none.

    Args:
        check: the check to try.
        value: the value.
        where: its path.
        report: takes over where axes were bound; no problems.
        last: whether no more axes will be bound.

    Returns:
        None where that depends on axes that are not bound yet; then none is.
    """
    memo = axes.snapshot()
    trial = Report(bound_at=dict(report.bound_at))
    check(value, where, trial)
    if last:
        trial.settle()
    if trial.problems or trial.postponed:
        axes.restore(memo)
        return False if trial.problems else None
    report.bound_at.update(trial.bound_at)
    return True


def array_check(hint: type[AbstractArray]) -> Check:
    """Return the check of a jaxtyping array."""
    expected = describe_hint(hint)

    def check_last(value: object, where: str, report: Report) -> None:
        try:
            _check_array(hint, expected, value, where, report)
        except AnnotationError:
            report.add(where, expected, value, _UNBOUND)

    def check(value: object, where: str, report: Report) -> None:
        try:
            _check_array(hint, expected, value, where, report)
        except AnnotationError:
            report.postponed.append(lambda last: check_last(value, where, last))

    return check


def _check_array(
    hint: type[AbstractArray], expected: str, value: object, where: str, report: Report
) -> None:
    mend = ""
    try:
        accepted = isinstance(value, hint)
    except AnnotationError:
        raise
    except Exception as error:  # noqa: BLE001  # "{self.n // 2}" runs the user's code
        accepted = False
        mend = f"its axes raise {type(error).__name__}: {str(error).partition(chr(10))[0]}"
    if not accepted:
        report.add(where, expected, value, mend or _mend_array(hint, value))
    elif axes.count() > len(report.bound_at):
        report.note_axes(where)


def _mend_array(hint: type[AbstractArray], value: object) -> str:
    if isinstance(value, nnx.Variable):
        return "pass the variable's array: variable[...]"
    if isinstance(value, np.ndarray | np.generic) and hint.array_type is jax.Array:
        return "pass a JAX array: jnp.asarray(value)"
    if not isinstance(value, jax.Array) or not np.issubdtype(value.dtype, np.integer):
        return ""
    wants_float = any("float" in str(dtype) for dtype in hint.dtypes)
    if not wants_float:
        return ""
    way = "with ToFloatOperator" if value.ndim == 3 else "by array.astype(jnp.float32)"
    return f"convert it first, for example {way}"


def plain_check(hint: object) -> Check:
    """Return the check of a hint without containers, as beartype decides it.

    Raises:
        TypeError: beartype does not know such a hint.
    """
    expected = describe_hint(hint)
    # beartype types the hint more narrowly than what `get_type_hints` can promise.
    decide: Callable[..., bool] = is_bearable
    try:
        decide(None, hint, conf=_NUMBERS_AS_IN_PEP_484)
    except BeartypeException as error:
        raise TypeError(f"{expected} is no type that a value can be checked against") from error

    def check(value: object, where: str, report: Report) -> None:
        if not decide(value, hint, conf=_NUMBERS_AS_IN_PEP_484):
            report.add(where, expected, value)

    return check


def literal_check(choices: tuple[object, ...], expected: str) -> Check:
    """Return the check that a value is one of the choices; True is not 1 here."""

    def check(value: object, where: str, report: Report) -> None:
        if not any(type(value) is type(choice) and value == choice for choice in choices):
            report.add(where, expected, value)

    return check


def constrained_check(inner: Check | None, constraints: tuple[object, ...]) -> Check:
    """Return a check that also evaluates `annotated-types` constraints."""

    def check(value: object, where: str, report: Report) -> None:
        before = len(report.problems)
        run(inner, value, where, report)
        # The values of an array are not known when JAX traces: a domain constraint checks those.
        if len(report.problems) > before or isinstance(value, jax.Array):
            return
        for constraint in constraints:
            if expected := expectation(constraint, value):
                report.add(where, expected, value)

    return check


def union_check(expected: str, arms: list[Check], *, optional: bool) -> Check:
    """Return the check that one arm accepts the value; `optional` admits None."""

    def try_arms(value: object, where: str, report: Report, *, last: bool) -> None:
        for arm in arms:
            accepted = fits(arm, value, where, report, last=last)
            if accepted is None:
                # A later arm must not bind an axis that this one waits for.
                report.postponed.append(lambda then: try_arms(value, where, then, last=True))
            if accepted is not False:
                return
        report.add(where, expected, value)

    def check(value: object, where: str, report: Report) -> None:
        if value is None and optional:
            return
        if len(arms) == 1:
            # Its own report says more than that no arm fits.
            arms[0](value, where, report)
        else:
            try_arms(value, where, report, last=False)

    return check


__all__ = [
    "Check",
    "Report",
    "array_check",
    "constrained_check",
    "fits",
    "literal_check",
    "plain_check",
    "run",
    "union_check",
]
