"""Batches, and what operators are made of, as far as that is known."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from mypy.nodes import Context, TypeInfo
from mypy.types import Instance, Type, get_proper_type

from datarax_typed.core.rules import Unknown
from datarax_typed.mypy_plugin.shapes.declared import value_of_type, within
from datarax_typed.mypy_plugin.shapes.joined import anonymous
from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    Constant,
    Foreign,
    Items,
    Record,
    Size,
    Value,
)

BATCH: Final = "datarax_typed.core.element_batch.Batch"


@dataclass(frozen=True, slots=True)
class BatchValue(Foreign):
    """A batch.

    Attributes:
        data: what is known of one of its elements; of a whole record, that it has no other fields.
        writers: which stage has written a field, and gives what is in it now.
    """

    data: Record
    writers: Mapping[str, str] = field(default_factory=dict)

    def without_names(self) -> "BatchValue":
        """Return the same where names have no meaning."""
        return replace(self, data=_record(anonymous(self.data)))


@dataclass(frozen=True, slots=True, eq=False)
class ConfigValue(Foreign):
    """A config of which some fields are known."""

    values: Mapping[str, object]

    def get(self, name: str) -> object | None:
        """Return the value of a field, or None where it is not known."""
        return self.values.get(name)


@dataclass(frozen=True, slots=True, eq=False)
class OperatorValue(Foreign):
    """An operator of a known class and configuration.

    Attributes:
        info: its class.
        config: what is known of its config.
        stages: of a composition, the operators with the places where they stand.
        is_broken: whether a report says already that its stages do not fit.
    """

    info: TypeInfo
    config: ConfigValue
    stages: "tuple[tuple[Value, Context], ...] | None" = None
    is_broken: bool = False


def batch_of(typ: Type, scope: str) -> BatchValue | None:
    """Return the batch that a declared type is, if it has a schema."""
    proper = get_proper_type(typ)
    if not isinstance(proper, Instance) or proper.type.fullname != BATCH or not proper.args:
        return None
    data = value_of_type(proper.args[0], within(scope))
    return BatchValue(_whole(data)) if isinstance(data, Record) else None


def _whole(data: Record) -> Record:
    """Return a record that has no fields but those of its schema."""
    fields = {
        name: _whole(part) if isinstance(part, Record) else part
        for name, part in data.fields.items()
    }
    return replace(data, fields=fields, is_whole=True)


def config_value(fact: Mapping[str, Any]) -> ConfigValue:  # what the call that made it has shown
    """Return what is known of a config."""
    known = {
        name: alternatives[0]
        for name, alternatives in fact["values"].items()
        if len(alternatives) == 1 and not isinstance(alternatives[0], Unknown)
    }
    return ConfigValue(known)


def plain_value(value: object) -> Value:
    """Return a value that source text tells."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Size.of(value)
    if value is None or isinstance(value, bool | float | str):
        return Constant(value)
    if isinstance(value, tuple | list):
        return Items(tuple(map(plain_value, value)))
    return NOTHING


def _record(value: Value) -> Record:
    return value if isinstance(value, Record) else Record({}, is_whole=False)


__all__ = [
    "BATCH",
    "BatchValue",
    "ConfigValue",
    "OperatorValue",
    "batch_of",
    "config_value",
    "plain_value",
]
