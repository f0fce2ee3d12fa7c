"""Functions that make arrays: of a shape, like another, of numbers."""

from collections.abc import Mapping
from math import ceil
from typing import Final

from datarax_typed.mypy_plugin.shapes.functions.arguments import (
    LAST,
    NO,
    NONE,
    ONE,
    YES,
    ZERO,
    Function,
    NotKnownError,
    array,
    entry,
    flag,
    integer,
    is_none,
    require,
    size,
    text,
)
from datarax_typed.mypy_plugin.shapes.functions.axes import given_shape, position, product
from datarax_typed.mypy_plugin.shapes.functions.broadcasting import (
    Operand,
    broadcast,
    operand,
    together,
)
from datarax_typed.mypy_plugin.shapes.functions.elementwise import astype
from datarax_typed.mypy_plugin.shapes.functions.kinds import DEFAULT, NAMED, given_dtype, inexact
from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    ArrayValue,
    Axis,
    Constant,
    Items,
    Shape,
    Size,
    Value,
)

_DEFAULT_NUM: Final = Size.of(50)


def zeros(shape: Value, dtype: Value = NONE, **options: Value) -> Value:
    """Return an array of a shape."""
    return ArrayValue(given_dtype(dtype, DEFAULT["float"]), given_shape(shape))


def full(shape: Value, fill_value: Value, dtype: Value = NONE, **options: Value) -> Value:
    """Return an array of a shape, with the dtype of what it is filled with."""
    default = _dtypes_of(fill_value) if is_none(dtype) else frozenset()
    return ArrayValue(given_dtype(dtype, default), given_shape(shape))


def _dtypes_of(fill: Value) -> frozenset[str]:
    return frozenset() if fill == NOTHING else together([operand(fill)])


def zeros_like(a: Value, dtype: Value = NONE, shape: Value = NONE, **options: Value) -> Value:
    """Return an array of the shape and dtype of another."""
    found = operand(a)
    axes = found.shape if is_none(shape) else given_shape(shape)
    return ArrayValue(given_dtype(dtype, together([found])), axes)


def full_like(
    a: Value, fill_value: Value, dtype: Value = NONE, shape: Value = NONE, **options: Value
) -> Value:
    """Return an array of the shape and dtype of another, filled with a number."""
    return zeros_like(a, dtype, shape)


def arange(
    start: Value, stop: Value = NONE, step: Value = NONE, dtype: Value = NONE, **options: Value
) -> Value:
    """Return numbers at equal distances."""
    if is_none(stop):
        start, stop = ZERO, start
    by = ONE if is_none(step) else step
    dtypes = given_dtype(dtype, together([operand(one) for one in (start, stop, by)]))
    return ArrayValue(dtypes, (_count(start, stop, by),))


def _count(start: Value, stop: Value, step: Value) -> Axis:
    numbers = [_number(one) for one in (start, stop, step)]
    if None not in numbers:
        first, last, by = (number or 0.0 for number in numbers)
        require(by != 0 and max(abs(first), abs(last)) < 1e9)
        return Size.of(max(0, ceil((last - first) / by)))
    if not isinstance(start, Size) or not isinstance(stop, Size) or not isinstance(step, Size):
        return None
    return _named_count(stop - start, step)


def _named_count(difference: Size, step: Size) -> Axis:
    """Return how many steps there are, if that is certain with every size at least 1."""
    lowest = sum(count for _, count in difference.terms)
    is_positive = all(count > 0 for product, count in difference.terms if product)
    if not is_positive or lowest < 0 or difference.has_derived:
        return None
    count = difference.floordiv(step)
    return count if count * step == difference else None


def _number(value: Value) -> float | None:
    match value:
        case Size():
            return value.number
        case Constant(bool()):
            return None
        case Constant(float(number)):
            return number
        case _:
            return None


def linspace(
    start: Value,
    stop: Value,
    num: Value = _DEFAULT_NUM,
    endpoint: Value = YES,
    retstep: Value = NO,
    dtype: Value = NONE,
    axis: Value = ZERO,
    **options: Value,
) -> Value:
    """Return numbers at equal distances between two."""
    require(not flag(retstep))
    found = [operand(start), operand(stop)]
    shape = broadcast("linspace", [one.shape for one in found])
    dtypes = given_dtype(dtype, inexact(together(found)))
    return ArrayValue(dtypes, _inserted("linspace", shape, axis, size(num)))


