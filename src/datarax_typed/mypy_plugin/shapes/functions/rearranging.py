"""Functions that move items to other places: reshape, transpose, squeeze, tile."""

from collections.abc import Mapping
from typing import Final

from datarax_typed.mypy_plugin.shapes.functions.arguments import (
    NONE,
    Function,
    NotKnownError,
    array,
    entry,
    integer,
    integers,
    is_none,
    items,
    require,
    size,
)
from datarax_typed.mypy_plugin.shapes.functions.axes import (
    check_axes,
    given_shape,
    has_rank,
    one_position,
    position,
    positions,
    product,
    ranked,
    replaced,
    shown,
    total,
)
from datarax_typed.mypy_plugin.shapes.functions.broadcasting import broadcast
from datarax_typed.mypy_plugin.shapes.sizes import Relation, relation
from datarax_typed.mypy_plugin.shapes.values import (
    ArrayValue,
    Axis,
    Items,
    Number,
    Several,
    Shape,
    ShapeError,
    Size,
    Value,
)

_REST: Final = Size.of(-1)


def reshape(a: Value, shape: Value, order: Value = NONE, **options: Value) -> Value:
    """Return the items in another shape; -1 is solved exactly."""
    found = array(a)
    # What is unknown may be a whole tuple.
    wanted = items(shape) if isinstance(shape, Items) else (_one(shape),)
    return ArrayValue(found.dtypes, reshaped("reshape", found.shape, wanted))


def _one(shape: Value) -> Value:
    return shape if shape == Number("int") else size(shape)


def reshape_method(a: Value, *shape: Value, **options: Value) -> Value:
    """Return `a.reshape(2, 3)`, or `a.reshape((2, 3))`."""
    return reshape(a, shape[0] if len(shape) == 1 else Items(shape), **options)


def reshaped(name: str, shape: Shape, wanted: tuple[Value, ...]) -> Shape:
    """Return the shape that items are brought to.

    Args:
        name: of the function, for the report.
        shape: which they have.
        wanted: the sizes, one may be -1.

    Raises:
        ShapeError: the number of items cannot be the same.
    """
    count = product(shape)
    given = given_shape(Items(tuple(one for one in wanted if one != _REST)))
    rest, known = len(wanted) - len(given), product(given)
    if count is None or known is None or rest > 1:
        solved = None
    else:
        solved = _solved(count, known) if rest else Size.of(1)
        if solved is None or (not rest and relation(count, known) is Relation.DIFFERENT):
            texts = ", ".join("?" if not isinstance(one, Size) else str(one) for one in wanted)
            comma = "," * (len(wanted) == 1)
            message = f"{name}: {count} items cannot become ({texts}{comma})"
            raise ShapeError(message)
    left = iter(given)
    return tuple(solved if one == _REST else next(left) for one in wanted)


def _solved(count: Size, known: Size) -> Size | None:
    """Return how often the known items go into all, or None where that is certainly not even."""
    if known == Size.of(0):
        raise NotKnownError
    is_uneven = known.number is not None and count.number is not None and count.mod(known).number
    return None if is_uneven else count.floordiv(known)


def ravel(a: Value, order: Value = NONE, **options: Value) -> Value:
    """Return the items in one axis."""
    found = array(a)
    return ArrayValue(found.dtypes, (product(found.shape),))


def transpose(a: Value, axes: Value = NONE) -> Value:
    """Return an array with its axes in another order, or in reverse."""
    found = array(a)
    shape = ranked(found.shape)
    if is_none(axes):
        return ArrayValue(found.dtypes, shape[::-1])
    order = positions("transpose", shape, axes)
    if len(order) != len(shape):
        message = f"transpose: {len(order)} axes are named of {shown(shape)}"
        raise ShapeError(message)
    return ArrayValue(found.dtypes, tuple(shape[index] for index in order))


def transpose_method(a: Value, *axes: Value) -> Value:
    """Return `a.transpose(1, 0)`, or `a.transpose((1, 0))`."""
    if not axes:
        return transpose(a)
    return transpose(a, axes[0] if len(axes) == 1 and not _is_size(axes[0]) else Items(axes))


def _is_size(value: Value) -> bool:
    return isinstance(value, Size)


def matrix_transpose(x: Value, /) -> Value:
    """Return an array with its last two axes exchanged."""
    return swapaxes(x, Size.of(-1), Size.of(-2), name="matrix_transpose")


def swapaxes(a: Value, axis1: Value, axis2: Value, *, name: str = "swapaxes") -> Value:
    """Return an array with two axes exchanged."""
    found = array(a)
    one, other = (one_position(name, found.shape, axis) for axis in (axis1, axis2))
    shape = [*found.shape]
    # Beside axes of unknown number, a place counted from the front is none from the end.
    require(has_rank(found.shape) or integer(axis1) * integer(axis2) > 0)
    shape[one], shape[other] = shape[other], shape[one]
    return ArrayValue(found.dtypes, tuple(shape))


