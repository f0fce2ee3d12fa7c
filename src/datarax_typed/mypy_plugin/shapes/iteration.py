"""What a loop or a comprehension takes from what it goes through."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mypy.types import Instance, TupleType, Type, get_proper_type

from datarax_typed.mypy_plugin.shapes.declared import Typed, value_of_type, within
from datarax_typed.mypy_plugin.shapes.findings import attempted
from datarax_typed.mypy_plugin.shapes.functions import index
from datarax_typed.mypy_plugin.shapes.joined import anonymous, joined
from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    ArrayValue,
    Foreign,
    Items,
    Record,
    Size,
    Value,
)


@dataclass(frozen=True, slots=True)
class Stream(Foreign):
    """What gives one value after the other, such as `enumerate(x)`.

    Attributes:
        item: what is known of each of them.
    """

    item: Value

    def without_names(self) -> "Stream":
        """Return the same where names have no meaning."""
        return Stream(anonymous(self.item))


def item_of(value: Value) -> Value:
    """Return what is known of each value that one gives in a loop."""
    match value:
        case Stream():
            return value.item
        case Items():
            return joined(value.items)
        case ArrayValue():
            return attempted(lambda: index(value, Size.of(0))).value
        case Typed() if has_name(value.typ, _ITERABLES):
            return argument_of(value)
        case _:
            return NOTHING


def argument_of(value: Typed) -> Value:
    """Return what is known of what a container of a declared type holds."""
    typ = get_proper_type(value.typ)
    last = typ.args[-1] if isinstance(typ, Instance) and typ.args else None
    # One item may be of other sizes than the next.
    return value_of_type(last, within(""))


def is_named_tuple(value: Value) -> bool:
    """Return whether a value is an object of a named tuple's class."""
    typ = get_proper_type(value.typ) if isinstance(value, Typed) else None
    return isinstance(typ, TupleType) and typ.partial_fallback.type.fullname != "builtins.tuple"


def part_of(value: Value, at: int) -> Value:
    """Return what is known of an item of a named tuple."""
    typ = get_proper_type(value.typ) if isinstance(value, Typed) else None
    items = typ.items if isinstance(typ, TupleType) else []
    return value_of_type(items[at], within("")) if -len(items) <= at < len(items) else NOTHING


def view(owner: Value, name: str) -> Stream | None:
    """Return what `owner.values()` or `owner.items()` goes through; None of what is no dict."""
    if name not in _VIEWS:
        return None
    match owner:
        case Record(is_whole=True):
            held = joined(owner.fields.values())
        case Typed() if has_name(owner.typ, MAPPINGS):
            held = argument_of(owner)
        case _:
            return None
    return Stream(_VIEWS[name](held))


def has_name(typ: Type, names: Sequence[str]) -> bool:
    """Return whether a type is that of an object of one of some classes."""
    proper = get_proper_type(typ)
    return isinstance(proper, Instance) and proper.type.fullname in names


def _same(*given: Value) -> Value:
    return Stream(item_of(given[0])) if len(given) == 1 else NOTHING


_VIEWS: Final[Mapping[str, Callable[[Value], Value]]] = {
    "values": lambda held: held,
    "items": lambda held: Items((NOTHING, held)),
}
# By the names of builtins; what they make of positional arguments.
ITERATORS: Final[Mapping[str, Callable[..., Value]]] = {
    "builtins.enumerate": lambda *given: Stream(Items((NOTHING, item_of(given[0])))),
    "builtins.iter": _same,
    "builtins.next": lambda *given: item_of(given[0]) if len(given) == 1 else NOTHING,
    "builtins.reversed": _same,
    "builtins.zip": lambda *given: Stream(Items(tuple(map(item_of, given)))),
}
MAPPINGS: Final = ("builtins.dict", "typing.Mapping", "typing.MutableMapping")
_ITERABLES: Final = (
    *("builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset"),
    *("typing.Sequence", "typing.MutableSequence", "typing.Iterable", "typing.Iterator"),
    *("typing.Collection", "typing.Reversible", "typing.AbstractSet", "collections.deque"),
)

__all__ = [
    "ITERATORS",
    "MAPPINGS",
    "Stream",
    "argument_of",
    "has_name",
    "is_named_tuple",
    "item_of",
    "part_of",
    "view",
]
