"""Facts on types: mypy keeps them in signatures, variables and its cache, and compares without."""

from collections.abc import Callable
from typing import Any, Final

from mypy.types import (
    CallableType,
    ExtraAttrs,
    Instance,
    LiteralType,
    ProperType,
    ReadOnlyType,
    RequiredType,
    TupleType,
    Type,
    TypeAliasType,
    TypedDictType,
    UnionType,
    get_proper_type,
)

from datarax_typed.mypy_plugin.text import KEY, from_text, to_text

# A tuple: `isinstance` is asked for every name of an annotation, and a union is slow there.
_WRAPPERS: Final = (RequiredType, ReadOnlyType)


def fact_of(typ: Type | None) -> Any:  # what was put there
    """Return the fact on a type, or None."""
    carrier = _carrier(typ)
    if carrier is None or carrier.extra_attrs is None:
        return None
    held = get_proper_type(carrier.extra_attrs.attrs.get(KEY))
    return from_text(str(held.value)) if isinstance(held, LiteralType) else None


def is_marked(typ: Type | None) -> bool:
    """Return whether there is a fact on a type."""
    carrier = _carrier(typ)
    attributes = None if carrier is None else carrier.extra_attrs
    return attributes is not None and KEY in attributes.attrs


def with_fact(typ: Type, fact: object, text_type: Instance) -> Type:
    """Return a type with a fact on it; a type that cannot carry one as it is.

    Args:
        typ: the type; not changed.
        fact: replaces the one that is there.
        text_type: `builtins.str`.
    """
    literal = LiteralType(to_text(fact), text_type)
    return _marked(typ, lambda carrier: _with_attribute(carrier, literal))


def _with_attribute(carrier: Instance, literal: LiteralType) -> Instance:
    old = carrier.extra_attrs
    attributes = {**(old.attrs if old else {}), KEY: literal}
    marked = carrier.copy_modified()
    marked.extra_attrs = ExtraAttrs(
        attributes, set(old.immutable) if old else None, old.mod_name if old else None
    )
    return marked


def get_item(typ: Type) -> ProperType:
    """Return a type without its aliases, and without `Required` and the like."""
    while isinstance(typ, _WRAPPERS):
        typ = typ.item
    return get_proper_type(typ)


def _marked(typ: Type, mark: Callable[[Instance], Instance]) -> Type:
    if isinstance(typ, RequiredType):
        return RequiredType(_marked(typ.item, mark), required=typ.required)
    if isinstance(typ, ReadOnlyType):
        return ReadOnlyType(_marked(typ.item, mark))
    if isinstance(typ, TypeAliasType) and (typ.alias is None or typ.is_recursive):
        return typ
    proper = get_proper_type(typ)
    match proper:
        case Instance():
            return mark(proper)
        case TupleType():
            return proper.copy_modified(fallback=mark(proper.partial_fallback))
        case TypedDictType() | CallableType():
            return proper.copy_modified(fallback=mark(proper.fallback))
        case UnionType():
            items = [_marked(item, mark) for item in proper.items]
            return UnionType(items, proper.line, proper.column)
        case _:
            return typ


def _carrier(typ: Type | None) -> Instance | None:
    proper = None if typ is None else get_item(typ)
    match proper:
        case Instance():
            return proper
        case TupleType():
            return proper.partial_fallback
        case TypedDictType() | CallableType():
            return proper.fallback
        case _:
            return None


__all__ = ["fact_of", "get_item", "is_marked", "with_fact"]
