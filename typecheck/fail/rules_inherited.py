"""Rules and constraints of a base hold for a subclass; a redeclared field has its own."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from annotated_types import Ge, Gt, Le

from datarax_typed import ModalityOperatorConfig, OperatorConfig, Rule, exclusive, increasing


@dataclass(frozen=True)
class BaseConfig(OperatorConfig):
    """A base with a rule and a constraint."""

    low: Annotated[float, Ge(0)] | None = None
    high: float | None = None

    rules: ClassVar[tuple[Rule, ...]] = (exclusive("low", "high"),)


@dataclass(frozen=True)
class WiderConfig(BaseConfig):
    """A subclass with a rule of its own."""

    steps: tuple[int, ...] = (1, 2)

    rules: ClassVar[tuple[Rule, ...]] = (increasing("steps"),)


@dataclass(frozen=True)
class NarrowerConfig(WiderConfig):
    """A subclass that narrows a field of its base."""

    low: Annotated[float, Gt(1)] | None = None


@dataclass(frozen=True)
class OnlyNewDefaultConfig(BaseConfig):
    """A subclass without a rule, and with another default."""

    high: float | None = 1.0


@dataclass(frozen=True)
class Sized:
    """A mixin that is no config."""

    size: Annotated[int, Gt(0)] = 1


@dataclass(frozen=True)
class MixedConfig(OperatorConfig, Sized):
    """A config whose field comes from a mixin."""


@dataclass(frozen=True)
class MaskedConfig(ModalityOperatorConfig):
    """A config of the library's own rules."""

    share: Annotated[float, Le(1)] = field(default=1.0, kw_only=True)


WiderConfig(low=0.0, high=1.0)  # E: datarax-config: WiderConfig is refused: low and high: expected at most one of them, got both
WiderConfig(low=-1.0)  # E: datarax-config: WiderConfig is refused: low: expected a number >= 0, got -1.0
WiderConfig(steps=(2, 1))  # E: datarax-config: WiderConfig is refused: steps: expected strictly increasing numbers, got (2, 1)
NarrowerConfig(low=0.5)  # E: datarax-config: NarrowerConfig is refused: low: expected a number > 1, got 0.5
NarrowerConfig(steps=(2, 2))  # E: datarax-config: NarrowerConfig is refused: steps: expected strictly increasing numbers, got (2, 2)
OnlyNewDefaultConfig(low=0.5)  # E: datarax-config: OnlyNewDefaultConfig is refused: low and high: expected at most one of them, got both
MixedConfig(size=0)  # E: datarax-config: MixedConfig is refused: size: expected a number > 0, got 0
MaskedConfig(field_key="")  # E: datarax-config: MaskedConfig is refused: field_key: expected a length of at least 1, got ''
MaskedConfig(field_key="image", share=2)  # E: datarax-config: MaskedConfig is refused: share: expected a number <= 1, got 2
MaskedConfig(field_key="image", stochastic=True)  # E: datarax-config: MaskedConfig is refused: stream_name: expected a value, since stochastic=True, got None
MaskedConfig(field_key="image", auxiliary_fields=["image"])  # E: datarax-config: MaskedConfig is refused: auxiliary_fields: expected no item equal to field_key, got ['image']
MaskedConfig(field_key="image", clip_range=(1.0, 0.0))  # E: datarax-config: MaskedConfig is refused: clip_range: expected strictly increasing numbers, got (1.0, 0.0)
