"""The laws as parameters of a pytest test."""

from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import TypeVar, cast

from datarax_typed.protocols import Operator, PyTree
from datarax_typed.testing.check import chosen_laws, outcome_of
from datarax_typed.testing.law import Law, LawError
from datarax_typed.testing.records import subject_of
from datarax_typed.testing.subject import AnyOperator, Subject

TestT = TypeVar("TestT", bound=Callable[..., None])


class _Examined:
    """An operator that is made, and called for the first time, when a test needs it."""

    def __init__(
        self,
        operator: AnyOperator | Callable[[], AnyOperator],
        given: PyTree,
        sizes: Mapping[str, int],
    ) -> None:
        self._operator = operator
        self._given = given
        self._sizes = sizes

    @cached_property
    def subject(self) -> Subject:
        """What the laws look at."""
        made = self._operator
        # A class has the methods of the protocol too.
        if isinstance(made, type) or not isinstance(made, Operator):
            made = made()
        return subject_of(made, self._given, self._sizes)


class OperatorLaw:
    """One law for one operator: calling it checks it.

    Attributes:
        law: the law.
    """

    def __init__(self, law: Law, examined: _Examined) -> None:
        self.law = law
        self._examined = examined

    def __call__(self) -> None:
        """Check the law; skip the test where it does not apply.

        Raises:
            LawError: it is broken; with the smallest counterexample that was found.
        """
        import pytest  # noqa: PLC0415  # the other ways to check need no pytest

        __tracebackhide__ = True
        subject = self._examined.subject
        outcome = outcome_of(self.law, subject)
        if outcome.verdict == "not applicable":
            pytest.skip(f"{self.law.name}: {outcome.detail}")
        if outcome.verdict == "broken":
            name = type(subject.operator).__name__
            text = f"{name} breaks {self.law.name}: {self.law.reason}\n  {outcome.detail}"
            raise LawError(text, (outcome,))

    def __repr__(self) -> str:
        return f"OperatorLaw({self.law.name!r})"


def operator_laws(
    operator: Operator[PyTree, PyTree] | Callable[[], Operator[PyTree, PyTree]],
    element_or_spec: PyTree,
    *,
    sizes: Mapping[str, int] | None = None,
    laws: Collection[str] | None = None,
) -> Callable[[TestT], TestT]:
    """Return a decorator that runs a pytest test once a law, as its argument `law`.

    The test calls it: `def test_glow(law: OperatorLaw) -> None: law()`.

    Args:
        operator: the operator, or a function without arguments that makes it when a test runs.
        element_or_spec: what it takes; see `check_operator`.
        sizes: sizes of axes that a spec names.
        laws: names of the laws to check; None checks all.

    Raises:
        ValueError: there is no law of that name.
    """
    import pytest  # noqa: PLC0415  # the other ways to check need no pytest

    examined = _Examined(operator, element_or_spec, sizes or {})
    parameters = [OperatorLaw(law, examined) for law in chosen_laws(laws)]
    mark = pytest.mark.parametrize("law", parameters, ids=[p.law.name for p in parameters])
    return cast(Callable[[TestT], TestT], mark)


__all__ = ["OperatorLaw", "operator_laws"]