def moveaxis(a: Value, source: Value, destination: Value) -> Value:
    """Return an array with some axes in other places, the others in their order."""
    found = array(a)
    shape = ranked(found.shape)
    sources = positions("moveaxis", shape, Items(tuple(map(Size.of, integers(source)))))
    places = positions("moveaxis", shape, Items(tuple(map(Size.of, integers(destination)))))
    if len(sources) != len(places):
        message = f"moveaxis: {len(sources)} axes cannot go to {len(places)} places"
        raise ShapeError(message)
    order = [index for index in range(len(shape)) if index not in sources]
    for place, index in sorted(zip(places, sources, strict=True)):
        order.insert(place, index)
    return ArrayValue(found.dtypes, tuple(shape[index] for index in order))


def expand_dims(a: Value, axis: Value) -> Value:
    """Return an array with further axes of size 1."""
    found = array(a)
    numbers = integers(axis)
    shape = found.shape
    if len(numbers) == 1:
        index = position("expand_dims", shape, numbers[0], more=1)
        return ArrayValue(found.dtypes, (*shape[:index], Size.of(1), *shape[index:]))
    left = iter(ranked(shape))
    rank = len(shape) + len(numbers)
    places = {position("expand_dims", shape, number, more=len(numbers)) for number in numbers}
    require(len(places) == len(numbers))
    axes = [Size.of(1) if index in places else next(left) for index in range(rank)]
    return ArrayValue(found.dtypes, tuple(axes))


def squeeze(a: Value, axis: Value = NONE) -> Value:
    """Return an array without axes of size 1."""
    found = array(a)
    shape = found.shape
    if is_none(axis):
        require(all(isinstance(one, Size) and one.number is not None for one in shape))
        return ArrayValue(found.dtypes, tuple(one for one in shape if one != Size.of(1)))
    gone = positions("squeeze", shape, axis)
    for index in gone:
        _check_is_one(shape[index], integers(axis)[gone.index(index)])
    return ArrayValue(
        found.dtypes, tuple(one for index, one in enumerate(shape) if index not in gone)
    )


def _check_is_one(axis: Axis | Several, number: int) -> None:
    if isinstance(axis, Size) and relation(axis, Size.of(1)) is Relation.DIFFERENT:
        message = f"squeeze: axis {number} is {axis}, not 1"
        raise ShapeError(message)


def broadcast_to(array: Value, shape: Value, **options: Value) -> Value:
    """Return an array repeated along axes of size 1 and new ones."""
    found, target = _array(array), given_shape(shape)
    if has_rank(found.shape):
        if len(found.shape) > len(target):
            message = f"broadcast_to: {shown(found.shape)} has more axes than {shown(target)}"
            raise ShapeError(message)
        last = target[len(target) - len(found.shape) :]
        for one, other in zip(found.shape, last, strict=True):
            _check_broadcasts(one, other, found.shape, target)
    return ArrayValue(found.dtypes, target)


# The parameter of the function before has this name, as it has in JAX.
_array: Final = array


def _check_broadcasts(
    one: Axis | Several, other: Axis | Several, shape: Shape, target: Shape
) -> None:
    numbers = [axis.number if isinstance(axis, Size) else None for axis in (one, other)]
    if None not in numbers and numbers[0] not in {1, numbers[1]}:
        message = f"broadcast_to: {shown(shape)} does not broadcast to {shown(target)}"
        raise ShapeError(message)


def flip(m: Value, axis: Value = NONE) -> Value:
    """Return an array in reverse along axes."""
    found = array(m)
    check_axes("flip", found.shape, axis)
    return found


def roll(a: Value, shift: Value, axis: Value = NONE) -> Value:
    """Return an array with its items moved along axes."""
    found = array(a)
    if not is_none(axis):
        check_axes("roll", found.shape, axis)
    return found


def triangle(m: Value, k: Value = NONE) -> Value:
    """Return a matrix with zeros on one side of a diagonal."""
    return array(m)


def tile(A: Value, reps: Value) -> Value:  # noqa: N803 - JAX's name
    """Return an array repeated as a whole."""
    found = array(A)
    times = items(reps) if isinstance(reps, Items) else (reps,)
    shape = ranked(found.shape)
    rank = max(len(shape), len(times))
    one = Size.of(1)
    axes = (*[one] * (rank - len(shape)), *shape)
    factors = (*[one] * (rank - len(times)), *map(size, times))
    return ArrayValue(found.dtypes, tuple(map(_times, axes, factors)))


