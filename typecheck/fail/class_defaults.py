"""Classes whose rules or constraints contradict their own defaults."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from annotated_types import Gt, MinLen

from datarax_typed import OperatorConfig, Rule, distinct, exclusive, increasing, requires


@dataclass(frozen=True)
class BothConfig(OperatorConfig):
    """At most one, and both by default."""

    size: int | None = 8
    scale: float | None = 0.5

    rules: ClassVar[tuple[Rule, ...]] = (exclusive("size", "scale"),)  # E: datarax-config: BothConfig contradicts its own defaults: size and scale: expected at most one of them, got both


@dataclass(frozen=True)
class BackwardsConfig(OperatorConfig):
    """A range that does not increase."""

    span: tuple[float, float] = (1.0, 0.0)

    rules: ClassVar[tuple[Rule, ...]] = (increasing("span"),)  # E: datarax-config: BackwardsConfig contradicts its own defaults: span: expected strictly increasing numbers, got (1.0, 0.0)


@dataclass(frozen=True)
class ZeroConfig(OperatorConfig):
    """A default that its own constraint refuses."""

    strength: Annotated[float, Gt(0)] = 0.0  # E@41: datarax-config: ZeroConfig contradicts its own defaults: strength: expected a number > 0, got 0.0


@dataclass(frozen=True)
class EmptyConfig(OperatorConfig):
    """A default within `field` that its own constraint refuses."""

    title: Annotated[str, MinLen(1)] = field(default="", kw_only=True)  # E: datarax-config: EmptyConfig contradicts its own defaults: title: expected a length of at least 1, got ''


@dataclass(frozen=True)
class DrawsConfig(OperatorConfig):
    """Always stochastic, and without a stream."""

    stochastic: Literal[True] = True  # E: datarax-config: DrawsConfig contradicts its own defaults: stream_name: expected a value, since stochastic=True, got None


@dataclass(frozen=True)
class TwiceConfig(OperatorConfig):
    """A default with a value twice."""

    ids: tuple[int, ...] = (0, 1, 0)

    rules: ClassVar[tuple[Rule, ...]] = (distinct("ids"),)  # E: datarax-config: TwiceConfig contradicts its own defaults: ids: expected no value twice, got (0, 1, 0)


@dataclass(frozen=True)
class NeedsConfig(OperatorConfig):
    """A default that needs another field."""

    centre: bool = True
    offset: int | None = None

    rules: ClassVar[tuple[Rule, ...]] = (requires("centre", "offset"),)  # E: datarax-config: NeedsConfig contradicts its own defaults: offset: expected a value, since centre=True, got None
