"""What a type that mypy has inferred tells of a value."""

from typing import Any, Final

from mypy.nodes import TypeInfo, Var
from mypy.types import (
    CallableType,
    Instance,
    LiteralType,
    NoneType,
    ProperType,
    TupleType,
    Type,
    TypedDictType,
    TypeType,
    UnionType,
    get_proper_type,
)

from datarax_typed.core.rules import Unknown
from datarax_typed.mypy_plugin.text import Alternatives, Member

ANYTHING: Final = Unknown()
SOMETHING: Final = Unknown(may_be_none=False)
AN_OBJECT: Final = Unknown(may_be_none=False, may_be_false=False)


def of_type(typ: Type | None) -> Alternatives:
    """Return what a type tells of a value."""
    proper = get_proper_type(typ)
    if isinstance(proper, UnionType):
        found = tuple(value for item in proper.items for value in of_type(item))
        # `Literal["a", "b"]` is one of these; of `str | None` nobody knows.
        return (_merged(found),) if any(map(_is_vague, found)) else found
    if isinstance(proper, LiteralType):
        return (_literal(proper),)
    if isinstance(proper, Instance) and proper.last_known_value is not None:
        return (_literal(proper.last_known_value),)
    return (_kind(proper),)


def is_member(typ: Type | None) -> bool:
    """Return whether a type is that of one member of an enumeration."""
    proper = get_proper_type(typ)
    known = proper.last_known_value if isinstance(proper, Instance) else proper
    return isinstance(known, LiteralType) and known.is_enum_literal()


def kind_alone(typ: Type | None) -> Unknown:
    """Return what a type tells of a value but for literals."""
    proper = get_proper_type(typ)
    items = proper.items if isinstance(proper, UnionType) else [proper]
    return _merged(tuple(_kind(_fallback(get_proper_type(item))) for item in items))


def _fallback(proper: ProperType | None) -> ProperType | None:
    return proper.fallback if isinstance(proper, LiteralType) else proper


def _is_vague(value: object) -> bool:
    return value is None or isinstance(value, Unknown)


def _merged(values: Alternatives) -> Unknown:
    return Unknown(
        any(
            value is None or (isinstance(value, Unknown) and value.may_be_none) for value in values
        ),
        any(
            value is False or (isinstance(value, Unknown) and value.may_be_false)
            for value in values
        ),
    )


def _kind(proper: Type | None) -> object:
    match proper:
        case NoneType():
            return None
        case Instance() if proper.type.fullname == "builtins.object" or proper.type.is_protocol:
            return ANYTHING
        case Instance() if proper.type.has_base("builtins.int") or proper.type.fallback_to_any:
            return SOMETHING
        case Instance() | CallableType() | TupleType() | TypedDictType() | TypeType():
            return AN_OBJECT
        case _:
            return ANYTHING


def _literal(literal: LiteralType) -> object:
    if not literal.is_enum_literal():
        return bytes_of(literal.value) if _is_bytes(literal) else literal.value
    info = literal.fallback.type
    symbol = info.names.get(str(literal.value))
    assigned = (
        get_proper_type(symbol.node.type) if symbol and isinstance(symbol.node, Var) else None
    )
    # A member of `class Field(str, Enum)` is a text, unless the class makes it otherwise.
    if any("__new__" in base.names for base in info.mro if not _is_standard(base)):
        return AN_OBJECT
    if any(info.has_base(name) for name in ("builtins.str", "builtins.int", "builtins.float")):
        known = assigned.last_known_value if isinstance(assigned, Instance) else assigned
        # Of a value of another type, the enumeration makes one of its own.
        if isinstance(known, LiteralType) and info.has_base(known.fallback.type.fullname):
            return AN_OBJECT if known.is_enum_literal() else known.value
        return AN_OBJECT
    return Member(f"{info.name}.{literal.value}")


def _is_standard(info: TypeInfo) -> bool:
    return info.fullname.partition(".")[0] in ("builtins", "enum", "typing")


def _is_bytes(literal: LiteralType) -> bool:
    return literal.fallback.type.fullname == "builtins.bytes"


def bytes_of(escaped: Any) -> bytes:  # LiteralType.value has a type for all literals
    """Return the bytes that mypy keeps as text with escapes."""
    return str(escaped).encode("latin-1").decode("unicode_escape").encode("latin-1")


__all__ = [
    "ANYTHING",
    "AN_OBJECT",
    "SOMETHING",
    "bytes_of",
    "is_member",
    "kind_alone",
    "of_type",
]
