"""Examining an operator by all laws."""

from collections.abc import Collection, Mapping
from typing import Final

from datarax_typed.errors import nearest
from datarax_typed.protocols import Operator, PyTree
from datarax_typed.testing.law import (
    BrokenError,
    Law,
    LawError,
    NotApplicableError,
    Outcome,
)
from datarax_typed.testing.laws import LAWS
from datarax_typed.testing.records import subject_of
from datarax_typed.testing.subject import Subject


def check_operator(
    operator: Operator[PyTree, PyTree],
    element_or_spec: PyTree,
    *,
    sizes: Mapping[str, int] | None = None,
    laws: Collection[str] | None = None,
) -> None:
    """Check that an operator, anyone's, keeps every law: that it is what it says.

    The operator is not changed: every law works on copies.

    Args:
        operator: the operator; one that needs statistics has them in force.
        element_or_spec: what it takes: a batch, an element, the data of one (a dict of arrays), or
            the spec of that: `{"image": "f32[h,w,3]"}`, or `jax.ShapeDtypeStruct` whose sizes may
            be symbols. For a spec data is made up: floats in [0, 1), integers from 0 to 7.
        sizes: sizes of axes that the spec names, in the data that is made up; default: 5, 6, 7...
        laws: names of the laws to check; None checks all.

    Raises:
        LawError: a law is broken (an `AssertionError`); every broken law is named, with its reason
            and the smallest counterexample that was found.
        SpecError: `element_or_spec` or `sizes` cannot be used.
        ValueError: there is no law of that name.
    """
    broken = [
        outcome
        for outcome in examine_operator(operator, element_or_spec, sizes=sizes, laws=laws)
        if outcome.verdict == "broken"
    ]
    if broken:
        count = f"{len(broken)} law{'s' if len(broken) > 1 else ''}"
        __tracebackhide__ = True
        lines = [
            f"  - {outcome.law.name}: {outcome.law.reason}\n      {outcome.detail}"
            for outcome in broken
        ]
        title = f"{type(operator).__name__} breaks {count}:"
        raise LawError("\n".join([title, *lines]), tuple(broken))


def examine_operator(
    operator: Operator[PyTree, PyTree],
    element_or_spec: PyTree,
    *,
    sizes: Mapping[str, int] | None = None,
    laws: Collection[str] | None = None,
) -> tuple[Outcome, ...]:
    """Return what comes of every law for an operator.

    The arguments are those of `check_operator`, and so are the errors, but for `LawError`.
    """
    chosen = chosen_laws(laws)
    subject = subject_of(operator, element_or_spec, sizes or {})
    if subject.crash is None:
        return tuple(outcome_of(law, subject) for law in chosen)
    # Once is enough: no law says anything about an operator that cannot be called.
    rest = (Outcome(law, "not applicable", "a call raises an error") for law in chosen[1:])
    return (outcome_of(chosen[0], subject), *rest)


def chosen_laws(names: Collection[str] | None) -> tuple[Law, ...]:
    """Return the laws of these names, all for None.

    Raises:
        ValueError: there is no law of that name.
    """
    known = {law.name: law for law in LAWS}
    for name in names or ():
        if name not in known:
            hint = nearest(name, known) or f"there are {', '.join(known)}"
            raise ValueError(f"laws: expected the names of laws, got {name!r}; {hint}")
    return LAWS if names is None else tuple(law for law in LAWS if law.name in names)


def outcome_of(law: Law, subject: Subject) -> Outcome:
    """Return what comes of a law; a broken one with the smallest counterexample found."""
    if subject.crash is not None:
        return Outcome(law, "broken", f"a call raises {_text(subject.crash)}")
    outcome = _outcome(law, subject)
    if outcome.verdict != "broken" or outcome.detail.startswith(_RAISED):
        return outcome
    for smaller in subject.smaller():
        found = _outcome(law, smaller)
        # A smaller one may fail for another reason: its own contract refuses it.
        if found.verdict == "broken" and not found.detail.startswith(_RAISED):
            return found
    return outcome


_RAISED: Final = "it raises "
_LINES: Final = 6


def _outcome(law: Law, subject: Subject) -> Outcome:
    try:
        law.check(subject)
    except NotApplicableError as why:
        return Outcome(law, "not applicable", str(why))
    except BrokenError as counterexample:
        return Outcome(law, "broken", str(counterexample))
    except Exception as error:  # noqa: BLE001  # whatever an operator does, the others are checked
        return Outcome(law, "broken", f"{_RAISED}{_text(error)}")
    return Outcome(law, "holds")


def _text(error: Exception) -> str:
    lines = "\n      ".join(str(error).strip().splitlines()[:_LINES])
    return f"{type(error).__name__}: {lines}"


__all__ = ["check_operator", "chosen_laws", "examine_operator", "outcome_of"]
