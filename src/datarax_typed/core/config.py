"""Configs: frozen dataclasses that refuse to be built wrong, with every violation at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from inspect import get_annotations
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import MinLen
from flax import nnx
from typing_extensions import get_type_hints

from datarax_typed.core.checks import Check, Report
from datarax_typed.core.hints import compile_hint
from datarax_typed.core.metadata import is_array
from datarax_typed.core.rules import Rule, exclusive, requires
from datarax_typed.core.static import dataclass_equal, dataclass_hash
from datarax_typed.errors import ConfigError, Problem, listing, nearest, quoted


def all_rules(cls: type) -> tuple[Rule, ...]:
    """Return the rules of a config class and of all its bases, each once."""
    found = [rule for base in reversed(cls.__mro__) for rule in base.__dict__.get("rules", ())]
    return tuple(dict.fromkeys(found))


def _check_rules(cls: type) -> None:
    known = {name for base in cls.__mro__ for name in get_annotations(base)}
    problems = [
        Problem(f"rules: {rule.kind}", f"a field of {cls.__name__}", repr(name), _mend(name, known))
        for rule in cls.__dict__.get("rules", ())
        for name in rule.fields
        if name not in known
    ]
    if problems:
        title = f"{cls.__name__} has rules over unknown fields:"
        raise ConfigError(listing(title, problems), tuple(problems))


def _mend(name: str, known: set[str]) -> str:
    return nearest(name, known) or f"fields: {quoted(sorted(known - {'rules'}))}"


@cache
def _field_checks(cls: type) -> Mapping[str, Check | None]:
    hints = get_type_hints(cls, include_extras=True)
    return {field.name: compile_hint(hints[field.name]) for field in fields(cls)}


def _problems(cls: type, values: dict[str, object]) -> list[Problem]:
    report = Report()
    sound = dict(values)
    for name, check in _field_checks(cls).items():
        before = len(report.problems)
        if check is not None:
            check(values[name], name, report)
        if len(report.problems) > before:
            # A rule over a value of the wrong type would only repeat the complaint.
            del sound[name]
    if isinstance(sound.get("precomputed_stats"), dict):
        report.problems.extend(statistics_problems(sound["precomputed_stats"], "precomputed_stats"))
    for rule in all_rules(cls):
        report.problems.extend(rule.problems(sound))
    return report.problems


def statistics_problems(stats: object, where: str) -> list[Problem]:
    """Return what keeps statistics from being a nested dict of arrays and numbers."""
    if isinstance(stats, dict):
        return [
            problem
            for key, value in stats.items()
            for problem in statistics_problems(value, f'{where}["{key}"]')
        ]
    if is_array(stats) or isinstance(stats, bool | int | float | complex):
        return []
    report = Report()
    report.add(where, "an array, a number or a dict of them", stats)
    return report.problems


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
        # The dataclass decorator keeps methods that it finds, and its own hash fails on lists.
        cls.__hash__ = dataclass_hash  # type: ignore[assignment]  # a function serves as a method
        cls.__eq__ = dataclass_equal  # type: ignore[assignment]  # a function serves as a method
        _check_rules(cls)

    def __post_init__(self) -> None:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        problems = list(_problems(type(self), values))
        if problems:
            title = f"{type(self).__name__} is refused ({len(problems)}):"
            raise ConfigError(listing(title, problems), tuple(problems))
        for name, value in values.items():
            if isinstance(value, list | dict):
                # The caller's list may change later; a config may not.
                object.__setattr__(self, name, value.copy())

    __hash__ = dataclass_hash
    __eq__ = dataclass_equal


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
