"""Windows that move over axes: convolutions and pools."""

from collections.abc import Sequence
from typing import Final, TypeAlias

from datarax_typed.mypy_plugin.shapes.functions.arguments import (
    NotKnownError,
    is_none,
    require,
)
from datarax_typed.mypy_plugin.shapes.functions.axes import has_rank, shown
from datarax_typed.mypy_plugin.shapes.values import (
    Axis,
    Constant,
    Items,
    Several,
    Shape,
    ShapeError,
    Size,
    Value,
)

# What is added before and after an axis.
_Pads: TypeAlias = Sequence[tuple[Size, Size]]

_SHIFTED: Final = ("SAME", "CIRCULAR", "REFLECT", "CAUSAL", "SAME_LOWER")


def several(value: Value, count: int) -> tuple[Axis, ...]:
    """Return a number for each of some axes, from one for all of them or a tuple."""
    if is_none(value):
        return (Size.of(1),) * count
    if not isinstance(value, Items):
        return (_axis(value),) * count
    require(len(value.items) == count)
    return tuple(map(_axis, value.items))


def _axis(value: Value) -> Axis:
    return value if isinstance(value, Size) else None


def parted(name: str, shape: Shape, count: int) -> tuple[Shape, tuple[Axis, ...], Axis]:
    """Return the axes before the spatial ones, these, and the features.

    Args:
        name: of the function, for the report.
        shape: of what a window moves over.
        count: how many axes it moves along.

    Raises:
        ShapeError: there are too few axes.
    """
    if len(shape) <= count:
        require(has_rank(shape))
        message = f"{name}: {count} axes and features are expected, got {shown(shape)}"
        raise ShapeError(message)
    ends = [axis for axis in shape[-count - 1 :] if not isinstance(axis, Several)]
    require(len(ends) == count + 1)
    return shape[: -count - 1], tuple(ends[:-1]), ends[-1]


def moved(
    axes: Sequence[Axis], window: Sequence[Axis], strides: Sequence[Axis], padding: Value
) -> tuple[Axis, ...]:
    """Return the sizes of axes after a window has moved along them.

    Args:
        axes: their sizes before.
        window: its sizes, holes included.
        strides: its steps.
        padding: a name such as "SAME", or how much comes before and after.
    """
    if isinstance(padding, Constant):
        if padding.value in _SHIFTED:
            return tuple(map(_ceiling, axes, strides))
        require(padding.value == "VALID")
        pads: _Pads = [(Size.of(0), Size.of(0))] * len(axes)
    else:
        pads = _pads(padding, len(axes))
    return tuple(
        _steps(axis, size, stride, pad)
        for axis, size, stride, pad in zip(axes, window, strides, pads, strict=True)
    )


def _pads(padding: Value, count: int) -> _Pads:
    if isinstance(padding, Size):
        return [(padding, padding)] * count
    if not isinstance(padding, Items) or len(padding.items) != count:
        raise NotKnownError
    return list(map(_pad, padding.items))


def _pad(value: Value) -> tuple[Size, Size]:
    match value:
        case Size():
            return value, value
        case Items((Size() as before, Size() as after)):
            return before, after
        case _:
            raise NotKnownError


def _ceiling(axis: Axis, stride: Axis) -> Axis:
    if axis is None or stride is None:
        return None
    return (axis + (stride - 1)).floordiv(stride)


def _steps(axis: Axis, window: Axis, stride: Axis, pad: tuple[Size, Size]) -> Axis:
    if axis is None or window is None or stride is None:
        return None
    room = axis + pad[0] + pad[1] - window
    if room.number is not None and room.number < 0:
        return None
    return room.floordiv(stride) + 1


def dilated(window: Sequence[Axis], dilation: Sequence[Axis]) -> tuple[Axis, ...]:
    """Return the sizes of a window with holes."""
    return tuple(
        None if size is None or step is None else (size - 1) * step + 1
        for size, step in zip(window, dilation, strict=True)
    )


__all__ = ["dilated", "moved", "parted", "several"]
