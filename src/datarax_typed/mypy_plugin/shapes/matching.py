"""Shapes against annotations: what does not fit, what names stand for, and what comes out."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeAlias

from datarax_typed.mypy_plugin.shapes.annotation import (
    Dim,
    Fixed,
    Named,
    Resolve,
    Symbolic,
    Variadic,
    computed,
    inserted,
)
from datarax_typed.mypy_plugin.shapes.bindings import Bindings, BoundShape
from datarax_typed.mypy_plugin.shapes.certain import (
    are_unequal,
    axes_of,
    broadcast,
    differ,
    head,
    is_not_one,
    is_ranked,
    tail,
)
from datarax_typed.mypy_plugin.shapes.sizes import Size
from datarax_typed.mypy_plugin.shapes.values import Axis, Several, Shape

_Dims: TypeAlias = tuple[Dim, ...]


def unresolved(_: str) -> None:
    """Know nothing of an expression in braces."""


def match(
    dims: _Dims,
    shape: Shape,
    bindings: Bindings,
    where: str = "",
    resolve: Resolve = unresolved,
) -> str | None:
    """Return why a shape certainly does not fit, or None; bind the names if it may fit.

    Args:
        dims: the annotation.
        shape: of the array.
        bindings: what the names of this call stand for; unchanged by what does not fit.
        where: the argument's name, for messages.
        resolve: what stands for expressions in braces.
    """
    dims = inserted(dims, resolve)
    trial = bindings.copy()
    reason = _rank_mismatch(dims, shape) or _mismatch(dims, shape, trial, where)
    if reason is None:
        bindings.become(trial)
    return reason


def _rank_mismatch(dims: _Dims, shape: Shape) -> str | None:
    needed = sum(not isinstance(dim, Variadic) for dim in dims)
    count = len(axes_of(shape))
    if needed < len(dims):
        is_wrong = is_ranked(shape) and count < needed
        verb = "is" if needed == 1 else "are"
        return f"at least {_axes(needed)} {verb} needed, it has {count}" if is_wrong else None
    if is_ranked(shape):
        return None if count == needed else f"it has {_axes(count)}, not {needed}"
    return None if count <= needed else f"it has at least {_axes(count)}, not {needed}"


def _axes(count: int) -> str:
    return f"{count} axis" if count == 1 else f"{count} axes"


def _mismatch(dims: _Dims, shape: Shape, bindings: Bindings, where: str) -> str | None:
    # jaxtyping's order: from the left, from the right, and what is between.
    for place, dim, axis in _aligned(dims, shape):
        reason = _axis_mismatch(dim, axis, place, bindings)
        if reason is None and isinstance(dim, Named):
            reason = _name_mismatch(dim, axis, bindings, where)
        if reason is not None:
            return reason
    between = _between(dims, shape)
    variadics = [dim for dim in dims if isinstance(dim, Variadic) and dim.name]
    reasons = [_variadic_mismatch(dim, between, bindings, where) for dim in variadics]
    return next(filter(None, reasons), None)


def _aligned(dims: _Dims, shape: Shape) -> Iterator[tuple[int, Dim, Axis]]:
    """Yield the axes whose dimension is certain, with their places."""
    before, behind = _ends(dims)
    yield from (
        (place, dim, axis)
        for place, (dim, axis) in enumerate(zip(before, head(shape), strict=False))
    )
    if len(before) == len(dims) and is_ranked(shape):
        return
    axes = tail(shape)
    count = min(len(behind), len(axes))
    start = len(shape) if is_ranked(shape) else 0
    yield from ((start - left, behind[-left], axes[-left]) for left in range(count, 0, -1))


def _ends(dims: _Dims) -> tuple[_Dims, _Dims]:
    """Return the dimensions before the first variadic one, and those behind the last."""
    places = [place for place, dim in enumerate(dims) if isinstance(dim, Variadic)]
    return (dims[: places[0]], dims[places[-1] + 1 :]) if places else (dims, dims)


def _between(dims: _Dims, shape: Shape) -> Shape:
    """Return the axes that the variadic dimension takes."""
    before, behind = map(len, _ends(dims))
    is_certain = before <= len(head(shape)) and behind <= len(tail(shape))
    if before + behind + 1 < len(dims) or not is_certain:
        return (Several(),)
    return shape[before : len(shape) - behind]


def _axis_mismatch(dim: Dim, axis: Axis, place: int, bindings: Bindings) -> str | None:
    match dim:
        case Fixed(size=size, broadcasts=broadcasts):
            expected: Axis = size
            text = _shown(size)
        case Symbolic(text=formula, broadcasts=broadcasts):
            expected = computed(formula, bindings.size)
            text = f'"{formula}"'
            if _shown(expected) != text:
                text = f"{text}, which is {_shown(expected)}"
        case _:
            return None
    is_wrong = differ(axis, expected, by_name=False) and _must_be_equal(axis, broadcasts)
    return f"axis {place} is {_shown(axis)}, not {text}" if is_wrong else None


def _must_be_equal(axis: Axis, broadcasts: bool) -> bool:
    return not broadcasts or is_not_one(axis)


def _shown(axis: Axis) -> str:
    return str(axis) if axis is None or axis.number is not None else f'"{axis}"'


def _name_mismatch(dim: Named, axis: Axis, bindings: Bindings, where: str) -> str | None:
    if axis is None or not _must_be_equal(axis, dim.broadcasts):
        return None
    for bound in bindings.sizes.get(dim.name, ()):
        if differ(axis, bound.size, by_name=not dim.broadcasts):
            text = _in(_shown(bound.size), bound.where, where)
            return f'"{dim.name}" is {_shown(axis)}, and {text}'
    bindings.bind(dim.name, axis, where)
    return None


def _in(text: str, where: str, here: str) -> str:
    return f"{text} in {where}" if where and where != here else f"also {text}"


def _variadic_mismatch(dim: Variadic, shape: Shape, bindings: Bindings, where: str) -> str | None:
    bound = bindings.shapes.get(dim.name)
    if bound is None:
        bindings.shapes[dim.name] = BoundShape(shape, dim.broadcasts, where)
        return None
    joint = _joint(dim, shape, bound)
    if joint is None:
        text = _in(f'"{shape_text(bound.shape)}"', bound.where, where)
        mark = "#" if dim.broadcasts or bound.broadcasts else ""
        return f'"*{mark}{dim.name}" is "{shape_text(shape)}", and {text}'
    broadcasts = bound.broadcasts and dim.broadcasts
    bindings.shapes[dim.name] = BoundShape(joint, broadcasts, bound.where)
    return None


def _joint(dim: Variadic, shape: Shape, bound: BoundShape) -> Shape | None:
    """Return what the name stands for if both shapes are right, or None if they are not."""
    if not dim.broadcasts and not bound.broadcasts:
        return None if are_unequal(shape, bound.shape) else _better(bound.shape, shape)
    joint = broadcast(shape, bound.shape)
    if joint is None or (dim.broadcasts and bound.broadcasts):
        return joint
    # The one without the mark is what the other broadcasts to.
    whole = bound.shape if dim.broadcasts else shape
    return None if are_unequal(joint, whole, by_name=False) else _better(whole, joint)


def _better(shape: Shape, other: Shape) -> Shape:
    """Return what is known of two shapes that are equal."""
    if is_ranked(shape) and is_ranked(other):
        pairs = zip(axes_of(shape), axes_of(other), strict=True)
        return tuple(one if one is not None else two for one, two in pairs)
    return other if is_ranked(other) else shape


def substitute(dims: _Dims, bindings: Bindings, resolve: Resolve = unresolved) -> Shape:
    """Return the shape that an annotation says, names standing for what they are bound to.

    Args:
        dims: the annotation.
        bindings: what the names stand for; a name that is not bound is not known.
        resolve: what stands for expressions in braces.
    """
    return _shape(inserted(dims, resolve), bindings.size, partial(_bound_axes, bindings))


def qualified(dims: _Dims, scope: str, resolve: Resolve = unresolved) -> Shape:
    """Return the shape of an annotation where its names are declared: each is a fixed size.

    Args:
        dims: the annotation.
        scope: where the names are declared.
        resolve: what stands for expressions in braces.
    """
    return _shape(
        inserted(dims, resolve),
        lambda name: Size.named(name, scope),
        lambda name: (Several(name, scope),),
    )


def _shape(
    dims: _Dims, size: Callable[[str], Size | None], several: Callable[[str], Shape]
) -> Shape:
    return tuple(
        axis
        for dim in dims
        for axis in (
            (several(dim.name) if dim.name and not dim.broadcasts else (Several(),))
            if isinstance(dim, Variadic)
            else (_axis(dim, size),)
        )
    )


def _axis(dim: Dim, size: Callable[[str], Size | None]) -> Axis:
    match dim:
        case Fixed(size=fixed, broadcasts=False):
            return fixed
        case Named(name=name, broadcasts=False):
            return size(name)
        case Symbolic(text=text, broadcasts=False):
            return computed(text, size)
        case _:
            # With "#" it may be 1, whatever the name stands for.
            return None


def _bound_axes(bindings: Bindings, name: str) -> Shape:
    bound = bindings.shapes.get(name)
    if bound is None:
        return (Several(),)
    if not bound.broadcasts:
        return bound.shape
    # It is what they broadcast to, or more.
    return (Several(), *(axis if is_not_one(axis) else None for axis in tail(bound.shape)))


def shape_text(shape: Shape) -> str:
    """Return a shape as jaxtyping writes it."""
    return " ".join(map(_axis_text, shape))


def _axis_text(axis: Axis | Several) -> str:
    match axis:
        case None:
            return "_"
        case Several(name=""):
            return "..."
        case Several(name=name):
            return f"*{name}"
        case Size():
            return str(axis)


__all__ = ["Bindings", "match", "qualified", "shape_text", "substitute", "unresolved"]
