"""Configs of users, written in all the ways that dataclasses allow."""

# Rules without an annotation are a tuple of one length, over one of any.
# mypy: disable-error-code="mutable-override"

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, InitVar, dataclass, field
from typing import Annotated, Any, ClassVar, Generic, Literal, NewType, Protocol

import annotated_types as at
import jax.numpy as jnp
import numpy as np
from annotated_types import Gt, MinLen, Predicate
from jaxtyping import Array, Float
from typing_extensions import TypedDict, TypeVar, override

import datarax_typed as dt
from datarax_typed import ModalityOperatorConfig, OperatorConfig, Rule, exclusive, increasing


# 1: annotations that are text, and constraints through a module's name
@dataclass(frozen=True)
class DottedConfig(dt.OperatorConfig):
    size: Annotated[int, at.Gt(0)] | None = None
    scale: float | None = None

    rules: ClassVar[tuple[dt.Rule, ...]] = (dt.exclusive("size", "scale"),)


DottedConfig(size=1)


# 2: a class variable is no field, whatever it is called
@dataclass(frozen=True)
class ConstantConfig(OperatorConfig):
    LIMIT: ClassVar[Annotated[int, Gt(0)]] = -1
    names: ClassVar[list[str]] = []


ConstantConfig()


# 3: fields that the constructor does not take
@dataclass(frozen=True)
class DerivedConfig(OperatorConfig):
    size: int = 3
    doubled: int = field(init=False, default=6)

    rules: ClassVar[tuple[Rule, ...]] = ()


DerivedConfig(size=4)


# 4: fields by keyword alone
@dataclass(frozen=True, kw_only=True)
class KeywordConfig(OperatorConfig):
    size: Annotated[int, Gt(0)]
    scale: float = 1.0


KeywordConfig(size=1)


@dataclass(frozen=True)
class MarkedConfig(OperatorConfig):
    first: int = 0
    _: KW_ONLY
    second: Annotated[int, Gt(0)]


MarkedConfig(second=2)
MarkedConfig(False, None, None, False, None, "vmap", -1, second=2)


# 5: an argument that is no field
@dataclass(frozen=True)
class ScaledConfig(OperatorConfig):
    base: float = 1.0
    factor: InitVar[float] = 1.0

    def __post_init__(self, factor: float) -> None:
        object.__setattr__(self, "base", self.base * factor)
        super().__post_init__()


ScaledConfig(base=2.0, factor=0.0)


# 6: a value that is mended before it is checked
@dataclass(frozen=True)
class MendedConfig(OperatorConfig):
    share: Annotated[float, at.Interval(ge=0, le=1)] = 1.0

    def __post_init__(self) -> None:
        if self.share > 1:
            object.__setattr__(self, "share", self.share / 100)
        super().__post_init__()


MendedConfig(share=50)


# 7: likewise, in other ways
@dataclass(frozen=True)
class CappedConfig(OperatorConfig):
    share: Annotated[float, at.Interval(ge=0, le=1)] = 1.0

    @override
    def __post_init__(self) -> None:
        if self.share > 1:
            self.__dict__["share"] = 1.0
        super().__post_init__()


@dataclass(frozen=True)
class LenientConfig(OperatorConfig):
    share: Annotated[float, at.Interval(ge=0, le=1)] = 1.0

    def __post_init__(self) -> None:
        if self.share <= 1:
            super().__post_init__()


CappedConfig(share=50)
LenientConfig(share=50)


# 8: a constructor of its own
@dataclass(frozen=True, init=False)
class BuiltConfig(OperatorConfig):
    size: Annotated[int, Gt(0)] = 1

    def __init__(self, size: int) -> None:
        for name, value in (("size", abs(size)), ("cacheable", False), ("stochastic", False)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "batch_stats_fn", None)
        object.__setattr__(self, "precomputed_stats", None)
        object.__setattr__(self, "stream_name", None)
        object.__setattr__(self, "batch_strategy", "vmap")
        self.__post_init__()


BuiltConfig(-3)
BuiltConfig(size=-3)


# 9: a factory that is never asked to be wrong
def no_names() -> list[str]:
    return ["image"]


@dataclass(frozen=True)
class FactoryConfig(OperatorConfig):
    names: Annotated[list[str], MinLen(1)] = field(default_factory=no_names)
    table: dict[str, int] = field(default_factory=dict)
    maker: Callable[[], list[int]] = list


FactoryConfig()


# 10: a predicate of one's own is nobody else's business
def is_even(number: int) -> bool:
    return number % 2 == 0


@dataclass(frozen=True)
class EvenConfig(OperatorConfig):
    number: Annotated[int, Predicate(is_even)] = 2
    odd: Annotated[int, Predicate(lambda number: number % 2 == 1)] = 1
    not_zero: Annotated[int, Predicate(at.Not(lambda number: number == 0))] = 1


EvenConfig(number=4, odd=3, not_zero=-1)


# 11: metadata that is no constraint
@dataclass(frozen=True)
class DocumentedConfig(OperatorConfig):
    gain: Annotated[float, at.doc("in decibels"), "free text", 3] = 0.0
    unit: Annotated[float, at.Unit("Hz")] = 440.0
    size: Annotated[int, {"gt": 0}] = -1


DocumentedConfig(gain=-1.0, unit=-1.0, size=-3)


# 12: bounds that are not known to whoever only reads the program
LIMIT = int(np.iinfo(np.int8).max)


@dataclass(frozen=True)
class LimitConfig(OperatorConfig):
    number: Annotated[int, at.Le(LIMIT)] = 0
    size: Annotated[int, at.Ge(len("abc"))] = 3


LimitConfig(number=100, size=4)


# 13: rules that are put together
_SHARED: tuple[Rule, ...] = (exclusive("size", "scale"),)


