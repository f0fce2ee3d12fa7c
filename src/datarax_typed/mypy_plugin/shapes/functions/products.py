"""Products of arrays: matmul, dot, tensordot, einsum."""

from collections.abc import Mapping, Sequence
from typing import Final

from datarax_typed.mypy_plugin.shapes.functions.arguments import (
    NONE,
    Function,
    array,
    entry,
    integer,
    items,
    require,
    text,
)
from datarax_typed.mypy_plugin.shapes.functions.axes import (
    differ,
    positions,
    product,
    ranked,
    shown,
)
from datarax_typed.mypy_plugin.shapes.functions.broadcasting import (
    broadcast,
    operand,
    together,
    wider,
)
from datarax_typed.mypy_plugin.shapes.functions.kinds import common, given_dtype
from datarax_typed.mypy_plugin.shapes.values import (
    ArrayValue,
    Axis,
    Several,
    Shape,
    ShapeError,
    Size,
    Value,
)

_TWO: Final = Size.of(2)


def matmul(a: Value, b: Value, *, preferred_element_type: Value = NONE, **options: Value) -> Value:
    """Return a product of matrices, or of stacks of them."""
    left, right = array(a), array(b)
    dtypes = given_dtype(preferred_element_type, common([left.dtypes, right.dtypes]))
    return ArrayValue(dtypes, _matrix_product(left.shape, right.shape))


def _matrix_product(left: Shape, right: Shape) -> Shape:
    if not left or not right:
        message = "matmul: a number is no matrix"
        raise ShapeError(message)
    require(not isinstance(left[-1], Several))
    rows, columns = left[-2:-1], right[-1:] if len(right) > 1 else ()
    _check_inner("matmul", left[-1], right[-2] if len(right) > 1 else right[-1])
    if len(right) < 3 and not any(isinstance(axis, Several) for axis in right):
        # As many axes as there may be on the left, with one on the right they become fewer.
        return (*left[:-1], *columns)
    require(not any(isinstance(axis, Several) for axis in (*left[-2:], *right[-2:])))
    return (*broadcast("matmul", [left[:-2], right[:-2]]), *rows, *columns)


def _check_inner(name: str, one: Axis | Several, other: Axis | Several) -> None:
    if differ(one, other):
        message = f"{name}: the inner axes are {one} and {other}"
        raise ShapeError(message)


def dot(a: Value, b: Value, *, preferred_element_type: Value = NONE, **options: Value) -> Value:
    """Return sums of products over the last axis and the last but one."""
    left, right = operand(a), operand(b)
    dtypes = given_dtype(preferred_element_type, together([left, right]))
    first, second = ranked(left.shape), ranked(right.shape)
    if not first or not second:
        return ArrayValue(dtypes, first + second)
    _check_inner("dot", first[-1], second[-2] if len(second) > 1 else second[-1])
    kept = (*second[:-2], second[-1]) if len(second) > 1 else ()
    return ArrayValue(dtypes, (*first[:-1], *kept))


def inner(a: Value, b: Value, *, preferred_element_type: Value = NONE, **options: Value) -> Value:
    """Return sums of products over the last axes."""
    left, right = array(a), array(b)
    first, second = ranked(left.shape), ranked(right.shape)
    dtypes = given_dtype(preferred_element_type, common([left.dtypes, right.dtypes]))
    require(bool(first) and bool(second))
    _check_inner("inner", first[-1], second[-1])
    return ArrayValue(dtypes, first[:-1] + second[:-1])


def vdot(a: Value, b: Value, *, preferred_element_type: Value = NONE, **options: Value) -> Value:
    """Return the sum of all products."""
    left, right = array(a), array(b)
    _check_inner("vdot", product(left.shape), product(right.shape))
    dtypes = given_dtype(preferred_element_type, common([left.dtypes, right.dtypes]))
    return ArrayValue(dtypes, ())


def outer(a: Value, b: Value, out: Value = NONE) -> Value:
    """Return all products of two items."""
    left, right = operand(a), operand(b)
    return ArrayValue(together([left, right]), (product(left.shape), product(right.shape)))


def tensordot(
    a: Value,
    b: Value,
    axes: Value = _TWO,
    *,
    preferred_element_type: Value = NONE,
    **options: Value,
) -> Value:
    """Return sums of products over some axes."""
    left, right = array(a), array(b)
    first, second = ranked(left.shape), ranked(right.shape)
    summed, others = _tensordot_axes(first, second, axes)
    require(len(summed) == len(others))
    for one, other in zip(summed, others, strict=True):
        _check_inner("tensordot", first[one], second[other])
    kept = [axis for index, axis in enumerate(first) if index not in summed]
    kept += [axis for index, axis in enumerate(second) if index not in others]
    dtypes = given_dtype(preferred_element_type, common([left.dtypes, right.dtypes]))
    return ArrayValue(dtypes, tuple(kept))


