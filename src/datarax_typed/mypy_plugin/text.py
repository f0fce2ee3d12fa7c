"""Values as text: what is known of a config is kept on types and in mypy's cache as JSON."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from datarax_typed.core.rules import Unknown


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an enumeration that is no text or number."""

    name: str

    def __repr__(self) -> str:
        return self.name


# What a field may hold: one value, or one for each arm of a conditional.
Alternatives: TypeAlias = tuple[object, ...]

# The name of an attribute that no program can have.
KEY: Final = "#datarax_typed"


def to_text(value: object) -> str:
    """Return a value as text."""
    return json.dumps(_plain(value))


def from_text(text: str) -> Any:  # of whatever type it had
    """Return the value of a text."""
    return _value(json.loads(text))


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list):
        return list(map(_plain, value))
    tag, items = _tagged(value)
    return {tag: items}


def _tagged(value: object) -> tuple[str, object]:
    match value:
        case tuple():
            return "tuple", list(map(_plain, value))
        case set() | frozenset():
            return type(value).__name__, sorted(map(_plain, value), key=repr)
        case dict():
            return "dict", [[_plain(key), _plain(item)] for key, item in value.items()]
        case bytes():
            return "bytes", value.hex()
        case complex():
            return "complex", [value.real, value.imag]
        case Member():
            return "member", value.name
        case Unknown():
            return "unknown", [value.may_be_none, value.may_be_false]
        case _:
            raise TypeError(f"no text for {type(value).__name__}")


def _value(plain: Any) -> object:  # what JSON gives
    if isinstance(plain, list):
        return list(map(_value, plain))
    if not isinstance(plain, dict):
        return plain
    ((tag, items),) = plain.items()
    return _DECODERS[tag](items)


_DECODERS: Final[Mapping[str, Callable[[Any], object]]] = {  # what JSON gives
    "bytes": bytes.fromhex,
    "complex": lambda parts: complex(*parts),
    "dict": lambda items: {_value(key): _value(item) for key, item in items},
    "frozenset": lambda items: frozenset(map(_value, items)),
    "member": Member,
    "set": lambda items: set(map(_value, items)),
    "tuple": lambda items: tuple(map(_value, items)),
    "unknown": lambda flags: Unknown(*flags),
}


__all__ = ["KEY", "Alternatives", "Member", "from_text", "to_text"]