def _inserted(name: str, shape: Shape, axis: Value, along: Axis) -> Shape:
    index = position(name, shape, integer(axis), more=1)
    return (*shape[:index], along, *shape[index:])


def eye(
    N: Value,  # noqa: N803 - JAX's name
    M: Value = NONE,  # noqa: N803 - JAX's name
    k: Value = ZERO,
    dtype: Value = NONE,
    **options: Value,
) -> Value:
    """Return a matrix with ones on a diagonal."""
    columns = N if is_none(M) else M
    return zeros(Items((size(N), size(columns))), dtype)


def identity(n: Value, dtype: Value = NONE) -> Value:
    """Return a square matrix with ones on the diagonal."""
    return eye(n, dtype=dtype)


def asarray(a: Value, dtype: Value = NONE, order: Value = NONE, **options: Value) -> Value:
    """Return an array of what is one, or of nested lists of numbers."""
    leaves = list[Operand]()
    shape = _nested(a, leaves)
    default = together(leaves) if leaves else DEFAULT["float"]
    return ArrayValue(given_dtype(dtype, default), shape)


def array_of(
    object: Value,  # noqa: A002 - JAX's name
    dtype: Value = NONE,
    copy: Value = NONE,
    order: Value = NONE,
    ndmin: Value = ZERO,
    **options: Value,
) -> Value:
    """Return `asarray` of a copy."""
    require(ndmin == ZERO)
    return asarray(object, dtype)


def _nested(value: Value, leaves: list[Operand]) -> Shape:
    """Return the shape of nested lists, and collect their leaves."""
    if not isinstance(value, Items):
        leaves.append(operand(value))
        return leaves[-1].shape
    shapes = {_nested(one, leaves) for one in value.items}
    if len(shapes) > 1:
        raise NotKnownError
    return (Size.of(len(value.items)), *(shapes.pop() if shapes else ()))


def one_hot(
    x: Value, num_classes: Value, *, dtype: Value = NONE, axis: Value = LAST, **options: Value
) -> Value:
    """Return an array with an axis more, along which one item is 1."""
    found = operand(x)
    shape = _inserted("one_hot", found.shape, axis, size(num_classes))
    return ArrayValue(given_dtype(dtype, DEFAULT["float"]), shape)


def meshgrid(
    *xi: Value,
    copy: Value = YES,
    sparse: Value = NO,
    indexing: Value = Constant("xy"),  # noqa: B008 - it cannot be changed
) -> Value:
    """Return coordinates of the points of a grid."""
    require(not flag(sparse) and len(xi) > 0)
    lines = [array(one) for one in xi]
    axes = [product(line.shape) for line in lines]
    require(all(len(line.shape) == 1 for line in lines))
    if text(indexing) == "xy" and len(axes) > 1:
        axes[:2] = axes[1], axes[0]
    items = tuple(ArrayValue(line.dtypes, tuple(axes)) for line in lines)
    return Items(items, may_change=True)


def _cast(dtype: Value) -> Function:
    def function(x: Value) -> Value:
        return astype(asarray(x), dtype)

    return entry(function)


TABLE: Final[Mapping[str, Function]] = {
    **{f"jax.numpy.{name}": entry(zeros) for name in ("zeros", "ones", "empty")},
    **{f"jax.numpy.{name}_like": entry(zeros_like) for name in ("zeros", "ones", "empty")},
    **{name: _cast(dtype) for name, dtype in NAMED.items() if name.startswith("jax.numpy.")},
    "jax.numpy.full": entry(full),
    "jax.numpy.full_like": entry(full_like),
    "jax.numpy.arange": entry(arange),
    "jax.numpy.linspace": entry(linspace),
    "jax.numpy.eye": entry(eye),
    "jax.numpy.identity": entry(identity),
    "jax.numpy.array": entry(array_of),
    "jax.numpy.asarray": entry(asarray),
    "jax.numpy.meshgrid": entry(meshgrid),
    "jax.nn.one_hot": entry(one_hot),
    "flax.nnx.one_hot": entry(one_hot),
}

__all__ = ["TABLE"]
