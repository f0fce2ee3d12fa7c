"""Facts on types: mypy keeps them in signatures, variables and its cache, and compares without."""

from collections.abc import Callable
from typing import Any

from mypy.types import (
    CallableType,
    ExtraAttrs,
    Instance,
    LiteralType,
    ProperType,
    TupleType,
    Type,
    TypeAliasType,
    TypedDictType,
    TypeVarType,
    UnionType,
    get_proper_type,
)

from datarax_typed.mypy_plugin.text import KEY, from_text, to_text


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


def _marked(typ: Type, mark: Callable[[Instance], Instance]) -> Type:
    if isinstance(typ, TypeAliasType) and (typ.alias is None or typ.is_recursive):
        return typ
    proper = get_proper_type(typ)
    match proper:
        case Instance():
            return mark(proper)
        case TupleType():
            return proper.copy_modified(fallback=mark(proper.partial_fallback))
        case LiteralType():
            return LiteralType(proper.value, mark(proper.fallback), proper.line, proper.column)
        case TypedDictType() | CallableType():
            return proper.copy_modified(fallback=mark(proper.fallback))
        case TypeVarType():
            # Of a generic alias: a use of it looks there.
            return proper.copy_modified(upper_bound=_marked(proper.upper_bound, mark))
        case UnionType():
            items = [_marked(item, mark) for item in proper.items]
            return UnionType(items, proper.line, proper.column)
        case _:
            return typ


def _carrier(typ: Type | None) -> Instance | None:
    proper: ProperType | None = get_proper_type(typ)
    match proper:
        case Instance():
            return proper
        case TupleType():
            return proper.partial_fallback
        case LiteralType() | TypedDictType() | CallableType():
            return proper.fallback
        case TypeVarType():
            return _carrier(proper.upper_bound)
        case _:
            return None


__all__ = ["fact_of", "is_marked", "with_fact"]
