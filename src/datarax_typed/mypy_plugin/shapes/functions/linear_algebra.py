"""Functions of matrices: inverses, determinants, systems of equations."""

from collections.abc import Mapping
from typing import Final

from datarax_typed.mypy_plugin.shapes.functions.arguments import Function, array, entry, require
from datarax_typed.mypy_plugin.shapes.functions.axes import differ, ranked, shown
from datarax_typed.mypy_plugin.shapes.functions.kinds import common, inexact
from datarax_typed.mypy_plugin.shapes.values import (
    ArrayValue,
    Axis,
    Several,
    Shape,
    ShapeError,
    Value,
)


def _check_square(name: str, shape: Shape) -> None:
    rows, columns = _last_two(name, shape)
    if differ(rows, columns):
        message = f"{name}: expected a square matrix, got {shown((rows, columns))}"
        raise ShapeError(message)


def _last_two(name: str, shape: Shape) -> tuple[Axis, Axis]:
    if len(shape) < 2 and not any(isinstance(axis, Several) for axis in shape):
        message = f"{name}: expected a matrix, got an array of {len(shape)} axes"
        raise ShapeError(message)
    require(len(shape) > 1)
    rows, columns = shape[-2:]
    require(not isinstance(rows, Several) and not isinstance(columns, Several))
    return ranked((rows,))[0], ranked((columns,))[0]


def _square(name: str) -> Function:
    def function(a: Value, **options: Value) -> Value:
        found = array(a)
        _check_square(name, found.shape)
        return ArrayValue(inexact(found.dtypes), found.shape)

    return entry(function)


def det(a: Value) -> Value:
    """Return the determinant of each matrix."""
    found = array(a)
    _check_square("det", found.shape)
    return ArrayValue(inexact(found.dtypes), found.shape[:-2])


def solve(a: Value, b: Value) -> Value:
    """Return the solution of a system of equations, or of several with one matrix."""
    matrix, right = array(a), array(b)
    _check_square("solve", matrix.shape)
    shape = ranked(right.shape)
    require(len(ranked(matrix.shape)) == 2 and len(shape) in {1, 2})
    if differ(matrix.shape[-1], shape[0]):
        message = f"solve: {shown(matrix.shape)} and {shown(shape)} have different numbers of rows"
        raise ShapeError(message)
    return ArrayValue(inexact(common([matrix.dtypes, right.dtypes])), shape)


TABLE: Final[Mapping[str, Function]] = {
    **{f"jax.numpy.linalg.{name}": _square(name) for name in ("inv", "cholesky")},
    "jax.numpy.linalg.det": entry(det),
    "jax.numpy.linalg.solve": entry(solve),
}

__all__ = ["TABLE"]
