"""What einops gives back: rearrange, reduce, repeat, einsum."""

from collections.abc import Mapping
from typing import Final

from datarax_typed.mypy_plugin.shapes.functions.arguments import (
    Function,
    array,
    entry,
    require,
    text,
)
from datarax_typed.mypy_plugin.shapes.functions.einops_patterns import (
    ELLIPSIS,
    Groups,
    Pattern,
    groups,
    names,
)
from datarax_typed.mypy_plugin.shapes.functions.elementwise import Rule, same, truth
from datarax_typed.mypy_plugin.shapes.functions.joining import stack
from datarax_typed.mypy_plugin.shapes.functions.kinds import common, inexact, summed
from datarax_typed.mypy_plugin.shapes.functions.products import contracted
from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    ArrayValue,
    Axis,
    Items,
    Number,
    ShapeError,
    Size,
    Value,
)

_REDUCTIONS: Final[Mapping[str, Rule]] = {
    "min": same,
    "max": same,
    "sum": summed,
    "prod": summed,
    "mean": inexact,
    "any": truth,
    "all": truth,
}


def rearrange(tensor: Value, pattern: Value, /, **axes_lengths: Value) -> Value:
    """Return the same items with other axes."""
    left, right = _sides(pattern)
    _check_names("rearrange", set(names(left)) ^ set(names(right)))
    return _transformed("rearrange", tensor, (left, right), axes_lengths)


def repeat(tensor: Value, pattern: Value, /, **axes_lengths: Value) -> Value:
    """Return the items repeated along new axes."""
    left, right = _sides(pattern)
    new = {name for name in names(right) if not name.isdecimal()} - {*axes_lengths}
    _check_names("repeat", {*names(left)} - {*names(right)} | (new - {*names(left)}))
    return _transformed("repeat", tensor, (left, right), axes_lengths)


def reduce(tensor: Value, pattern: Value, /, reduction: Value, **axes_lengths: Value) -> Value:
    """Return sums or the like over the axes that are left out."""
    left, right = _sides(pattern)
    _check_names("reduce", {*names(right)} - {*names(left)})
    rule = _REDUCTIONS.get(text(reduction))
    require(rule is not None)
    result = _transformed("reduce", tensor, (left, right), axes_lengths)
    return ArrayValue((rule or same)(result.dtypes), result.shape)


def _sides(pattern: Value) -> tuple[Groups, Groups]:
    left, arrow, right = text(pattern).partition("->")
    found = groups(left), groups(right)
    every = [names(side) for side in found]
    # A pattern with one name twice on a side is for einops to refuse.
    require(bool(arrow) and all(len(set(side)) == len(side) for side in map(_plain, every)))
    require(not any(ELLIPSIS in group and len(group) > 1 for group in found[0]))
    require("_" not in text(pattern).split())
    return found


def _plain(side: list[str]) -> list[str]:
    return [name for name in side if not name.isdecimal()]


def _check_names(function: str, odd: set[str]) -> None:
    if odd:
        message = f'{function}: "{min(odd)}" is on one side of the pattern only'
        raise ShapeError(message)


def _transformed(
    function: str, tensor: Value, sides: tuple[Groups, Groups], lengths: Mapping[str, Value]
) -> ArrayValue:
    found = array(stack(tensor) if isinstance(tensor, Items) else tensor)
    pattern = Pattern(function, *sides)
    pattern.bind(found.shape, {name: _length(value) for name, value in lengths.items()})
    return ArrayValue(found.dtypes, pattern.result())


def _length(value: Value) -> Axis:
    require(isinstance(value, Size) or value in (NOTHING, Number("int")))
    return value if isinstance(value, Size) else None


def einsum(*tensors_and_pattern: Value) -> Value:
    """Return sums of products over the axes that are left out."""
    require(bool(tensors_and_pattern))
    *tensors, pattern = tensors_and_pattern
    arrays = [array(one) for one in tensors]
    left, arrow, right = text(pattern).partition("->")
    terms = [_labels(term) for term in left.split(",")]
    require(bool(arrow) and bool(arrays))
    shape = contracted("einsum", terms, _labels(right), [one.shape for one in arrays])
    return ArrayValue(common([one.dtypes for one in arrays]), shape)


def _labels(term: str) -> list[str]:
    found = groups(term)
    require(all(len(group) == 1 and not group[0].isdecimal() for group in found))
    return [group[0] for group in found]


TABLE: Final[Mapping[str, Function]] = {
    "einops.rearrange": entry(rearrange),
    "einops.reduce": entry(reduce),
    "einops.repeat": entry(repeat),
    "einops.einsum": entry(einsum),
}

__all__ = ["TABLE"]
