"""Attributes of arrays: T, shape, ndim, dtype."""

from collections.abc import Callable, Mapping
from typing import Final

from datarax_typed.mypy_plugin.shapes.functions.arguments import NotKnownError
from datarax_typed.mypy_plugin.shapes.functions.axes import has_rank, product, ranked
from datarax_typed.mypy_plugin.shapes.functions.indexing import AT
from datarax_typed.mypy_plugin.shapes.functions.kinds import real
from datarax_typed.mypy_plugin.shapes.functions.rearranging import matrix_transpose, transpose
from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    ArrayValue,
    Axis,
    DtypeValue,
    Items,
    Made,
    Several,
    Size,
    Value,
)


def _shape(array: ArrayValue) -> Value:
    return Items(tuple(map(_size, ranked(array.shape))))


def _size(axis: Axis | Several) -> Value:
    return axis if isinstance(axis, Size) else NOTHING


def _rank(array: ArrayValue) -> Value:
    return Size.of(len(array.shape)) if has_rank(array.shape) else NOTHING


def _part(array: ArrayValue) -> Value:
    return ArrayValue(real(array.dtypes), array.shape)


def _careful(attribute: Callable[[ArrayValue], Value]) -> Callable[[ArrayValue], Value]:
    def function(array: ArrayValue) -> Value:
        try:
            return attribute(array)
        except NotKnownError:
            return NOTHING

    return function


ATTRIBUTES: Final[Mapping[str, Callable[[ArrayValue], Value]]] = {
    "T": _careful(transpose),
    "mT": _careful(matrix_transpose),
    "shape": _careful(_shape),
    "ndim": _rank,
    "size": lambda array: _size(product(array.shape)),
    "dtype": lambda array: DtypeValue(array.dtypes),
    "real": _part,
    "imag": _part,
    "at": lambda array: Made(AT, {"array": array}),
}

__all__ = ["ATTRIBUTES"]
