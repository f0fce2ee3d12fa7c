"""What an index gives: numbers, slices, new axes, masks and arrays of places."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from datarax_typed.mypy_plugin.shapes.dtypes import shown as dtypes_shown
from datarax_typed.mypy_plugin.shapes.functions.arguments import (
    NONE,
    NotKnownError,
    array,
    require,
    unwrapped,
)
from datarax_typed.mypy_plugin.shapes.functions.axes import has_rank, ranked, shown
from datarax_typed.mypy_plugin.shapes.functions.broadcasting import broadcast
from datarax_typed.mypy_plugin.shapes.functions.kinds import BOOL, INEXACT, INTEGERS
from datarax_typed.mypy_plugin.shapes.sizes import Relation, relation
from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    ArrayValue,
    Axis,
    Constant,
    EllipsisValue,
    Items,
    Made,
    Number,
    Several,
    Shape,
    ShapeError,
    Size,
    Slice,
    Value,
)

# `x.at`, and `x.at[key]`.
AT: Final = "jax.Array.at"
AT_PLACES: Final = "jax.Array.at[]"

_ALL: Final = Slice(NONE, NONE, NONE)
_ZERO: Final = Size.of(0)
_Part: TypeAlias = Size | Slice | Constant | EllipsisValue | ArrayValue


def index(value: Value, key: Value) -> Value:
    """Return what an array, a tuple, `x.at` or an `nnx.Param` gives for a key.

    Raises:
        ShapeError: there are more indices than axes, or one is no index.
    """
    if isinstance(value, Made) and value.kind == AT:
        return Made(AT_PLACES, value.facts)
    if isinstance(value, Made) and key == EllipsisValue():
        return unwrapped(value)
    if isinstance(value, Items):
        return _item(value, key)
    try:
        found = array(value)
        return ArrayValue(found.dtypes, _indexed(found.shape, _parts(key)))
    except NotKnownError:
        return NOTHING


def _item(value: Items, key: Value) -> Value:
    items = value.items
    match key:
        case Size() if key.number is not None and -len(items) <= key.number < len(items):
            return items[key.number]
        case Slice(start, stop, step):
            first, last, by = map(_number, (start, stop, step))
            is_known = all(end == NONE or _number(end) is not None for end in (start, stop, step))
            is_made = is_known and by != 0
            return replace(value, items=items[first:last:by]) if is_made else NOTHING
        case _:
            return NOTHING


def _parts(key: Value) -> list[_Part]:
    parts = list(key.items) if isinstance(key, Items) else [key]
    found = [unwrapped(part) for part in parts]
    return [_part(part) for part in found]


def _part(part: Value) -> _Part:
    if isinstance(part, ArrayValue):
        if part.dtypes and part.dtypes <= INEXACT:
            message = f"index: an index is an integer or a boolean, not {dtypes_shown(part.dtypes)}"
            raise ShapeError(message, is_dtype=True)
        require(part.dtypes == BOOL or (bool(part.dtypes) and part.dtypes <= INTEGERS))
        ranked(part.shape)
        require(part.dtypes != BOOL or bool(part.shape))
    if part == Number("int"):
        # Which place it is does not matter.
        return _ZERO
    if part == NONE or isinstance(part, Size | Slice | EllipsisValue | ArrayValue):
        return part
    raise NotKnownError


def _indexed(shape: Shape, parts: Sequence[_Part]) -> Shape:
    used = sum(map(_axes_taken, parts))
    if has_rank(shape) and used > len(shape):
        message = f"index: {used} indices for {shown(shape)}"
        raise ShapeError(message)
    if EllipsisValue() not in parts:
        parts = [*parts, EllipsisValue()]
    start = parts.index(EllipsisValue())
    require(EllipsisValue() not in parts[start + 1 :])
    before = sum(map(_axes_taken, parts[:start]))
    end = len(shape) - (used - before)
    require(before <= end)
    ends = (*shape[:before], *shape[end:])
    require(not any(isinstance(axis, Several) for axis in ends))
    whole = [_ALL] * (end - before)
    return _gathered(shape, [*parts[:start], *whole, *parts[start + 1 :]])


def _axes_taken(part: _Part) -> int:
    if isinstance(part, ArrayValue) and part.dtypes == BOOL:
        return len(part.shape)
    return 0 if isinstance(part, EllipsisValue | Constant) else 1


def _gathered(shape: Shape, parts: Sequence[_Part]) -> Shape:
    """Return the axes for parts that take each axis; places found by arrays come together."""
    is_gather = any(isinstance(part, ArrayValue) for part in parts)
    result, places, spots = list[Axis | Several](), list[Shape](), list[int]()
    first = taken = 0
    for number, part in enumerate(parts):
        if isinstance(part, ArrayValue) or (isinstance(part, Size) and is_gather):
            spots.append(number)
            places.append(_place_shape(part))
            first = len(result) if len(spots) == 1 else first
        elif isinstance(part, Constant):
            result.append(Size.of(1))
        elif isinstance(part, Slice):
            result.append(_sliced(shape[taken], part))
        taken += _axes_taken(part)
    if not places:
        return tuple(result)
    found = broadcast("index", places)
    # Places with something between them come first.
    at = first if spots == [*range(spots[0], spots[-1] + 1)] else 0
    return (*result[:at], *found, *result[at:])


def _place_shape(part: ArrayValue | Size) -> Shape:
    if isinstance(part, Size):
        return ()
    return (None,) if part.dtypes == BOOL else part.shape


def _sliced(axis: Axis | Several, part: Slice) -> Axis | Several:
    if part == _ALL:
        return axis
    if not isinstance(axis, Size):
        require(axis is None)
        return None
    step = 1 if part.step == NONE else _number(part.step)
    if not step:
        return None
    return _numbered_slice(axis, part, step) or _named_slice(axis, part, step)


def _numbered_slice(axis: Size, part: Slice, step: int) -> Axis:
    """Return how many items there are if all is numbers, or None."""
    start, stop = _number(part.start), _number(part.stop)
    is_known = all(end == NONE or _number(end) is not None for end in (part.start, part.stop))
    if axis.number is None or not is_known:
        return None
    return Size.of(len(range(*slice(start, stop, step).indices(axis.number))))


def _number(value: Value) -> int | None:
    return value.number if isinstance(value, Size) else None


def _named_slice(axis: Size, part: Slice, step: int) -> Axis:
    is_whole = part.start == NONE and part.stop == NONE
    if step < 0:
        return _ceiling(axis, -step) if is_whole else None
    start = _ZERO if part.start == NONE else _bound(axis, part.start)
    stop = axis if part.stop == NONE else _bound(axis, part.stop)
    if start is None or stop is None:
        return None
    # No end is beyond the axis, so with one of them left out the slice is not reversed.
    is_safe = start == _ZERO or part.stop == NONE
    return _ceiling(stop - start if is_safe else _at_least_zero(stop - start), step)


def _ceiling(size: Size, step: int) -> Size:
    return size if step == 1 else (size + (step - 1)).floordiv(step)


def _at_least_zero(size: Size) -> Size:
    # Sizes are 1 at least: n-1 is never below 0.
    lowest = sum(count for _, count in size.terms)
    is_safe = all(count > 0 for product, count in size.terms if product) and lowest >= 0
    return size if is_safe and not size.has_derived else size.most(0)


def _bound(axis: Size, value: Value) -> Size | None:
    """Return where an end of a slice is."""
    if not isinstance(value, Size) or value.has_derived:
        return None
    if value.number is not None and value.number < 0:
        return _at_least_zero(axis + value)
    if value.number in {0, 1}:
        return value
    if any(count < 0 for _, count in value.terms):
        return None
    return value if relation(axis, value) is Relation.SAME else axis.least(value)


__all__ = ["AT", "AT_PLACES", "index"]
