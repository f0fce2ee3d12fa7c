"""Functions that join arrays along an axis, and part them."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from datarax_typed.mypy_plugin.shapes.functions.arguments import (
    NONE,
    ZERO,
    Function,
    NotKnownError,
    array,
    entry,
    integer,
    integers,
    is_none,
    items,
    require,
)
from datarax_typed.mypy_plugin.shapes.functions.axes import (
    agreed,
    differ,
    has_rank,
    one_position,
    position,
    product,
    replaced,
    shown,
    total,
)
from datarax_typed.mypy_plugin.shapes.functions.kinds import Dtypes, common, given_dtype
from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    ArrayValue,
    Axis,
    Items,
    Several,
    Shape,
    ShapeError,
    Size,
    Value,
)

# More parts are not followed one by one.
_MOST_PARTS: Final = 64


def concatenate(arrays: Value, axis: Value = ZERO, dtype: Value = NONE) -> Value:
    """Return arrays one after the other along an axis."""
    return _concatenated("concatenate", arrays, axis, dtype)


def _concatenated(name: str, arrays: Value, axis: Value, dtype: Value) -> Value:
    found = _arrays(arrays)
    dtypes = given_dtype(dtype, _dtypes(found))
    if is_none(axis):
        return ArrayValue(dtypes, (total(product(one.shape) for one in found),))
    index = one_position(name, found[0].shape, axis)
    shape = _agreed(name, [one.shape for one in found], index)
    return ArrayValue(dtypes, shape)


def _arrays(arrays: Value) -> list[ArrayValue]:
    found = [array(one) for one in items(arrays)]
    require(bool(found))
    return found


def _dtypes(arrays: Sequence[ArrayValue]) -> Dtypes:
    return common([one.dtypes for one in arrays])


def _agreed(name: str, shapes: Sequence[Shape], joined: int | None) -> Shape:
    """Return the shape of arrays that have all axes alike but the joined one, which adds up."""
    result = list(shapes[0])
    for shape in shapes[1:]:
        _check_rank(name, tuple(result), shape)
        for index, (one, other) in enumerate(zip(result, shape, strict=True)):
            if index == joined:
                result[index] = total([_plain(one), _plain(other)])
            else:
                result[index] = _alike(name, index, one, other)
    return tuple(result)


def _check_rank(name: str, left: Shape, right: Shape) -> None:
    if len(left) == len(right):
        return
    require(has_rank(left) and has_rank(right))
    message = f"{name}: {shown(left)} and {shown(right)} differ in rank"
    raise ShapeError(message)


def _plain(axis: Axis | Several) -> Axis:
    if isinstance(axis, Several):
        raise NotKnownError
    return axis


def _alike(name: str, index: int, one: Axis | Several, other: Axis | Several) -> Axis | Several:
    if isinstance(one, Several) or isinstance(other, Several):
        require(one == other)
        return one
    if differ(one, other):
        message = f"{name}: axis {index} is {one} and {other}"
        raise ShapeError(message)
    return agreed(one, other)


def stack(arrays: Value, axis: Value = ZERO, out: Value = NONE, dtype: Value = NONE) -> Value:
    """Return arrays of one shape side by side along a new axis."""
    found = _arrays(arrays)
    shape = _agreed("stack", [one.shape for one in found], None)
    index = position("stack", shape, integer(axis), more=1)
    along = Size.of(len(found))
    return ArrayValue(given_dtype(dtype, _dtypes(found)), (*shape[:index], along, *shape[index:]))


def hstack(tup: Value, dtype: Value = NONE) -> Value:
    """Return arrays joined along the second axis, vectors along their only one."""
    rank = len(_arrays(tup)[0].shape)
    require(all(has_rank(one.shape) and one.shape for one in _arrays(tup)))
    return _concatenated("hstack", tup, ZERO if rank == 1 else Size.of(1), dtype)


def vstack(tup: Value, dtype: Value = NONE) -> Value:
    """Return arrays joined along the first axis, vectors as rows."""
    found = _arrays(tup)
    require(all(has_rank(one.shape) and one.shape for one in found))
    rows = [
        ArrayValue(one.dtypes, (Size.of(1), *one.shape)) if len(one.shape) == 1 else one
        for one in found
    ]
    return _concatenated("vstack", Items(tuple(rows)), ZERO, dtype)


def split(ary: Value, indices_or_sections: Value, axis: Value = ZERO) -> Value:
    """Return parts of an array: as many as a number says, or between places."""
    found = array(ary)
    index = one_position("split", found.shape, axis)
    along = _plain(found.shape[index])
    if isinstance(indices_or_sections, Items):
        parts = _between(along, integers(indices_or_sections))
    else:
        parts = _even(along, integer(indices_or_sections))
    require(len(parts) <= _MOST_PARTS)
    items = tuple(ArrayValue(found.dtypes, replaced(found.shape, index, part)) for part in parts)
    return Items(items, may_change=True)


def _even(along: Axis, count: int) -> list[Axis]:
    require(0 < count <= _MOST_PARTS)
    if along is None:
        return [None] * count
    if along.number is not None and along.number % count:
        message = f"split: {along} cannot be split into {count} equal parts"
        raise ShapeError(message)
    return [along.floordiv(count)] * count


def _between(along: Axis, places: tuple[int, ...]) -> list[Axis]:
    number = None if along is None else along.number
    if number is None:
        return [None] * (len(places) + 1)
    ends = [0, *(min(place % number if place < 0 else place, number) for place in places), number]
    return [Size.of(max(0, stop - start)) for start, stop in pairwise(ends)]


def unstack(x: Value, /, *, axis: Value = ZERO) -> Value:
    """Return an array's parts along an axis, without that axis."""
    found = array(x)
    index = one_position("unstack", found.shape, axis)
    along = found.shape[index]
    if not isinstance(along, Size) or along.number is None or along.number > _MOST_PARTS:
        return NOTHING
    return Items((ArrayValue(found.dtypes, replaced(found.shape, index)),) * along.number)


TABLE: Final[Mapping[str, Function]] = {
    "jax.numpy.concatenate": entry(concatenate),
    "jax.numpy.concat": entry(concatenate),
    "jax.numpy.stack": entry(stack),
    "jax.numpy.hstack": entry(hstack),
    "jax.numpy.vstack": entry(vstack),
    "jax.numpy.split": entry(split),
    "jax.numpy.unstack": entry(unstack),
}

__all__ = ["TABLE"]
