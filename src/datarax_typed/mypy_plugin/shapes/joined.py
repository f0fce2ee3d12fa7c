"""What is known where one of several values is in force."""

from collections.abc import Iterable
from dataclasses import replace

from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    PENDING,
    ArrayValue,
    Axis,
    Either,
    Foreign,
    Items,
    Made,
    Number,
    OtherArray,
    Record,
    Several,
    Shape,
    Size,
    Value,
)


def joined(values: Iterable[Value]) -> Value:
    """Return what is known of a value that is one of several; nothing, if there are none."""
    found: Value | None = None
    for value in values:
        if value == PENDING:
            continue
        found = value if found is None else _two(found, value)
    return NOTHING if found is None else found


def _two(left: Value, right: Value) -> Value:
    if left == right:
        return left
    match left, right:
        case ArrayValue(), ArrayValue():
            return ArrayValue(left.dtypes | right.dtypes, _shapes(left.shape, right.shape))
        case OtherArray(array=one), OtherArray(array=other):
            shape = _shapes(one.shape, other.shape)
            return OtherArray(ArrayValue(one.dtypes | other.dtypes, shape))
        case Size() | Number("int"), Size() | Number("int"):
            return Number("int")
        case Items(), Items() if len(left.items) == len(right.items):
            items = tuple(map(_two, left.items, right.items))
            return Items(items, left.may_change or right.may_change)
        case Record(), Record():
            common = left.fields.keys() & right.fields.keys()
            fields = {
                name: _two(value, right.fields[name])
                for name, value in left.fields.items()
                if name in common
            }
            return Record(fields, is_whole=False)
        case _:
            return NOTHING


def _shapes(left: Shape, right: Shape) -> Shape:
    if len(left) == len(right) and all(
        isinstance(one, Several) == isinstance(other, Several)
        for one, other in zip(left, right, strict=True)
    ):
        return tuple(map(_axes, left, right))
    return (Several(),)


def _axes(left: Axis | Several, right: Axis | Several) -> Axis | Several:
    if left == right:
        return left
    return Several() if isinstance(left, Several) else None


def anonymous(value: Value) -> Value:
    """Return what is known of a value where its names have no meaning: numbers alone."""
    match value:
        case Size():
            return Number("int") if value.number is None else value
        case ArrayValue():
            return _anonymous_array(value)
        case OtherArray():
            return OtherArray(_anonymous_array(value.array))
        case Foreign():
            return value.without_names()
        case _:
            return _anonymous_parts(value)


def _anonymous_parts(value: Value) -> Value:
    match value:
        case Items():
            return replace(value, items=tuple(map(anonymous, value.items)))
        case Record():
            fields = {name: anonymous(part) for name, part in value.fields.items()}
            return Record(fields, value.is_whole, value.name)
        case Either():
            return Either(tuple(map(anonymous, value.options)))
        case Made():
            facts = {name: anonymous(part) for name, part in value.facts.items()}
            return Made(value.kind, facts)
        case _:
            return value


def _anonymous_array(value: ArrayValue) -> ArrayValue:
    return ArrayValue(value.dtypes, tuple(map(_anonymous_axis, value.shape)))


def _anonymous_axis(axis: Axis | Several) -> Axis | Several:
    if isinstance(axis, Several):
        return Several()
    return None if axis is None or axis.number is None else axis


__all__ = ["anonymous", "joined"]
