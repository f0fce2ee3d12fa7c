"""What is certain of two axes, and of two shapes."""

from collections import Counter
from collections.abc import Iterable
from itertools import zip_longest
from typing import TypeAlias

from datarax_typed.mypy_plugin.shapes.sizes import Relation, Size, relation
from datarax_typed.mypy_plugin.shapes.values import Axis, Several, Shape

_Axes: TypeAlias = tuple[Axis, ...]
_ONE = Size.of(1)


def differ(left: Axis, right: Axis, *, by_name: bool = True) -> bool:
    """Return whether two axes certainly have two sizes.

    Args:
        left: one of them.
        right: the other.
        by_name: whether two names of one scope count as two sizes.
    """
    if left is None or right is None:
        return False
    found = relation(left, right)
    return found is Relation.DIFFERENT or (by_name and found is Relation.OTHER_NAME)


def is_not_one(axis: Axis) -> bool:
    """Return whether an axis certainly does not broadcast."""
    return differ(axis, _ONE, by_name=False)


def axes_of(shape: Iterable[Axis | Several]) -> _Axes:
    """Return the axes that can be counted."""
    return tuple(axis for axis in shape if not isinstance(axis, Several))


def is_ranked(shape: Shape) -> bool:
    """Return whether the number of axes is known."""
    return not any(isinstance(axis, Several) for axis in shape)


def head(shape: Shape) -> _Axes:
    """Return the axes whose place from the left is known."""
    places = [place for place, axis in enumerate(shape) if isinstance(axis, Several)]
    return axes_of(shape[: places[0]] if places else shape)


def tail(shape: Shape) -> _Axes:
    """Return the axes whose place from the right is known."""
    return head(shape[::-1])[::-1]


def are_unequal(left: Shape, right: Shape, *, by_name: bool = True) -> bool:
    """Return whether two shapes are certainly not the same.

    Args:
        left: one of them.
        right: the other.
        by_name: whether two names of one scope count as two sizes.
    """
    if _ranks_differ(left, right) or (by_name and _are_other_names(left, right)):
        return True
    if _layout(left) and _layout(left) == _layout(right):
        pairs = list(zip(axes_of(left), axes_of(right), strict=True))
    else:
        tails = reversed(tail(left)), reversed(tail(right))
        pairs = [*zip(head(left), head(right), strict=False), *zip(*tails, strict=False)]
    return any(differ(*pair, by_name=by_name) for pair in pairs)


def _ranks_differ(left: Shape, right: Shape) -> bool:
    several, others = _several(left), _several(right)
    count, other_count = len(axes_of(left)), len(axes_of(right))
    if several == others and all(one.name for one in several):
        return count != other_count
    return (not several and other_count > count) or (not others and count > other_count)


def _several(shape: Shape) -> Counter[Several]:
    return Counter(axis for axis in shape if isinstance(axis, Several))


def _layout(shape: Shape) -> list[Several | None]:
    """Return the shape without its sizes, or nothing if some axes have no name."""
    layout = [axis if isinstance(axis, Several) else None for axis in shape]
    return [] if Several() in layout else layout


def _are_other_names(left: Shape, right: Shape) -> bool:
    match left, right:
        case (Several() as one,), (Several() as other,):
            return one.name != other.name and one.scope == other.scope != ""
        case _:
            return False


def broadcast(left: Shape, right: Shape) -> Shape | None:
    """Return the shape that two shapes broadcast to, or None if they certainly do not."""
    tails = tail(left), tail(right)
    pairs = list(zip_longest(*map(reversed, tails), fillvalue=_ONE))
    if not (is_ranked(left) and is_ranked(right)):
        # Further to the left are axes that nobody knows, of one of them or of both.
        pairs = pairs[: min(len(tail(shape)) for shape in (left, right) if not is_ranked(shape))]
    if any(all(map(is_not_one, pair)) and differ(*pair, by_name=False) for pair in pairs):
        return None
    return (*_front(left, right, len(pairs)), *(_wider(*pair) for pair in reversed(pairs)))


def _front(left: Shape, right: Shape, count: int) -> Shape:
    """Return what is before the last axes of the result."""
    fronts = [shape[:-count] if count else shape for shape in (left, right)]
    one, other = fronts
    if not one or not other:
        return one or other
    return one if one == other and Several() not in one else (Several(),)


def _wider(left: Axis, right: Axis) -> Axis:
    if left in (_ONE, right):
        return right
    if right == _ONE:
        return left
    return left if is_not_one(left) else right if is_not_one(right) else None


__all__ = [
    "are_unequal",
    "axes_of",
    "broadcast",
    "differ",
    "head",
    "is_not_one",
    "is_ranked",
    "tail",
]