def _times(axis: Axis, factor: Size) -> Axis:
    return product((axis, factor))


def repeat(
    a: Value,
    repeats: Value,
    axis: Value = NONE,
    *,
    total_repeat_length: Value = NONE,
    **options: Value,
) -> Value:
    """Return an array with each item repeated along an axis."""
    found = array(a)
    index = 0 if is_none(axis) else one_position("repeat", found.shape, axis)
    shape = (product(found.shape),) if is_none(axis) else found.shape
    if is_none(total_repeat_length):
        along = _plain(shape[index])
        times = _times(along, repeats) if isinstance(repeats, Size) else None
    else:
        times = size(total_repeat_length)
    return ArrayValue(found.dtypes, replaced(shape, index, times))


def _plain(axis: Axis | Several) -> Axis:
    if isinstance(axis, Several):
        raise NotKnownError
    return axis


def pad(array: Value, pad_width: Value, mode: Value = NONE, **options: Value) -> Value:
    """Return an array with items before and after its own."""
    found = _array(array)
    shape = ranked(found.shape)
    pairs = _widths(pad_width, len(shape), shape)
    axes = [total((axis, *pair)) for axis, pair in zip(shape, pairs, strict=True)]
    return ArrayValue(found.dtypes, tuple(axes))


def _widths(width: Value, rank: int, shape: Shape) -> list[tuple[Size, Size]]:
    """Return how much comes before and after each axis."""
    if isinstance(width, Size):
        return [(width, width)] * rank
    parts = items(width)
    if len(parts) == 2 and all(map(_is_size, parts)):
        return [(size(parts[0]), size(parts[1]))] * rank
    pairs = [_width_pair(part) for part in parts]
    if len(pairs) not in {1, rank}:
        message = f"pad: {len(pairs)} widths for {shown(shape)}"
        raise ShapeError(message)
    return pairs * rank if len(pairs) == 1 else pairs


def _width_pair(part: Value) -> tuple[Size, Size]:
    sides = items(part)
    require(len(sides) == 2)
    return size(sides[0]), size(sides[1])


def take(a: Value, indices: Value, axis: Value = NONE, **options: Value) -> Value:
    """Return items by their places along an axis."""
    found = array(a)
    chosen = () if isinstance(indices, Size) else array(indices).shape
    if is_none(axis):
        return ArrayValue(found.dtypes, chosen)
    index = one_position("take", found.shape, axis)
    return ArrayValue(found.dtypes, replaced(found.shape, index, *chosen))


def take_along_axis(arr: Value, indices: Value, axis: Value = _REST, **options: Value) -> Value:
    """Return items by their places along an axis, for each of the other axes."""
    found, places = array(arr), array(indices)
    shape, chosen = ranked(found.shape), ranked(places.shape)
    require(not is_none(axis))
    if len(shape) != len(chosen):
        message = f"take_along_axis: expected indices of {len(shape)} axes, got {len(chosen)}"
        raise ShapeError(message)
    index = one_position("take_along_axis", shape, axis)
    return ArrayValue(
        found.dtypes,
        broadcast("take_along_axis", [replaced(shape, index, chosen[index]), chosen]),
    )


_BOTH: Final = {
    "ravel": entry(ravel),
    "swapaxes": entry(swapaxes),
    "squeeze": entry(squeeze),
    "repeat": entry(repeat),
    "take": entry(take),
}
TABLE: Final[Mapping[str, Function]] = {
    **{f"jax.numpy.{name}": function for name, function in _BOTH.items()},
    "jax.numpy.reshape": entry(reshape),
    "jax.numpy.transpose": entry(transpose),
    "jax.numpy.permute_dims": entry(transpose),
    "jax.numpy.matrix_transpose": entry(matrix_transpose),
    "jax.numpy.moveaxis": entry(moveaxis),
    "jax.numpy.expand_dims": entry(expand_dims),
    "jax.lax.expand_dims": entry(expand_dims),
    "jax.numpy.broadcast_to": entry(broadcast_to),
    "jax.numpy.flip": entry(flip),
    "jax.numpy.roll": entry(roll),
    "jax.numpy.tril": entry(triangle),
    "jax.numpy.triu": entry(triangle),
    "jax.numpy.tile": entry(tile),
    "jax.numpy.pad": entry(pad),
    "jax.numpy.take_along_axis": entry(take_along_axis),
}
METHODS: Final[Mapping[str, Function]] = {
    **_BOTH,
    "flatten": entry(ravel),
    "reshape": entry(reshape_method),
    "transpose": entry(transpose_method),
}

__all__ = ["METHODS", "TABLE", "matrix_transpose", "transpose"]
