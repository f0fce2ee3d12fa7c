"""Values by name: constants, enums, names of a Literal type, variables assigned once."""

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Annotated, Final, Literal

import limits
from annotated_types import Gt, Interval, MaxLen, MinLen
from limits import LOWEST, NOTHING, Quality

from datarax_typed import OperatorConfig


class Level(IntEnum):
    """Numbers by name."""

    NONE = 0
    SOME = 1


class Side(str, Enum):
    """Texts by name."""

    LEFT = "left"
    UNKNOWN = ""


@dataclass(frozen=True)
class ToneConfig(OperatorConfig):
    """Fields for values of all kinds."""

    level: Annotated[int, Gt(0)] = 1
    gain: Annotated[float, Interval(ge=-1, le=1)] = 0.0
    side: Annotated[str, MinLen(1), MaxLen(8)] = "left"
    steps: tuple[Annotated[int, Gt(0)], ...] = ()


ZERO: Final = 0
LOUD: Final[float] = 2.5
STEPS: Final = (1, 0)
once = -3
text = ""
switched_on = True
zero: Literal[0] = 0

ToneConfig(level=ZERO)  # E@18: datarax-config: ToneConfig is refused: level: expected a number > 0, got 0
ToneConfig(gain=LOUD)  # E: datarax-config: ToneConfig is refused: gain: expected a number <= 1, got 2.5
ToneConfig(steps=STEPS)  # E: datarax-config: ToneConfig is refused: steps[1]: expected a number > 0, got 0
ToneConfig(level=once)  # E: datarax-config: ToneConfig is refused: level: expected a number > 0, got -3
ToneConfig(side=text)  # E: datarax-config: ToneConfig is refused: side: expected a length of at least 1, got ''
ToneConfig(stochastic=switched_on)  # E: datarax-config: ToneConfig is refused: stream_name: expected a value, since stochastic=True, got None
ToneConfig(level=zero)  # E: datarax-config: ToneConfig is refused: level: expected a number > 0, got 0
ToneConfig(gain=limits.HIGHEST)  # E: datarax-config: ToneConfig is refused: gain: expected a number <= 1, got 1.5
ToneConfig(gain=LOWEST)  # E: datarax-config: ToneConfig is refused: gain: expected a number >= -1, got -1.5
ToneConfig(side=NOTHING)  # E: datarax-config: ToneConfig is refused: side: expected a length of at least 1, got ''
ToneConfig(level=Level.NONE)  # E: datarax-config: ToneConfig is refused: level: expected a number > 0, got
ToneConfig(level=Level.NONE.value)  # E: datarax-config: ToneConfig is refused: level: expected a number > 0, got 0
ToneConfig(side=Side.UNKNOWN)  # E: datarax-config: ToneConfig is refused: side: expected a length of at least 1, got
ToneConfig(level=Quality.DRAFT)  # E: datarax-config: ToneConfig is refused: level: expected a number > 0, got


def of_a_literal(level: Literal[0]) -> ToneConfig:
    """Every value of the type is refused."""
    return ToneConfig(level=level)  # E: datarax-config: level: expected a number > 0, got 0


def of_a_local() -> ToneConfig:
    """A local name is assigned once."""
    level = -1
    return ToneConfig(level=level)  # E: datarax-config: ToneConfig is refused: level: expected a number > 0, got -1


def of_a_local_constant() -> ToneConfig:
    """A constant within a function."""
    gain: Final = 3.0
    return ToneConfig(gain=gain)  # E: datarax-config: ToneConfig is refused: gain: expected a number <= 1, got 3.0


class Defaults:
    """Constants of a class."""

    LEVEL: Final = -2


ToneConfig(level=Defaults.LEVEL)  # E: datarax-config: ToneConfig is refused: level: expected a number > 0, got -2
