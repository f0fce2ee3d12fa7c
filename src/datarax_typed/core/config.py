"""Configs: frozen dataclasses that refuse to be built wrong, with every violation at once."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, Field, InitVar, dataclass, fields, is_dataclass
from functools import cache
from inspect import get_annotations
from typing import Annotated, Any, ClassVar, Literal, cast, get_origin

import numpy as np
from annotated_types import MinLen
from flax import nnx

from datarax_typed.core import rules
from datarax_typed.core.annotations import UNREADABLE, resolved, unreadable
from datarax_typed.core.checks import Check, Report, run
from datarax_typed.core.describe import describe_value
from datarax_typed.core.frozen import FrozenList
from datarax_typed.core.hints import compile_hint
from datarax_typed.core.metadata import is_array
from datarax_typed.core.rules import Rule, exclusive, requires, unknown_fields
from datarax_typed.core.static import dataclass_equal, dataclass_hash
from datarax_typed.errors import ConfigError, Problem, listing

_DECORATE = "decorate the class with @dataclass(frozen=True)"


def all_rules(cls: type) -> tuple[Rule, ...]:
    """Return the rules of a config class and of all its bases, each once."""
    found = [rule for base in reversed(cls.__mro__) for rule in base.__dict__.get("rules", ())]
    return tuple(dict.fromkeys(found))


def _check_class(cls: type) -> None:
    """Refuse a config class whose annotations or rules cannot be enforced."""
    problems, own = [], set()
    for name, annotation in get_annotations(cls).items():
        try:
            hint = _resolved(annotation, cls)
            if not _is_no_field(hint):
                compile_hint(hint)
                own.add(name)
        except UNREADABLE as error:
            problems.append(unreadable(name, annotation, error))
    if problems:
        title = f"{cls.__name__} has unreadable annotations:"
        raise ConfigError(listing(title, problems), tuple(problems))
    _check_rules(cls, own | {field.name for base in cls.__bases__ for field in _fields(base)})


def _resolved(annotation: object, cls: type) -> object:
    return resolved(annotation, vars(sys.modules[cls.__module__]), cls, of_attribute=True)


def _is_no_field(hint: object) -> bool:
    return ClassVar in (hint, get_origin(hint)) or InitVar in (hint, type(hint)) or hint is KW_ONLY


def _fields(base: type) -> tuple[Field[Any], ...]:  # of any type
    return fields(base) if is_dataclass(base) else ()


def _check_rules(cls: type, known: set[str]) -> None:
    problems = unknown_fields(cls.__dict__.get("rules", ()), known, cls.__name__)
    if problems:
        title = f"{cls.__name__} has rules over unknown fields:"
        raise ConfigError(listing(title, problems), tuple(problems))


@cache
def _field_checks(cls: type) -> Mapping[str, Check | None]:
    hints = {
        name: _resolved(annotation, base)
        for base in reversed(cls.__mro__)
        for name, annotation in get_annotations(base).items()
    }
    names = [field.name for field in fields(cls)]
    missing = [name for name in hints if name not in names and not _is_no_field(hints[name])]
    problems = [Problem(name, "a field", "an attribute", _DECORATE) for name in missing]
    if problems:
        raise ConfigError(listing(f"{cls.__name__} is no dataclass:", problems), tuple(problems))
    return {name: compile_hint(hints[name]) for name in names}


def _problems(cls: type, values: dict[str, object]) -> list[Problem]:
    report = Report()
    for name, check in _field_checks(cls).items():
        run(check, values[name], name, report)
    stats = values["precomputed_stats"]
    if isinstance(stats, dict):
        report.problems += statistics_problems(stats, "precomputed_stats")
    # A rule over a value of the wrong type would only repeat the complaint.
    wrong = {problem.where for problem in report.problems}
    sound = {name: value for name, value in values.items() if name not in wrong}
    for rule in all_rules(cls):
        report.problems += rule.problems(sound)
    return list(dict.fromkeys(report.problems))


def statistics_problems(stats: object, where: str) -> list[Problem]:
    """Return what keeps statistics from being a nested dict of arrays and numbers."""
    return rules.statistics_problems(stats, where, _is_number, describe_value)


def _is_number(value: object) -> bool:
    return is_array(value) or isinstance(value, bool | int | float | complex) or _is_table(value)


def _is_table(value: object) -> bool:
    """Return whether a value is a list of numbers, or of lists of one length of them..."""
    try:
        return isinstance(value, list | tuple) and np.asarray(value).dtype.kind in "biufc"
    except ValueError:
        return False


def _owned(value: object) -> object:
    """Return a value whose lists and dicts, however deep, nobody else holds."""
    if type(value) in (list, FrozenList):
        return FrozenList(map(_owned, cast(list[object], value)))
    if type(value) is dict:
        return {key: _owned(item) for key, item in value.items()}
    if type(value) is tuple:
        return tuple(map(_owned, value))
    return value


@dataclass(frozen=True)
class DataraxModuleConfig:
    """Configuration of any module: cache and statistics.

    A subclass, decorated with `@dataclass(frozen=True)`, adds fields. Constraints of one field are
    `annotated-types` metadata: `Annotated[float, Gt(0)]`. Conditions over several fields stand in
    the class attribute `rules`; the rules of all base classes hold too.

    Attributes:
        cacheable: whether results of calls outside a trace are remembered.
        batch_stats_fn: a function or module that computes statistics from data.
        precomputed_stats: statistics in force from the start; arrays and numbers, nested by dicts.

    Raises:
        ConfigError: with every violation, wrong types included.
    """

    cacheable: bool = False
    batch_stats_fn: Callable[..., Any] | nnx.Module | None = None
    precomputed_stats: dict[str, Any] | None = None

    rules: ClassVar[tuple[Rule, ...]] = (exclusive("batch_stats_fn", "precomputed_stats"),)

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if "__eq__" not in cls.__dict__:
            # The dataclass decorator keeps methods that it finds; its own fail on lists and arrays.
            cls.__hash__ = dataclass_hash  # type: ignore[method-assign]  # a function is a method
            cls.__eq__ = dataclass_equal  # type: ignore[method-assign]  # a function is a method
        _check_class(cls)

    def __post_init__(self) -> None:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        problems = _problems(type(self), values)
        if problems:
            title = f"{type(self).__name__} is refused ({len(problems)}):"
            raise ConfigError(listing(title, problems), tuple(problems))
        for name, value in values.items():
            # The caller's list may change later; a config may not.
            object.__setattr__(self, name, _owned(value))

    def __hash__(self) -> int:
        return dataclass_hash(self)

    def __eq__(self, other: object) -> bool:
        return dataclass_equal(self, other)


@dataclass(frozen=True)
class OperatorConfig(DataraxModuleConfig):
    """Configuration of an operator: randomness, and how a batch is gone through.

    Attributes:
        stochastic: whether the operator draws random numbers; then `stream_name` is needed.
        stream_name: the stream of `nnx.Rngs` to draw from.
        batch_strategy: "vmap" (all elements at once) or "scan" (one after the other, less memory).
    """

    stochastic: bool = False
    stream_name: Annotated[str, MinLen(1)] | None = None
    batch_strategy: Literal["vmap", "scan"] = "vmap"

    rules: ClassVar[tuple[Rule, ...]] = (requires("stochastic", "stream_name"),)


__all__ = ["DataraxModuleConfig", "OperatorConfig", "all_rules", "statistics_problems"]
