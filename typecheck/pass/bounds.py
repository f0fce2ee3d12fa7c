"""Values at the very edge of what constraints allow."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal, Optional, Union

from annotated_types import (
    Ge,
    Gt,
    Interval,
    IsFinite,
    Le,
    Len,
    LowerCase,
    Lt,
    MaxLen,
    MinLen,
    MultipleOf,
    Predicate,
)

from datarax_typed import (
    OperatorConfig,
    Rule,
    at_most,
    distinct,
    excludes,
    exclusive,
    increasing,
    less,
    requires,
    same_length,
)


@dataclass(frozen=True)
class NumberConfig(OperatorConfig):
    """Every kind of bound."""

    positive: Annotated[float, Gt(0)] = 1
    natural: Annotated[int, Ge(0)] = 0
    below: Annotated[float, Lt(1)] = 0.999
    at_most: Annotated[float, Le(1)] = 1.0
    angle: Annotated[float, Interval(gt=-180, le=180)] = 180
    width: Annotated[int, MultipleOf(8)] = 0
    step: Annotated[float, MultipleOf(0.5)] = 1.5


# 1: bounds that belong to the range, and ones that do not
NumberConfig(positive=1e-9, natural=0, below=-1.0, at_most=1, angle=-179.9, width=-16, step=-0.5)

# 2: an int is a float, and infinity is a number
NumberConfig(positive=3, below=0, at_most=-math.inf)
NumberConfig(positive=float("inf"), below=float("-inf"))

# 3: True is the number 1
NumberConfig(natural=True, positive=True)


@dataclass(frozen=True)
class LengthConfig(OperatorConfig):
    """Every kind of length."""

    title: Annotated[str, MinLen(1), MaxLen(4)] = "a"
    names: Annotated[list[str], Len(1, 2)] = field(default_factory=lambda: ["a"])
    pair: Annotated[tuple[int, ...], Len(2, 2)] = (0, 0)
    table: Annotated[dict[str, int], MaxLen(1)] = field(default_factory=dict)
    some: Annotated[str, Len(2)] = "ab"


# 4: lengths at both ends
LengthConfig(title="abcd", names=["a", "b"], pair=(1, 1), table={"a": 1}, some="abc")
LengthConfig(title=" ", table={})


@dataclass(frozen=True)
class PredicateConfig(OperatorConfig):
    """Predicates that hold."""

    name: Annotated[str, Predicate(str.islower)] = "name"
    scale: IsFinite[float] = 0.0
    tag: LowerCase[str] | None = None
    letters: list[Annotated[str, Predicate(str.isalpha)]] = field(default_factory=list)


# 5: predicates that hold
PredicateConfig(name="a b", scale=-1e300, tag="tag", letters=["a", "B"])


@dataclass(frozen=True)
class NestedConfig(OperatorConfig):
    """Constraints at every depth, and None beside them."""

    levels: list[Annotated[int, Gt(0)]] = field(default_factory=list)
    weights: Mapping[str, Annotated[float, Ge(0)]] = field(default_factory=dict)
    ratio: tuple[Annotated[int, Gt(0)], Annotated[int, Le(0)]] = (1, 0)
    limit: Optional[Annotated[int, Gt(0)]] = None
    either: Union[Annotated[int, Gt(0)], Annotated[int, Lt(-10)], str] = 1
    workers: Annotated[int, Gt(0)] | Literal["auto", 0] = "auto"
    grid: Sequence[Sequence[Annotated[int, Gt(0)]]] = ()


# 6: nothing in a container breaks nothing
NestedConfig(levels=[], weights={}, grid=[])
NestedConfig(levels=[1, 2], weights={"": 0}, ratio=(1, -1), limit=None, grid=((1, 2), [3]))

# 7: one arm of a union is enough
NestedConfig(either=-11)
NestedConfig(either="")
NestedConfig(workers=0)


@dataclass(frozen=True)
class RuleConfig(OperatorConfig):
    """One rule of each kind."""

    size: int | None = None
    scale: float | None = None
    centre: bool = False
    bounds: tuple[float, ...] | None = None
    kept: list[str] | None = None
    main: str | None = None

    rules: ClassVar[tuple[Rule, ...]] = (
        exclusive("size", "scale"),
        requires("centre", "size"),
        increasing("bounds"),
        distinct("kept"),
        excludes("kept", "main"),
    )


# 8: zero and an empty text are given, and None is not
RuleConfig(size=0, scale=None)
RuleConfig(scale=0.0, size=None)
RuleConfig(centre=True, size=0)
RuleConfig(centre=False)

# 9: one number, or none, increases
RuleConfig(bounds=())
RuleConfig(bounds=(1,))
RuleConfig(bounds=(-math.inf, 0, 0.5, math.inf))

# 10: nothing twice, and not the main one
RuleConfig(kept=["a", "A", "a "], main="")
RuleConfig(kept=[], main="a")
RuleConfig(main="a")


@dataclass(frozen=True)
class EmptyRuleConfig(OperatorConfig):
    """No rule of its own."""

    rules: ClassVar[tuple[Rule, ...]] = ()


# 11: the base's rules are kept
EmptyRuleConfig(stochastic=True, stream_name="aug")


@dataclass(frozen=True)
class ComparedConfig(OperatorConfig):
    """Rules that compare two fields."""

    centers: tuple[float, ...] | None = None
    widths: list[float] | None = None
    lowest: Annotated[float, Interval(gt=-float("inf"), lt=float("inf"))] | None = None
    highest: float | None = None
    part: int = 0
    whole: int | None = None

    rules: ClassVar[tuple[Rule, ...]] = (
        same_length("centers", "widths"),
        less("lowest", "highest"),
        at_most("part", "whole"),
    )


# 12: nothing is as long as anything, and more or less than anything
ComparedConfig(centers=(1.0, 2.0), lowest=3, part=9)
ComparedConfig(widths=[], highest=math.nan, whole=None)

# 13: equal lengths, and numbers in order
ComparedConfig(centers=(1.0, 2.0), widths=[1, 1], lowest=-1e300, highest=math.inf)
ComparedConfig(centers=(), widths=[], lowest=0, highest=5e-324, part=True, whole=1)


# 14: what is not known may be as it should
def compared(centers: tuple[float, ...], widths: list[float], size: int) -> ComparedConfig:
    return ComparedConfig(
        centers=(*centers, 1.0), widths=[*widths], lowest=size, highest=0.0, part=size, whole=-1
    )


compared((), [1.0], -1)
