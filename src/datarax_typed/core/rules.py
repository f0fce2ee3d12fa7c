"""Config rules and field constraints as data, and what it means to break one.

Nothing heavy is imported here: a type checker's plugin evaluates the same rules on literals.
"""

import math
import operator
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Literal, TypeAlias

import annotated_types as at

from datarax_typed.errors import Problem, nearest, quoted

RuleKind: TypeAlias = Literal[
    "exclusive", "requires", "increasing", "distinct", "excludes", "same_length", "less", "at_most"
]


@dataclass(frozen=True, slots=True, eq=False)
class Unknown:
    """A value that source text does not tell: no rule is broken by what it may be."""

    may_be_none: bool = True
    may_be_false: bool = True

    def __repr__(self) -> str:
        return "..."


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition on one or more fields of a config, named by its kind."""

    kind: RuleKind
    fields: tuple[str, ...]

    def __str__(self) -> str:
        """Return the rule as it is written."""
        return f"{self.kind}({', '.join(map(repr, self.fields))})"

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
    """The field is None, or holds no value twice: a list's items, a dict's values."""
    return Rule("distinct", (field,))


def excludes(field: str, other: str) -> Rule:
    """Neither `field` nor an item of the list in it is the value of `other`, or in its list.

    None is nobody's value.
    """
    return Rule("excludes", (field, other))


def same_length(field: str, other: str) -> Rule:
    """One of the fields is None, or both hold as many items."""
    return Rule("same_length", (field, other))


def less(field: str, other: str) -> Rule:
    """One of the fields is None, or `field` is a number less than `other`; NaN never is."""
    return Rule("less", (field, other))


def at_most(field: str, other: str) -> Rule:
    """One of the fields is None, or `field` is at most `other`; NaN never is."""
    return Rule("at_most", (field, other))


def _exclusive(fields: tuple[str, ...], values: Mapping[str, object]) -> Iterator[Problem]:
    given = [field for field in fields if not _may_be_none(values[field])]
    if len(given) > 1:
        yield Problem(
            " and ".join(given),
            "at most one of them",
            "both" if len(given) == 2 else "all of them",
            f"leave out {' or '.join(given)}",
        )


def _requires(fields: tuple[str, ...], values: Mapping[str, object]) -> Iterator[Problem]:
    field, needed = fields
    if _is_set(values[field]) and values[needed] is None:
        yield Problem(
            needed,
            f"a value, since {field}={values[field]!r}",
            "None",
            f"give {needed}, or leave out {field}",
        )


def _may_be_none(value: object) -> bool:
    return value.may_be_none if isinstance(value, Unknown) else value is None


def _is_set(value: object) -> bool:
    if isinstance(value, Unknown):
        return not (value.may_be_none or value.may_be_false)
    return value is not None and value is not False


def _known(items: object) -> Sequence[object]:
    """Return the known items of a list or tuple, or values of a dict; nothing of anything else."""
    if isinstance(items, Mapping):
        items = list(items.values())
    if not isinstance(items, tuple | list):
        return ()
    return [item for item in items if not isinstance(item, Unknown)]


def _is_nan(number: object) -> bool:
    return isinstance(number, float) and math.isnan(number)


def _are_equal(left: object, right: object) -> bool:
    # Not by identity: a NaN is not itself.
    return _holds("eq", left, right)


def _increasing(fields: tuple[str, ...], values: Mapping[str, object]) -> Iterator[Problem]:
    numbers = _known(values[fields[0]])
    unordered = any(map(_is_nan, numbers))
    if unordered or not all(_holds("lt", low, high) for low, high in pairwise(numbers)):
        mend = "replace the NaN" if unordered else "put the smaller number first"
        yield Problem(fields[0], "strictly increasing numbers", repr(values[fields[0]]), mend)


def _distinct(fields: tuple[str, ...], values: Mapping[str, object]) -> Iterator[Problem]:
    items = _known(values[fields[0]])
    equal = [sum(_are_equal(item, other) for other in items) for item in items]
    twice = sorted({repr(item) for item, count in zip(items, equal, strict=True) if count > 1})
    if twice:
        given = repr(values[fields[0]])
        yield Problem(fields[0], "no value twice", given, f"keep {', '.join(twice)} only once")


def _excludes(fields: tuple[str, ...], values: Mapping[str, object]) -> Iterator[Problem]:
    field, other = fields
    value = values[field]
    banned = _known_each(values[other])
    common = [item for item in _known_each(value) if any(_are_equal(item, no) for no in banned)]
    if not common:
        return
    mend = f"remove {common[0]!r} from {field}" if _is_listing(value) else "give another value"
    expected = f"no item equal to {other}" if _is_listing(value) else f"another value than {other}"
    if _is_listing(values[other]):
        expected = f"no item of {other}"
    yield Problem(field, expected, repr(value), mend)


def _is_listing(value: object) -> bool:
    return isinstance(value, tuple | list | Mapping)


def _known_each(value: object) -> Sequence[object]:
    """Return the known items of a list, tuple or dict, or the value itself, unless it is None."""
    if _is_listing(value):
        return _known(value)
    return () if value is None or isinstance(value, Unknown) else (value,)


def _same_length(fields: tuple[str, ...], values: Mapping[str, object]) -> Iterator[Problem]:
    field, other = fields
    lengths = [_length(values[name]) for name in fields]
    if None not in lengths and lengths[0] != lengths[1]:
        mend = f"give as many items in {other} as in {field}"
        yield Problem(f"{field} and {other}", "one length", "{} and {}".format(*lengths), mend)


def _length(items: object) -> int | None:
    try:
        return len(items) if isinstance(items, Sized) else None
    except TypeError:
        # An array of no dimension has none.
        return None


def _ordered(
    name: str, symbol: str
) -> Callable[[tuple[str, ...], Mapping[str, object]], Iterator[Problem]]:
    def evaluate(fields: tuple[str, ...], values: Mapping[str, object]) -> Iterator[Problem]:
        field, other = fields
        number, limit = values[field], values[other]
        silent = any(value is None or isinstance(value, Unknown) for value in (number, limit))
        if not silent and not _holds(name, number, limit):
            unordered = _is_nan(number) or _is_nan(limit)
            mend = f"give a smaller {field}, or a larger {other}"
            yield Problem(
                field,
                f"a number {symbol} {other}={limit!r}",
                repr(number),
                "replace the NaN" if unordered else mend,
            )

    return evaluate


_EVALUATE: Final[
    dict[RuleKind, Callable[[tuple[str, ...], Mapping[str, object]], Iterator[Problem]]]
] = {
    "exclusive": _exclusive,
    "requires": _requires,
    "increasing": _increasing,
    "distinct": _distinct,
    "excludes": _excludes,
    "same_length": _same_length,
    "less": _ordered("lt", "<"),
    "at_most": _ordered("le", "<="),
}


def unknown_fields(rules: Sequence[Rule], known: Collection[str], owner: str) -> list[Problem]:
    """Return a problem for each field that a rule names and the config class does not have."""
    return [
        Problem(
            f"rules: {rule.kind}",
            f"a field of {owner}",
            repr(name),
            nearest(name, known) or f"fields: {quoted(sorted(known))}",
        )
        for rule in rules
        for name in rule.fields
        if name not in known
    ]


def statistics_problems(
    stats: object,
    where: str,
    is_number: Callable[[object], bool],
    describe: Callable[[object], str],
) -> list[Problem]:
    """Return what keeps statistics from being a nested dict of arrays and numbers.

    Args:
        stats: the statistics.
        where: their path.
        is_number: whether a value is an array, a number or a table of numbers.
        describe: says what any other value is.
    """
    if isinstance(stats, dict):
        wrong = [key for key in stats if not isinstance(key, str | Unknown)]
        return [Problem(f"key {key!r} of {where}", "str", repr(key)) for key in wrong] + [
            problem
            for key, value in stats.items()
            for problem in statistics_problems(value, item_path(where, key), is_number, describe)
        ]
    if is_number(stats):
        return []
    return [Problem(where, "an array, a number or a dict of them", describe(stats))]


def item_path(where: str, key: object) -> str:
    """Return the path of an item as code: `data["image"]`."""
    return f'{where}["{key}"]' if isinstance(key, str) else f"{where}[{key!r}]"


def describe_plain(value: object) -> str:
    """Return what a value of plain Python is: `dict with keys 'a', 'b'`, `list of 2`, `'text'`."""
    if isinstance(value, Mapping):
        keys = ", ".join(map(repr, value))
        name = type(value).__name__
        return f"{name} with keys {keys}" if keys else f"empty {name}"
    if isinstance(value, list | tuple):
        return f"{type(value).__name__} of {len(value)}"
    if value is None or isinstance(value, bool | int | float | complex | str | bytes):
        return repr(value)
    return type(value).__name__


def expectation(constraint: object, value: object) -> str | None:
    """Return what a broken `annotated-types` constraint expects, or None if the value keeps it.

    Metadata that is not of `annotated-types` is nobody's rule here, and kept by every value.
    """
    if isinstance(value, Unknown):
        return None
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
    "Unknown",
    "at_most",
    "describe_plain",
    "distinct",
    "excludes",
    "exclusive",
    "expectation",
    "increasing",
    "item_path",
    "less",
    "requires",
    "same_length",
    "statistics_problems",
    "unknown_fields",
]
