"""Copies: a clone or copy starts as its original is, and neither changes the other."""

import copy
from collections.abc import Callable, Mapping
from typing import Final

from datarax_typed.protocols import PyTree
from datarax_typed.testing.differences import difference, shown
from datarax_typed.testing.law import BrokenError, NotApplicableError
from datarax_typed.testing.subject import AnyOperator, Subject, call, change_state

_WAYS: Final[Mapping[str, Callable[[PyTree], AnyOperator]]] = {
    "clone()": lambda operator: operator.clone(),
    "copy()": lambda operator: operator.copy(),
    "copy(config=...)": lambda operator: operator.copy(config=operator.config),
}


def check(subject: Subject) -> None:
    """Change the copy in every way, and see whether the original is what it was."""
    if subject.module is None:
        raise NotApplicableError("it has neither clone() nor copy() of ours")
    for name, way in _WAYS.items():
        original = subject.fresh()
        before = _state(original)
        copied = way(original)
        if found := difference(before, _state(copied), ("the original", name), exact=True):
            raise BrokenError(f"{name} does not keep state{found}")
        change_state(copied)
        if found := difference(before, _state(original), ("before", "after"), exact=True):
            raise BrokenError(f"a change of {name} changes its original, state{found}")
        result = call(original, subject.batch)
        names = ("at first", f"after a change of {name}")
        if found := difference(subject.result.data, result.data, names, exact=True):
            raise BrokenError(f"{found}; given {shown(subject.batch)}")


def _state(operator: PyTree) -> PyTree:
    return copy.deepcopy(operator.get_state())


__all__ = ["check"]
