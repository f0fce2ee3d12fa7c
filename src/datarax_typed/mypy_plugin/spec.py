"""What the types of a config's fields ask of their values, besides being of the type."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Self, cast

from mypy.types import (
    Instance,
    LiteralType,
    NoneType,
    ProperType,
    TupleType,
    Type,
    TypeAliasType,
    TypedDictType,
    UnionType,
    UnpackType,
)

from datarax_typed.core.rules import Unknown, describe_plain, item_path
from datarax_typed.mypy_plugin.annotated import WHOLE, constraints_of
from datarax_typed.mypy_plugin.constraints import Constraint, broken_by
from datarax_typed.mypy_plugin.findings import Finding
from datarax_typed.mypy_plugin.marks import get_item

_DEEPEST: Final = 8
_STANDARD: Final = ("builtins", "typing", "collections", "collections.abc")
_ANY_TYPE: Final = "?"
_ITERABLE: Final = ("Sequence", "Collection", "Iterable", "Reversible", "Container")
# The names of the standard types that hold a value of the type.
_HELD_BY: Final[Mapping[type, tuple[str, ...]]] = {
    type(None): ("None",),
    bool: ("bool", "int", "float", "complex"),
    int: ("int", "float", "complex"),
    float: ("float", "complex"),
    complex: ("complex",),
    str: ("str", *_ITERABLE),
    bytes: ("bytes", *_ITERABLE),
    list: ("list", "MutableSequence", *_ITERABLE),
    tuple: ("tuple", *_ITERABLE),
    set: ("set", "AbstractSet", "Set", "MutableSet", *_ITERABLE),
    frozenset: ("frozenset", "AbstractSet", "Set", *_ITERABLE),
    dict: ("dict", "Mapping", "MutableMapping", *_ITERABLE),
}
_LEFT_OUT: Final[tuple[object, ...]] = (_ANY_TYPE, None, (), {})
_HOLDERS: Final = frozenset(name for names in _HELD_BY.values() for name in names)


@dataclass(frozen=True, slots=True)
class Spec:
    """What a type asks: of the value itself, of its items, or of one of several arms."""

    # The name of a standard type, or "?".
    kind: str = _ANY_TYPE
    own: tuple[Constraint, ...] = ()
    items: "Spec | None" = None
    keys: "Spec | None" = None
    values: "Spec | None" = None
    parts: "tuple[Spec, ...]" = ()
    named: "Mapping[str, Spec]" = field(default_factory=dict)
    arms: "tuple[Spec, ...]" = ()
    # Of a literal type and of a tuple of fixed length.
    literals: tuple[object, ...] = ()
    length: int | None = None

    def packed(self) -> object:
        """Return the spec as plain data."""
        given = {part.name: getattr(self, part.name) for part in fields(self)}
        # The empty spec has no name in the cache either.
        return {name: _packed(value) for name, value in given.items() if value not in _LEFT_OUT}

    @classmethod
    def unpacked(cls, plain: Mapping[str, Any]) -> Self:  # what `packed` gave
        """Return the spec of plain data."""
        made: dict[str, Any] = dict(plain)  # the arguments of the class
        for name in ("items", "keys", "values"):
            if name in made:
                made[name] = cls.unpacked(made[name])
        made["parts"] = tuple(map(cls.unpacked, made.get("parts", ())))
        made["named"] = {key: cls.unpacked(spec) for key, spec in made.get("named", {}).items()}
        made["arms"] = tuple(map(cls.unpacked, made.get("arms", ())))
        return cls(**made)


def _packed(value: object) -> object:
    if isinstance(value, Spec):
        return value.packed()
    if isinstance(value, dict):
        return {key: _packed(item) for key, item in value.items()}
    return tuple(map(_packed, value)) if isinstance(value, tuple) else value


def spec_of(typ: Type | None, depth: int = 0) -> Spec:
    """Return what a type asks of a value."""
    if typ is None or depth > _DEEPEST or (isinstance(typ, TypeAliasType) and typ.is_recursive):
        return Spec()
    proper = get_item(typ)
    inner = _inner(proper, depth + 1)
    return replace(inner, kind=_name(proper), own=tuple(_own(proper)))


def _own(proper: ProperType) -> list[Constraint]:
    if not isinstance(proper, UnionType):
        return [constraint for constraint in constraints_of(proper) if constraint[0] != WHOLE]
    found: list[Constraint] = [
        cast(Constraint, args[0])
        for item in map(get_item, proper.items)
        for name, args, _ in constraints_of(item)
        if name == WHOLE
    ]
    return [constraint for at, constraint in enumerate(found) if constraint not in found[:at]]


def _inner(proper: ProperType, depth: int) -> Spec:
    match proper:
        case UnionType():
            return Spec(arms=tuple(spec_of(arm, depth) for arm in proper.items))
        case LiteralType() if not proper.is_enum_literal():
            return Spec(literals=(proper.value,))
        case TupleType() if not any(isinstance(item, UnpackType) for item in proper.items):
            parts = tuple(spec_of(item, depth) for item in proper.items)
            return Spec(parts=parts, length=len(parts))
        case TypedDictType():
            return Spec(named={key: spec_of(item, depth) for key, item in proper.items.items()})
        case Instance(args=[only]) if _is_standard(proper):
            return Spec(items=spec_of(only, depth))
        case Instance(args=[keys, values]) if _is_standard(proper):
            return Spec(keys=spec_of(keys, depth), values=spec_of(values, depth))
        case _:
            return Spec()


def _is_standard(instance: Instance) -> bool:
    return instance.type.fullname.rpartition(".")[0] in _STANDARD


def _name(proper: ProperType) -> str:
    match proper:
        case NoneType():
            return "None"
        case LiteralType():
            return _name(proper.fallback)
        case TupleType():
            return "tuple"
        case TypedDictType():
            return "dict"
        case Instance() if _is_standard(proper):
            return proper.type.name
        case _:
            return _ANY_TYPE


def holds(spec: Spec | None, value: object) -> bool:
    """Return whether a value may be of the type; where it is not, mypy says so."""
    if spec is None or isinstance(value, Unknown):
        return True
    if spec.arms:
        return any(holds(arm, value) for arm in spec.arms)
    if spec.literals and (type(value), value) not in [(type(one), one) for one in spec.literals]:
        return False
    if spec.length is not None and isinstance(value, tuple) and len(value) != spec.length:
        return False
    return spec.kind not in _HOLDERS or spec.kind in _HELD_BY.get(type(value), (spec.kind,))


def broken(spec: Spec | None, value: object, where: str) -> Iterator[Finding]:
    """Yield what a value breaks of a spec; nothing of what is not known, or of another type.

    Args:
        spec: the spec; None asks nothing.
        value: the value.
        where: its path.
    """
    if spec is None or isinstance(value, Unknown) or not holds(spec, value):
        return
    if isinstance(value, str | bytes) and spec.items is not None and spec.kind in _ITERABLE:
        # mypy takes a text for a sequence of texts.
        expected = f"{spec.kind}[{spec.items.kind}]"
        yield Finding((where,), f"{where}: expected {expected}, got {value!r}", "")
        return
    inner = list(_within(spec, value, where))
    if spec.arms:
        found = [list(broken(arm, value, where)) for arm in spec.arms if holds(arm, value)]
        inner = min(found, key=len)
    yield from inner
    # As when the config is built: what is wrong inside comes first.
    for constraint in () if inner else spec.own:
        for expected, rule in broken_by(constraint, value):
            text = f"{where}: expected {expected}, got {describe_plain(value)}"
            yield Finding((where,), text, rule)


def _within(spec: Spec, value: object, where: str) -> Iterator[Finding]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from broken(spec.keys or spec.items, key, f"key {key!r} of {where}")
            yield from broken(spec.values or spec.named.get(str(key)), item, item_path(where, key))
    elif isinstance(value, list | tuple | set | frozenset):
        parts: Iterable[Spec | None] = spec.parts or (spec.items,) * len(value)
        for index, (part, item) in enumerate(zip(parts, value, strict=False)):
            yield from broken(part, item, f"{where}[{index}]")


__all__ = ["Spec", "broken", "holds", "spec_of"]
