"""A config class as plain data: its fields' specs and defaults, and its rules."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import Any, Final, cast

from mypy.nodes import TypeInfo
from mypy.types import Instance

from datarax_typed.core.rules import (
    Rule,
    RuleKind,
    Unknown,
    describe_plain,
    statistics_problems,
)
from datarax_typed.mypy_plugin.findings import Finding
from datarax_typed.mypy_plugin.known_types import ANYTHING
from datarax_typed.mypy_plugin.spec import Spec, broken, holds, spec_of
from datarax_typed.mypy_plugin.stored import keep, kept
from datarax_typed.mypy_plugin.text import Alternatives, from_text, to_text

ROOT: Final = "datarax_typed.core.config.DataraxModuleConfig"
_KIND: Final = "config"
_STATISTICS: Final = "precomputed_stats"
_MOST_COMBINATIONS: Final = 256


@dataclass(frozen=True, slots=True)
class Schema:
    """What a config class itself declares.

    Attributes:
        specs: what its fields ask of their values.
        defaults: its fields' defaults; a field without one must be given.
        rules: its rules.
        is_opaque: whether it replaces values before they are checked.
        is_dataclass: whether it is decorated as one, or adds no field.
    """

    specs: Mapping[str, Spec] = field(default_factory=dict)
    defaults: Mapping[str, Alternatives] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    is_opaque: bool = False

    def store(self, info: TypeInfo, text_type: Instance) -> None:
        """Keep the schema with its class."""
        plain = {
            "specs": {name: spec.packed() for name, spec in self.specs.items()},
            "defaults": dict(self.defaults),
            "rules": [(rule.kind, rule.fields) for rule in self.rules],
            "is_opaque": self.is_opaque,
        }
        keep(info, _KIND, to_text(plain), text_type)


def is_config(info: TypeInfo) -> bool:
    """Return whether a class is a config."""
    return info.has_base(ROOT)


def has_schema(info: TypeInfo) -> bool:
    """Return whether the schema of a class is stored with it."""
    return kept(info, _KIND) is not None


def schema_of(info: TypeInfo) -> Schema:
    """Return what a config class and its bases declare together."""
    own = [_own_schema(base) for base in reversed(info.mro)]
    specs: dict[str, Spec] = {}
    defaults: dict[str, Alternatives] = {}
    for schema in own:
        specs |= schema.specs
        # A field that is declared anew has its new default, or none.
        defaults = {name: value for name, value in defaults.items() if name not in schema.specs}
        defaults |= schema.defaults
    rules = dict.fromkeys(rule for schema in own for rule in schema.rules)
    opaque = info.fallback_to_any or any(schema.is_opaque for schema in own)
    opaque = opaque or any(map(_may_replace_values, info.mro))
    return Schema(specs, defaults, tuple(rules), opaque)


def _may_replace_values(base: TypeInfo) -> bool:
    """Return whether a base that is no config has a say in what a config is made of."""
    steps = ("__new__", "__post_init__", "__setattr__", "__getattribute__")
    is_other = not is_config(base) and base.fullname != "builtins.object"
    return is_other and any(name in base.names for name in steps)


def _of_mixin(info: TypeInfo) -> Schema:
    """Return what a dataclass asks that is no config itself, but a base of one."""
    attributes = info.metadata.get("dataclass", {}).get("attributes", ())
    names = [attribute["name"] for attribute in attributes]
    specs = {name: spec_of(info.names[name].type) for name in names if name in info.names}
    return Schema(specs)


def _own_schema(info: TypeInfo) -> Schema:
    stored = kept(info, _KIND)
    return _of_mixin(info) if stored is None else _parsed(stored)


@lru_cache(maxsize=512)
def _parsed(text: str) -> Schema:
    plain: dict[str, Any] = from_text(text)  # what `store` wrote
    return Schema(
        {name: Spec.unpacked(spec) for name, spec in plain["specs"].items()},
        plain["defaults"],
        tuple(Rule(cast(RuleKind, kind), names) for kind, names in plain["rules"]),
        plain["is_opaque"],
    )


def findings(schema: Schema, values: Mapping[str, Alternatives]) -> list[Finding]:
    """Return what a config of some values breaks, in any arm of a conditional.

    Args:
        schema: of the class and its bases.
        values: what each field may be; fields that are not named are not known.
    """
    found: list[Finding] = []
    sound: dict[str, list[object]] = {name: [] for name in values}
    for name, alternatives in values.items():
        for value in alternatives:
            own = list(_of_field(name, schema.specs.get(name), value))
            found += [Finding((name,), finding.text, finding.rule) for finding in own]
            # A rule over a value that is refused would only repeat the complaint.
            fits = holds(schema.specs.get(name), value)
            if fits and (name,) not in [finding.fields for finding in own]:
                sound[name].append(value)
    for rule in schema.rules:
        found += _of_rule(rule, {name: sound.get(name, [ANYTHING]) for name in rule.fields})
    return list(dict.fromkeys(found))


def _of_field(name: str, spec: Spec | None, value: object) -> Iterator[Finding]:
    yield from broken(spec, value, name)
    if name == _STATISTICS and isinstance(value, dict):
        for problem in statistics_problems(value, name, _may_be_number, describe_plain):
            yield Finding((problem.where,), str(problem), "")


def _may_be_number(value: object) -> bool:
    if isinstance(value, list | tuple):
        return _shape(value) is not None
    return isinstance(value, bool | int | float | complex | Unknown)


def _shape(table: object) -> tuple[int, ...] | None:
    """Return the shape of a table of numbers as far as it is known; None where it is none."""
    if isinstance(table, Unknown):
        return ()
    if not isinstance(table, list | tuple):
        return () if isinstance(table, bool | int | float | complex) else None
    shapes = {_shape(row) for row in table if not isinstance(row, Unknown)}
    if len(shapes) > 1 or None in shapes:
        return None
    return (len(table), *(shapes.pop() or () if shapes else ()))


def _of_rule(rule: Rule, values: Mapping[str, Sequence[object]]) -> Iterator[Finding]:
    """Yield what certainly breaks a rule in some arm of one field, whatever the others are."""
    combinations = 1
    for alternatives in values.values():
        combinations *= len(alternatives)
    if combinations > _MOST_COMBINATIONS:
        return
    for chosen, alternatives in values.items():
        for value in alternatives:
            others = {name: [value] if name == chosen else arms for name, arms in values.items()}
            problems = [
                list(rule.problems(dict(zip(others, arms, strict=True))))
                for arms in product(*others.values())
            ]
            if problems and all(problems):
                for problem in problems[0]:
                    yield Finding(rule.fields, str(problem), str(rule))


__all__ = ["ROOT", "Schema", "findings", "has_schema", "is_config", "schema_of"]
