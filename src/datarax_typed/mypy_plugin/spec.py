"""What the types of a config's fields ask of their values, besides being of the type."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Self

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
    get_proper_type,
)

from datarax_typed.core.rules import Unknown, describe_plain, item_path
from datarax_typed.mypy_plugin.annotated import constraints_of
from datarax_typed.mypy_plugin.constraints import Constraint, broken_by
from datarax_typed.mypy_plugin.findings import Finding

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
_HOLDERS: Final = frozenset(name for names in _HELD_BY.values() for name in names)


@dataclass(frozen=True, slots=True)
class Spec:
    """What a type asks: of the value itself, of its items, or of one of several arms."""

    own: tuple[Constraint, ...] = ()
    items: "Spec | None" = None
    keys: "Spec | None" = None
    values: "Spec | None" = None
    parts: "tuple[Spec, ...]" = ()
    named: "Mapping[str, Spec]" = field(default_factory=dict)
    # Of a union: the name of each arm's type, and what it asks.
    arms: "tuple[tuple[str, Spec], ...]" = ()

    def __bool__(self) -> bool:
        return any(
            (self.own, self.items, self.keys, self.values, any(self.parts))
            + (any(self.named.values()), any(spec for _, spec in self.arms))
        )

    def packed(self) -> object:
        """Return the spec as plain data."""
        given = {part.name: getattr(self, part.name) for part in fields(self)}
        return {name: _packed(value) for name, value in given.items() if value}

    @classmethod
    def unpacked(cls, plain: Mapping[str, Any]) -> Self:  # what `packed` gave
        """Return the spec of plain data."""
        made: dict[str, Any] = dict(plain)  # the arguments of the class
        for name in ("items", "keys", "values"):
            if name in made:
                made[name] = cls.unpacked(made[name])
        made["parts"] = tuple(map(cls.unpacked, made.get("parts", ())))
        made["named"] = {key: cls.unpacked(spec) for key, spec in made.get("named", {}).items()}
        made["arms"] = tuple((name, cls.unpacked(spec)) for name, spec in made.get("arms", ()))
        return cls(**made)


def _packed(value: object) -> object:
    if isinstance(value, Spec):
        return value.packed()
    if isinstance(value, dict):
        return {key: _packed(item) for key, item in value.items()}
    return tuple(map(_packed, value)) if isinstance(value, tuple) else value


def spec_of(typ: Type | None, depth: int = 0) -> Spec:
    """Return what a type asks of a value."""
    if depth > _DEEPEST or (isinstance(typ, TypeAliasType) and typ.is_recursive):
        return Spec()
    proper = get_proper_type(typ)
    own = () if proper is None else tuple(constraints_of(proper))
    match proper:
        case UnionType():
            arms = [(_name(get_proper_type(arm)), spec_of(arm, depth + 1)) for arm in proper.items]
            return Spec(arms=tuple(arms))
        case TupleType() if not any(isinstance(item, UnpackType) for item in proper.items):
            return Spec(own, parts=tuple(spec_of(item, depth + 1) for item in proper.items))
        case TypedDictType():
            named = {key: spec_of(item, depth + 1) for key, item in proper.items.items()}
            return Spec(own, named=named)
        case Instance() if _is_standard(proper):
            return _container(own, [spec_of(arg, depth + 1) for arg in proper.args])
        case _:
            return Spec(own)


def _container(own: tuple[Constraint, ...], inner: list[Spec]) -> Spec:
    if len(inner) == 1:
        return Spec(own, items=inner[0] or None)
    if len(inner) == 2:
        return Spec(own, keys=inner[0] or None, values=inner[1] or None)
    return Spec(own)


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


def broken(spec: Spec | None, value: object, where: str) -> Iterator[Finding]:
    """Yield what a value breaks of a spec; nothing of what is not known.

    Args:
        spec: the spec; None asks nothing.
        value: the value.
        where: its path.
    """
    if spec is None or isinstance(value, Unknown):
        return
    if spec.arms:
        yield from _no_arm(spec, value, where)
        return
    inner = list(_within(spec, value, where))
    yield from inner
    # As when the config is built: what is wrong inside comes first.
    for constraint in () if inner else spec.own:
        for expected, rule in broken_by(constraint, value):
            text = f"{where}: expected {expected}, got {describe_plain(value)}"
            yield Finding((where,), text, rule)


def _no_arm(spec: Spec, value: object, where: str) -> Iterator[Finding]:
    open_to_it = [arm for name, arm in spec.arms if _may_hold(name, value)]
    found = [list(broken(arm, value, where)) for arm in open_to_it]
    # Where no arm is of the value's type, mypy says so.
    if found and all(found):
        yield from min(found, key=len)


def _may_hold(name: str, value: object) -> bool:
    return name not in _HOLDERS or name in _HELD_BY.get(type(value), (name,))


def _within(spec: Spec, value: object, where: str) -> Iterator[Finding]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from broken(spec.keys or spec.items, key, f"key {key!r} of {where}")
            yield from broken(spec.values or spec.named.get(str(key)), item, item_path(where, key))
    elif isinstance(value, list | tuple | set | frozenset):
        parts: Iterable[Spec | None] = spec.parts or (spec.items,) * len(value)
        for index, (part, item) in enumerate(zip(parts, value, strict=False)):
            yield from broken(part, item, f"{where}[{index}]")


__all__ = ["Spec", "broken", "spec_of"]