def _tensordot_axes(
    first: tuple[Axis, ...], second: tuple[Axis, ...], axes: Value
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    if isinstance(axes, Size):
        count = integer(axes)
        require(0 <= count <= min(len(first), len(second)))
        return tuple(range(len(first) - count, len(first))), tuple(range(count))
    require(len(items(axes)) == 2)
    one, other = items(axes)
    return positions("tensordot", first, one), positions("tensordot", second, other)


def einsum(
    subscripts: Value, /, *operands: Value, preferred_element_type: Value = NONE, **options: Value
) -> Value:
    """Return sums of products, as a text says."""
    arrays = [array(one) for one in operands]
    inputs, arrow, output = text(subscripts).replace(" ", "").partition("->")
    terms = [list(_labels(term)) for term in inputs.split(",")]
    require(bool(arrays))
    wanted = list(_labels(output)) if arrow else _implicit(terms)
    dtypes = given_dtype(preferred_element_type, common([one.dtypes for one in arrays]))
    shape = contracted("einsum", terms, wanted, [one.shape for one in arrays])
    return ArrayValue(dtypes, shape)


def _labels(term: str) -> Sequence[str]:
    labels = term.replace("...", ".")
    require(all(label == "." or label.isalpha() for label in labels) and labels.count(".") < 2)
    return ["..." if label == "." else label for label in labels]


def _implicit(terms: list[list[str]]) -> list[str]:
    every = [label for term in terms for label in term]
    once = sorted({label for label in every if every.count(label) == 1 and label != "..."})
    return ["..."] * ("..." in every) + once


def contracted(
    name: str, terms: Sequence[Sequence[str]], output: Sequence[str], shapes: Sequence[Shape]
) -> Shape:
    """Return the shape of a sum of products.

    Args:
        name: of the function, for the report.
        terms: the labels of each array's axes.
        output: those of the result's; `...` is what is not labelled.
        shapes: of the arrays.

    Raises:
        ShapeError: the labels do not fit the axes, or one of them has two sizes.
    """
    if len(terms) != len(shapes):
        message = f"{name}: {len(terms)} terms for {len(shapes)} arrays"
        raise ShapeError(message)
    sizes, rests = dict[str, Axis](), list[Shape]()
    for term, shape in zip(terms, shapes, strict=True):
        rests += _bind(name, term, ranked(shape), sizes)
    rest = broadcast(name, rests) if rests else ()
    result = list[Axis | Several]()
    for label in output:
        require(label == "..." or label in sizes)
        result += rest if label == "..." else [sizes[label]]
    return tuple(result)


def _bind(
    name: str, term: Sequence[str], shape: tuple[Axis, ...], sizes: dict[str, Axis]
) -> list[Shape]:
    """Return what `...` stands for, if it is there."""
    missing = len(shape) - (len(term) - ("..." in term))
    if missing < 0 or (missing and "..." not in term):
        message = f"{name}: {''.join(term)!r} does not label the axes of {shown(shape)}"
        raise ShapeError(message)
    start = term.index("...") if "..." in term else len(term)
    labelled = (*shape[:start], *shape[start + missing :])
    for label, axis in zip([one for one in term if one != "..."], labelled, strict=True):
        sizes[label] = _merged(name, label, sizes[label], axis) if label in sizes else axis
    return [shape[start : start + missing]] if "..." in term else []


def _merged(name: str, label: str, one: Axis, other: Axis) -> Axis:
    # An axis of size 1 is broadcast.
    if Size.of(1) not in {one, other} and differ(one, other):
        message = f'{name}: "{label}" is {one} and {other}'
        raise ShapeError(message)
    return wider(one, other)


TABLE: Final[Mapping[str, Function]] = {
    "jax.numpy.matmul": entry(matmul),
    "jax.numpy.dot": entry(dot),
    "jax.numpy.inner": entry(inner),
    "jax.numpy.vdot": entry(vdot),
    "jax.numpy.outer": entry(outer),
    "jax.numpy.tensordot": entry(tensordot),
    "jax.numpy.einsum": entry(einsum),
}
METHODS: Final[Mapping[str, Function]] = {"dot": entry(dot)}

__all__ = ["METHODS", "TABLE", "contracted", "matmul"]
