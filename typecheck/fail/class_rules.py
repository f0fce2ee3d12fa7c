"""Rules over fields that the class does not have."""

from dataclasses import dataclass
from typing import ClassVar

from datarax_typed import (
    ModalityOperatorConfig,
    OperatorConfig,
    Rule,
    distinct,
    excludes,
    exclusive,
    increasing,
    requires,
)


@dataclass(frozen=True)
class CropConfig(OperatorConfig):
    """A typing mistake in a rule."""

    size: int | None = None
    scale: float | None = None

    rules: ClassVar[tuple[Rule, ...]] = (exclusive("sise", "scale"),)  # E@52: datarax-config: CropConfig has rules over unknown fields: rules: exclusive: expected a field of CropConfig, got 'sise'; did you mean 'size'?


@dataclass(frozen=True)
class TwoConfig(OperatorConfig):
    """Two mistakes in two rules."""

    span: tuple[float, float] = (0.0, 1.0)

    rules: ClassVar[tuple[Rule, ...]] = (
        increasing("spam"),  # E: datarax-config: TwoConfig has rules over unknown fields: rules: increasing: expected a field of TwoConfig, got 'spam'; did you mean 'span'?
        distinct("spans"),  # E: datarax-config: TwoConfig has rules over unknown fields: rules: distinct: expected a field of TwoConfig, got 'spans'; did you mean 'span'?
    )


@dataclass(frozen=True)
class StreamConfig(OperatorConfig):
    """A rule over an inherited field, misspelt."""

    seed: int | None = None

    rules: ClassVar[tuple[Rule, ...]] = (requires("seed", "streamname"),)  # E: datarax-config: StreamConfig has rules over unknown fields: rules: requires: expected a field of StreamConfig, got 'streamname'; did you mean 'stream_name'?


@dataclass(frozen=True)
class KeyConfig(ModalityOperatorConfig):
    """Both names of a rule are unknown."""

    rules: ClassVar[tuple[Rule, ...]] = (excludes("auxiliary", "fieldkey"),)  # E: datarax-config: KeyConfig has rules over unknown fields: rules: excludes: expected a field of KeyConfig, got 'auxiliary' ;; datarax-config: rules: excludes: expected a field of KeyConfig, got 'fieldkey'; did you mean 'field_key'?


@dataclass(frozen=True)
class ConstantConfig(OperatorConfig):
    """A class variable is no field."""

    LIMIT: ClassVar[int] = 3

    rules: ClassVar[tuple[Rule, ...]] = (distinct("LIMIT"),)  # E: datarax-config: ConstantConfig has rules over unknown fields: rules: distinct: expected a field of ConstantConfig, got 'LIMIT'; fields: 'batch_stats_fn', 'batch_strategy', 'cacheable', 'precomputed_stats', 'stochastic', 'stream_name'
