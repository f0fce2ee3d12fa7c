"""Configs that a user could have written: the plugin and the run time must agree about them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from enum import Enum, IntEnum
from typing import Annotated, ClassVar, Final, Literal, NotRequired, Optional, TypeAlias, TypedDict

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

LIMIT: Final = 8
Share: TypeAlias = Annotated[float, Interval(ge=0, le=1)]
Label: TypeAlias = Annotated[str, MinLen(1)]


class Key(str, Enum):  # noqa: UP042  # the old way to write it
    """Names of fields, one of which is none."""

    IMAGE = "image"
    MASK = "mask"
    EMPTY = ""


class Count(IntEnum):
    """Numbers with names."""

    NONE = 0
    FEW = 2


class Window(TypedDict):
    """A dict of which each key has its own constraint."""

    size: Annotated[int, Gt(0)]
    title: NotRequired[Label]


@dataclass(frozen=True)
class NumbersConfig(OperatorConfig):
    """Limits of all kinds."""

    above: Annotated[int, Gt(0)] = 1
    at_least: Annotated[float, Ge(0)] = 0.0
    below: Annotated[int, Lt(LIMIT)] = 0
    at_most: Annotated[float, Le(1.5)] = 1.5
    share: Share = 0.5
    between: Annotated[int, Interval(gt=-3, lt=LIMIT // 2)] = 0
    _: KW_ONLY
    step: Annotated[int, MultipleOf(4)] = 4
    half: Annotated[float, MultipleOf(0.5)] = 0.5
    even: Annotated[int, Gt(0), MultipleOf(2)] = 2
    finite: IsFinite[float] = 0.0
    certain: Annotated[float, Predicate(math.isfinite)] = 0.0
    margin: Optional[Annotated[int, Ge(-1)]] = None  # noqa: UP045  # the old way to write it
    workers: Annotated[int, Gt(0)] | Literal["auto"] = "auto"


@dataclass(frozen=True)
class TextsConfig(OperatorConfig):
    """Lengths, and what a text is made of."""

    title: Annotated[str, MinLen(2), MaxLen(4)] = field(kw_only=True)
    code: Annotated[str, Len(3, 3)] = "abc"
    name: Annotated[str, Predicate(str.isidentifier)] = "name"
    small: LowerCase[str] = "small"
    raw: Annotated[bytes, MinLen(1)] = b"-"
    unit: Literal["cm", "in"] | None = None
    label: Label | None = None


@dataclass(frozen=True)
class ContainersConfig(OperatorConfig):
    """Constraints at every depth."""

    levels: list[Annotated[int, Gt(0)]] = field(default_factory=lambda: [1])
    ratio: tuple[Annotated[float, Gt(0)], Annotated[float, Lt(0)]] = (1.0, -1.0)
    sizes: tuple[Annotated[int, Gt(0)], ...] = ()
    weights: dict[Label, Annotated[float, Ge(0)]] = field(default_factory=dict)
    shares: Mapping[str, Share] = field(default_factory=dict, kw_only=True)
    order: Sequence[Annotated[int, Ge(0)]] = field(default=(0,), kw_only=True)
    tree: Annotated[dict[str, list[Share]], MinLen(1), MaxLen(2)] = field(
        default_factory=lambda: {"a": [0.5]}, kw_only=True
    )
    crops: list[tuple[Annotated[int, Ge(0)], Annotated[int, Gt(0)]]] | None = None
    kinds: set[Annotated[int, Gt(0)]] = field(default_factory=set, kw_only=True)
    keys: Annotated[frozenset[Label], MaxLen(2)] = field(default=frozenset(), kw_only=True)
    pane: Window | None = field(default=None, kw_only=True)
    either: list[Annotated[int, Gt(0)]] | Annotated[str, MinLen(2)] = "ab"


@dataclass(frozen=True)
class RulesConfig(OperatorConfig):
    """Rules of all kinds."""

    size: int | None = None
    scale: float | None = None
    crop: bool = False
    width: int | None = 3
    marks: tuple[float, ...] = (0.0, 1.0)
    names: list[str] | None = field(default=None, kw_only=True)
    main: str = field(default="image", kw_only=True)
    centers: tuple[float, ...] | None = field(default=(0.0, 1.0), kw_only=True)
    widths: list[int] | None = field(default=None, kw_only=True)
    low: float | None = field(default=None, kw_only=True)
    high: float | None = field(default=1.0, kw_only=True)
    part: int | None = field(default=2, kw_only=True)
    whole: int = field(default=2, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (
        exclusive("size", "scale"),
        requires("crop", "width"),
        increasing("marks"),
        distinct("names"),
        excludes("names", "main"),
        same_length("centers", "widths"),
        less("low", "high"),
        at_most("part", "whole"),
    )


@dataclass(frozen=True)
class Sized:
    """What is mixed into a config."""

    area: Annotated[float, Gt(0)] = 1.0


@dataclass(frozen=True)
class NarrowConfig(Sized, RulesConfig):
    """A field declared anew, another default, rules beside the inherited ones."""

    size: Annotated[int, Interval(ge=1, le=9)] | None = None
    width: int | None = None
    main: str = field(default="mask", kw_only=True)
    steps: list[int] | None = field(default=None, kw_only=True)
    band: tuple[Annotated[float, Interval(ge=0, lt=float("inf"))], ...] = field(
        default=(), kw_only=True
    )

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule("distinct", ("steps",)),
        exclusive("steps", "size", "scale"),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.size == 0:
            raise AssertionError(f"{type(self).__name__} was to be refused")


Narrow = NarrowConfig


__all__ = [
    "LIMIT",
    "ContainersConfig",
    "Count",
    "Key",
    "Label",
    "Narrow",
    "NarrowConfig",
    "NumbersConfig",
    "RulesConfig",
    "Share",
    "Sized",
    "TextsConfig",
    "Window",
]
