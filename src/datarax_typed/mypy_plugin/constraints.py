"""Constraints of `annotated-types` as data: written, carried on types, evaluated on values."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

import annotated_types as at

from datarax_typed.core.rules import expectation

# A constructor's name and its arguments, as `to_text` can write them.
Constraint: TypeAlias = tuple[str, list[object], dict[str, object]]

MODULE: Final = "annotated_types"
_CONSTRUCTORS: Final[Mapping[str, Callable[..., object]]] = {
    kind.__name__: kind
    for kind in (
        *(at.Gt, at.Ge, at.Lt, at.Le, at.Interval, at.MultipleOf),
        *(at.MinLen, at.MaxLen, at.Len, at.Predicate),
    )
}

# An `Interval` shows the bounds that it does not have.
_UNSET: Final = re.compile(r"\w+=None, |, \w+=None")

# What a predicate may call; what any other function holds for is not known.
_PREDICATES: Final[Mapping[str, Callable[[Any], bool]]] = {
    "builtins.str.isalnum": str.isalnum,
    "builtins.str.isalpha": str.isalpha,
    "builtins.str.isascii": str.isascii,
    "builtins.str.isdecimal": str.isdecimal,
    "builtins.str.isdigit": str.isdigit,
    "builtins.str.isidentifier": str.isidentifier,
    "builtins.str.islower": str.islower,
    "builtins.str.isnumeric": str.isnumeric,
    "builtins.str.isprintable": str.isprintable,
    "builtins.str.isspace": str.isspace,
    "builtins.str.istitle": str.istitle,
    "builtins.str.isupper": str.isupper,
    "math.isfinite": math.isfinite,
    "math.isinf": math.isinf,
    "math.isnan": math.isnan,
}


def is_constructor(fullname: str) -> bool:
    """Return whether a name is a constraint whose meaning is known."""
    module, _, name = fullname.rpartition(".")
    return module == MODULE and name in _CONSTRUCTORS


def is_predicate(fullname: str) -> bool:
    """Return whether a name is a function that a predicate may call."""
    return fullname in _PREDICATES


def alias_constraints(fullname: str) -> list[Constraint]:
    """Return the constraints of an alias of `annotated-types`, such as `IsFinite`."""
    module, _, name = fullname.rpartition(".")
    is_alias = module == MODULE and hasattr(getattr(at, name, None), "__metadata__")
    return [("alias", [name], {})] if is_alias else []


def broken_by(constraint: Constraint, value: object) -> Iterator[tuple[str, str]]:
    """Yield what a value should be and is not, and the constraint as it is written."""
    for made in _made(*constraint):
        try:
            expected = expectation(made, value)
        except Exception:  # noqa: BLE001  # a predicate that this value does not suit
            continue
        if expected:
            yield expected, _UNSET.sub("", repr(made))


def _made(name: str, args: list[object], kwargs: dict[str, object]) -> tuple[object, ...]:
    if name == "alias":
        metadata: tuple[object, ...] = getattr(at, str(args[0])).__metadata__
        return metadata
    if name == "Predicate":
        return (at.Predicate(_PREDICATES[str(args[0])]),)
    try:
        return (_CONSTRUCTORS[name](*args, **kwargs),)
    except TypeError:
        # mypy says that it cannot be called so.
        return ()


__all__ = [
    "MODULE",
    "Constraint",
    "alias_constraints",
    "broken_by",
    "is_constructor",
    "is_predicate",
]
