"""Patterns of einops: `b (h p1) (w p2) c -> b (h w) (p1 p2 c)`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from datarax_typed.mypy_plugin.shapes.functions.arguments import NotKnownError, require
from datarax_typed.mypy_plugin.shapes.functions.axes import agreed, differ, has_rank, product, shown
from datarax_typed.mypy_plugin.shapes.sizes import Relation, relation
from datarax_typed.mypy_plugin.shapes.values import Axis, Several, Shape, ShapeError, Size

# The names and numbers that make one axis of an array.
Group: TypeAlias = tuple[str, ...]
Groups: TypeAlias = tuple[Group, ...]

_TOKEN: Final = re.compile(r"\s*(\.\.\.|[()]|\w+)\s*")
ELLIPSIS: Final = "..."


def groups(side: str) -> Groups:
    """Return the axes of one side of a pattern."""
    result, opened = list[Group](), list[str]()
    is_open = False
    for token in _tokens(side.replace("…", ELLIPSIS)):
        if token == "(":
            require(not is_open)
            is_open, opened = True, []
        elif token == ")":
            require(is_open)
            is_open = False
            # With a 1, `(...)` is not taken for `...`.
            result.append((ELLIPSIS, "1") if opened == [ELLIPSIS] else tuple(opened))
        elif is_open:
            opened.append(token)
        else:
            result.append((token,))
    require(not is_open)
    return tuple(result)


def _tokens(side: str) -> list[str]:
    tokens = _TOKEN.findall(side)
    require("".join(tokens) == re.sub(r"\s", "", side))
    return tokens


def names(found: Groups) -> list[str]:
    """Return the names in a side of a pattern, each as often as it is there."""
    return [token for group in found for token in group if token not in {"1", "_"}]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern with the sizes that are known of its names.

    Attributes:
        function: that it is given to, for reports.
        left: the axes before.
        right: the axes after.
        sizes: of each name that is seen so far.
        rest: the axes that `...` stands for.
    """

    function: str
    left: Groups
    right: Groups
    sizes: dict[str, Axis] = field(default_factory=dict)
    rest: list[Shape] = field(default_factory=list)

    def bind(self, shape: Shape, lengths: Mapping[str, Axis]) -> None:
        """Take the sizes from an array.

        Args:
            shape: of the array.
            lengths: of names that the call gives.

        Raises:
            ShapeError: the pattern does not fit the array.
        """
        self.sizes.update(lengths)
        for group, axis in zip(self._without_rest, self._matched(shape), strict=True):
            self._bind_group(group, axis)

    @property
    def _without_rest(self) -> Sequence[Group]:
        return [group for group in self.left if group != (ELLIPSIS,)]

    def _matched(self, shape: Shape) -> Sequence[Axis]:
        """Return the axis for each group, and remember what is left for `...`."""
        count, known = len(self._without_rest), len(shape) - (not has_rank(shape))
        has_rest = (ELLIPSIS,) in self.left
        if has_rank(shape):
            if known < count or (known > count and not has_rest):
                self._fail(f"the pattern is for {count} axes, not for {shown(shape)}")
        elif not has_rest:
            return self._with_unknown_rank(shape, count)
        start = self.left.index((ELLIPSIS,)) if has_rest else count
        end = len(shape) - (count - start)
        self.rest.append(shape[start:end])
        return _plain((*shape[:start], *shape[end:]))

    def _with_unknown_rank(self, shape: Shape, count: int) -> Sequence[Axis]:
        index = next(place for place, axis in enumerate(shape) if isinstance(axis, Several))
        missing = count - (len(shape) - 1)
        if missing < 0:
            self._fail(f"the pattern is for {count} axes, not for {shown(shape)}")
        return _plain((*shape[:index], *[None] * missing, *shape[index + 1 :]))

    def _bind_group(self, group: Group, axis: Axis) -> None:
        unknown = [name for name in group if self.size(name) is None]
        known = product(tuple(self.size(name) for name in group if name not in unknown))
        if not unknown and known is not None:
            if differ(axis, known):
                self._fail(f"{_written(group)} is {axis} and {known}")
            if len(group) == 1 and group[0] in self.sizes:
                self.sizes[group[0]] = agreed(known, axis)
        elif len(unknown) == 1 and axis is not None and known is not None:
            self.sizes[unknown[0]] = self._solved(group, axis, known)

    def _solved(self, group: Group, axis: Size, known: Size) -> Axis:
        require(known != Size.of(0))
        if None not in {axis.number, known.number} and axis.mod(known).number:
            self._fail(f"{_written(group)} is {axis}, which {known} does not divide")
        if relation(axis, known) is Relation.DIFFERENT and _is_less(axis, known):
            self._fail(f"{_written(group)} is {axis}, which {known} does not divide")
        return axis.floordiv(known)

    def size(self, name: str) -> Axis:
        """Return the size of a name or number, or None."""
        return Size.of(int(name)) if name.isdecimal() else self.sizes.get(name)

    def result(self) -> Shape:
        """Return the axes after."""
        shape = list[Axis | Several]()
        for group in self.right:
            if group == (ELLIPSIS,):
                shape += self._rest
            else:
                sizes = [self._rest if name == ELLIPSIS else (self.size(name),) for name in group]
                shape.append(product(tuple(axis for part in sizes for axis in part)))
        return tuple(shape)

    @property
    def _rest(self) -> Shape:
        require(bool(self.rest))
        return self.rest[0]

    def _fail(self, text: str) -> None:
        message = f"{self.function}: {text}"
        raise ShapeError(message)


def _is_less(axis: Size, known: Size) -> bool:
    difference = known - axis
    return all(count > 0 for _, count in difference.terms)


def _plain(shape: Shape) -> Sequence[Axis]:
    axes = [axis for axis in shape if not isinstance(axis, Several)]
    if len(axes) != len(shape):
        raise NotKnownError
    return axes


def _written(group: Group) -> str:
    return f'"{group[0]}"' if len(group) == 1 else f'"({" ".join(group)})"'


__all__ = ["ELLIPSIS", "Group", "Groups", "Pattern", "groups", "names"]
