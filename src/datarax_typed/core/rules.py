"""Config rules and field constraints as data, and what it means to break one.

Nothing heavy is imported here: a type checker's plugin evaluates the same rules on literals.
"""

import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sized
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Literal, TypeAlias

import annotated_types as at

from datarax_typed.errors import Problem

RuleKind: TypeAlias = Literal["exclusive", "requires", "increasing", "distinct", "excludes"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition on one or more fields of a config, named by its kind."""

    kind: RuleKind
    fields: tuple[str, ...]

    def problems(self, values: Mapping[str, object]) -> Iterator[Problem]:
        """Yield what breaks the rule; silent where a field's value is not known."""
        if all(field in values for field in self.fields):
            yield from _EVALUATE[self.kind](self.fields, values)


def exclusive(*fields: str) -> Rule:
    """At most one of the fields is not None."""
    return Rule("exclusive", fields)


def requires(field: str, needed: str) -> Rule:
    """Where `field` is set (neither None nor False), `needed` is not None."""
    return Rule("requires", (field, needed))


def increasing(field: str) -> Rule:
    """The field is None, or its numbers strictly increase; NaN never does."""
    return Rule("increasing", (field,))


def distinct(field: str) -> Rule:
    """The field is None, or holds no value twice."""
    return Rule("distinct", (field,))


def excludes(field: str, other: str) -> Rule:
    """The list in `field` does not contain the value of `other`."""
    return Rule("excludes", (field, other))


def _exclusive(fields: tuple[str, ...], values: Mapping[str, object]) -> Iterator[Problem]:
    given = [field for field in fields if values[field] is not None]
    if len(given) > 1:
        yield Problem(
            " and ".join(given),
            "at most one of them",
            "both" if len(given) == 2 else "all of them",
            f"leave out {' or '.join(given)}",
        )


def _requires(fields: tuple[str, ...], values: Mapping[str, object]) -> Iterator[Problem]:
    field, needed = fields
    if values[field] is not None and values[field] is not False and values[needed] is None:
        yield Problem(
            needed,
            f"a value, since {field}={values[field]!r}",
            "None",
            f"give {needed}, or leave out {field}",
        )


def _increasing(fields: tuple[str, ...], values: Mapping[str, object]) -> Iterator[Problem]:
    numbers = values[fields[0]]
    if not isinstance(numbers, tuple | list):
        return
    unordered = any(isinstance(number, float) and math.isnan(number) for number in numbers)
    if unordered or not all(_holds("lt", low, high) for low, high in pairwise(numbers)):
        mend = "replace the NaN" if unordered else "put the smaller number first"
        yield Problem(fields[0], "strictly increasing numbers", repr(numbers), mend)


def _distinct(fields: tuple[str, ...], values: Mapping[str, object]) -> Iterator[Problem]:
    items = values[fields[0]]
    if not isinstance(items, tuple | list):
        return
    twice = sorted({repr(item) for item in items if items.count(item) > 1})
    if twice:
        yield Problem(
            fields[0], "no value twice", repr(items), f"keep {', '.join(twice)} only once"
        )


def _excludes(fields: tuple[str, ...], values: Mapping[str, object]) -> Iterator[Problem]:
    field, other = fields
    items = values[field]
    if isinstance(items, tuple | list) and values[other] in items:
        yield Problem(
            field,
            f"no item equal to {other}",
            repr(items),
            f"remove {values[other]!r} from {field}",
        )


_EVALUATE: Final[
    dict[RuleKind, Callable[[tuple[str, ...], Mapping[str, object]], Iterator[Problem]]]
] = {
    "exclusive": _exclusive,
    "requires": _requires,
    "increasing": _increasing,
    "distinct": _distinct,
    "excludes": _excludes,
}


def expectation(constraint: object, value: object) -> str | None:
    """Return what a broken `annotated-types` constraint expects, or None if the value keeps it.

    Metadata that is not of `annotated-types` is nobody's rule here, and kept by every value.
    """
    if isinstance(constraint, at.GroupedMetadata):
        broken = [expectation(part, value) for part in constraint]
        return " and ".join(text for text in broken if text) or None
    for kind, evaluate in _CONSTRAINTS.items():
        if isinstance(constraint, kind):
            return evaluate(constraint, value)
    return None


def _bound(name: str, symbol: str) -> Callable[[object, object], str | None]:
    def evaluate(constraint: object, value: object) -> str | None:
        limit = getattr(constraint, name)
        return None if _holds(name, value, limit) else f"a number {symbol} {limit!r}"

    return evaluate


def _holds(name: str, value: object, limit: object) -> bool:
    try:
        return bool(getattr(operator, name)(value, limit))
    except (TypeError, ValueError):
        # They cannot be compared, or an array has no single answer.
        return False


def _min_len(constraint: object, value: object) -> str | None:
    limit = constraint.min_length if isinstance(constraint, at.MinLen) else 0
    if isinstance(value, Sized) and len(value) >= limit:
        return None
    return f"a length of at least {limit}"


def _max_len(constraint: object, value: object) -> str | None:
    limit = constraint.max_length if isinstance(constraint, at.MaxLen) else 0
    if isinstance(value, Sized) and len(value) <= limit:
        return None
    return f"a length of at most {limit}"


def _multiple_of(constraint: object, value: object) -> str | None:
    step = constraint.multiple_of if isinstance(constraint, at.MultipleOf) else 1
    return None if _holds("eq", _remainder(value, step), 0) else f"a multiple of {step!r}"


def _remainder(value: Any, step: Any) -> object:  # numbers of any kind that knows `%`
    try:
        return value % step
    except (TypeError, ZeroDivisionError):
        return None


def _predicate(constraint: object, value: object) -> str | None:
    if not isinstance(constraint, at.Predicate) or constraint.func(value):
        return None
    name = getattr(constraint.func, "__name__", repr(constraint.func))
    return f"a value for which {name} holds"


_CONSTRAINTS: Final[dict[type, Callable[[object, object], str | None]]] = {
    at.Gt: _bound("gt", ">"),
    at.Ge: _bound("ge", ">="),
    at.Lt: _bound("lt", "<"),
    at.Le: _bound("le", "<="),
    at.MinLen: _min_len,
    at.MaxLen: _max_len,
    at.MultipleOf: _multiple_of,
    at.Predicate: _predicate,
}


__all__ = [
    "Rule",
    "RuleKind",
    "distinct",
    "excludes",
    "exclusive",
    "expectation",
    "increasing",
    "requires",
]