@dataclass(frozen=True)
class TogetherConfig(OperatorConfig):
    size: int | None = None
    scale: float | None = None
    span: tuple[int, int] = (0, 1)

    rules: ClassVar[tuple[Rule, ...]] = (*_SHARED, increasing("span"))


TogetherConfig(size=1, span=(1, 2))


# 14: rules without an annotation, and a rule by its class
@dataclass(frozen=True)
class PlainRulesConfig(OperatorConfig):
    size: int | None = None
    scale: float | None = None

    rules = (Rule("exclusive", ("size", "scale")),)


PlainRulesConfig(scale=0.5)


# 15: a default that a subclass mends
@dataclass(frozen=True)
class AbstractConfig(OperatorConfig):
    stochastic: bool = True
    stream_name: Annotated[str, MinLen(1)] | None = "aug"


@dataclass(frozen=True)
class StillConfig(AbstractConfig):
    stochastic: bool = False
    stream_name: Annotated[str, MinLen(1)] | None = None


AbstractConfig()
StillConfig()
AbstractConfig(stochastic=False, stream_name=None)


# 16: a field without a default, that a rule needs
@dataclass(frozen=True)
class NeededConfig(OperatorConfig):
    size: int | None = field(kw_only=True)
    scale: float | None = 0.5

    rules: ClassVar[tuple[Rule, ...]] = (exclusive("size", "scale"),)


NeededConfig(size=None)
NeededConfig(size=3, scale=None)

# 17: a generic config
T = TypeVar("T")


@dataclass(frozen=True)
class BoxConfig(OperatorConfig, Generic[T]):
    content: T | None = None
    limits: tuple[Annotated[int, Gt(0)], ...] = ()


BoxConfig(content="text")
BoxConfig[float](content=-0.5, limits=(1, 2))
BoxConfig(content=[0, 0])

# 18: a config generic in a constrained number
N = TypeVar("N", int, float)


@dataclass(frozen=True)
class PairConfig(OperatorConfig, Generic[N]):
    pair: tuple[N, N] | None = None

    rules: ClassVar[tuple[Rule, ...]] = (increasing("pair"),)


PairConfig(pair=(1, 2))
PairConfig(pair=(0.5, 1.5))


# 19: fields of other kinds of types
class Settings(TypedDict, total=False):
    size: Annotated[int, Gt(0)]
    names: list[str]


Millimetres = NewType("Millimetres", int)


class Shape(Protocol):
    @property
    def size(self) -> int: ...


@dataclass(frozen=True)
class OtherTypesConfig(OperatorConfig):
    settings: Settings = field(default_factory=lambda: Settings(size=1))
    width: Annotated[Millimetres, Gt(0)] = Millimetres(3)
    kind: Literal["a", "b"] | None = None
    anything: Any = None
    table: Annotated[Float[Array, "2"], MinLen(1)] | None = None
    cls: type[OperatorConfig] = OperatorConfig
    names: Sequence[Annotated[str, MinLen(1)]] = ()
    pages: set[Annotated[int, Gt(0)]] = field(default_factory=set)
    frozen: frozenset[int] = frozenset()


OtherTypesConfig(settings={"size": 2}, width=Millimetres(2), kind="b", anything=[0, 0])
OtherTypesConfig(table=jnp.zeros(2), names=("a",), pages={1, 2}, frozen=frozenset({0}))
OtherTypesConfig(settings={})


# 20: a method, a property and an inner class
@dataclass(frozen=True)
class RichConfig(OperatorConfig):
    low: float = 0.0
    high: float = 1.0

    class Inner:
        size = -1

    @property
    def span(self) -> tuple[float, float]:
        return self.low, self.high

    @classmethod
    def centred(cls, width: float) -> RichConfig:
        return cls(low=-width / 2, high=width / 2)

    @staticmethod
    def of_nothing() -> RichConfig:
        return RichConfig(low=0, high=0)


RichConfig.centred(2.0)
RichConfig.of_nothing()


# 21: dataclasses that are no configs have no rules, whatever they look like
@dataclass(frozen=True)
class Point:
    x: Annotated[float, Gt(0)] = 0.0
    y: Annotated[float, Gt(0)] = -1.0
    size: int | None = 1
    scale: float | None = 0.5

    rules: ClassVar[tuple[Rule, ...]] = (exclusive("size", "scale"), exclusive("sise"))


Point(x=-1.0)
Point(size=3, scale=0.5)


# 22: functions whose parameters are annotated alike
def resized(size: Annotated[int, Gt(0)] = 0, stochastic: bool = True) -> int:
    return size


resized(size=-1)


# 23: an old name under a new one
@dataclass(frozen=True)
class AliasedConfig(ModalityOperatorConfig):
    strength: Annotated[float, Gt(0)] = field(default=0.1, kw_only=True)


OldConfig = AliasedConfig
OldConfig(field_key="image", strength=0.5)


# 24: a dataclass as a value
@dataclass(frozen=True)
class Corner:
    x: Annotated[float, Gt(0)]
    y: float = -1.0


@dataclass(frozen=True)
class WindowConfig(OperatorConfig):
    origin: Corner = Corner(1.0)
    corners: tuple[Corner, ...] = ()


WindowConfig(origin=Corner(2.0, -2.0), corners=(Corner(x=1), Corner(0.5, y=0.0)))


# 25: a config within a config
@dataclass(frozen=True)
class OuterConfig(OperatorConfig):
    inner: AliasedConfig = AliasedConfig(field_key="image")
    more: tuple[OperatorConfig, ...] = ()


OuterConfig(inner=AliasedConfig(field_key="mask", strength=2), more=(OperatorConfig(), StillConfig()))
