"""Constraints that stand in an alias: of this module, imported, nested, or of the library."""

from dataclasses import dataclass, field
from typing import Annotated, TypeAlias

import units
from annotated_types import Gt, Interval
from units import Count, Delta, Names, Range

from datarax_typed import OperatorConfig
from datarax_typed.operators.image.rotation import Degrees

Probability: TypeAlias = Annotated[float, Interval(ge=0, le=1)]
Probabilities: TypeAlias = dict[str, Probability]


@dataclass(frozen=True)
class MixConfig(OperatorConfig):
    """Fields of aliased types."""

    chance: Probability = 0.5
    chances: Probabilities = field(default_factory=dict)
    delta: Delta = 0.0
    span: Range = (-0.5, 0.5)
    names: Names = field(default_factory=lambda: ["image"])
    copies: units.Positive = 1
    skipped: Count = None
    angle: Degrees = 0.0
    scale: Annotated[Probability, Gt(0)] = 1.0


MixConfig(chance=1.5)  # E: datarax-config: MixConfig is refused: chance: expected a number <= 1, got 1.5
MixConfig(chances={"cat": -0.5})  # E: datarax-config: MixConfig is refused: chances["cat"]: expected a number >= 0, got -0.5
MixConfig(delta=-2.0)  # E: datarax-config: MixConfig is refused: delta: expected a number >= -1, got -2.0
MixConfig(span=(0.0, 1.5))  # E: datarax-config: MixConfig is refused: span[1]: expected a number <= 1, got 1.5
MixConfig(names=[])  # E: datarax-config: MixConfig is refused: names: expected a length of at least 1, got list of 0
MixConfig(names=["image", ""])  # E: datarax-config: MixConfig is refused: names[1]: expected a length of at least 1, got ''
MixConfig(copies=0)  # E: datarax-config: MixConfig is refused: copies: expected a number > 0, got 0
MixConfig(skipped=-1)  # E: datarax-config: MixConfig is refused: skipped: expected a number >= 0, got -1
MixConfig(angle=720.0)  # E: datarax-config: MixConfig is refused: angle: expected a number <= 360, got 720.0
MixConfig(scale=0.0)  # E: datarax-config: MixConfig is refused: scale: expected a number > 0, got 0.0
MixConfig(scale=2)  # E: datarax-config: MixConfig is refused: scale: expected a number <= 1, got 2
