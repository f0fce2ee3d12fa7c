"""Values that follow from arithmetic, from constants, and from both arms of a conditional."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

from annotated_types import Gt, Interval, MinLen, MultipleOf

from datarax_typed import OperatorConfig, Rule, exclusive

SIZE: Final = 8


@dataclass(frozen=True)
class TileConfig(OperatorConfig):
    """Numbers, a text, and two fields of which one is given at most."""

    count: Annotated[int, Gt(0)] = 1
    share: Annotated[float, Interval(ge=0, le=1)] = 0.5
    width: Annotated[int, MultipleOf(8)] = 8
    title: Annotated[str, MinLen(3)] = "tile"
    size: int | None = None
    scale: float | None = None

    rules: ClassVar[tuple[Rule, ...]] = (exclusive("size", "scale"),)


TileConfig(count=SIZE - 8)  # E@18: datarax-config: TileConfig is refused: count: expected a number > 0, got 0
TileConfig(count=-SIZE)  # E: datarax-config: TileConfig is refused: count: expected a number > 0, got -8
TileConfig(count=3 // 4)  # E: datarax-config: TileConfig is refused: count: expected a number > 0, got 0
TileConfig(count=SIZE % 2)  # E: datarax-config: TileConfig is refused: count: expected a number > 0, got 0
TileConfig(width=SIZE * 3 + 1)  # E: datarax-config: TileConfig is refused: width: expected a multiple of 8, got 25
TileConfig(share=3 / 2)  # E: datarax-config: TileConfig is refused: share: expected a number <= 1, got 1.5
TileConfig(share=2.0**3)  # E: datarax-config: TileConfig is refused: share: expected a number <= 1, got 8.0
TileConfig(share=-(1 / 4))  # E: datarax-config: TileConfig is refused: share: expected a number >= 0, got -0.25
TileConfig(share=math.pi)  # E: datarax-config: TileConfig is refused: share: expected a number <= 1, got 3.141592653589793
TileConfig(title="a" + "b")  # E: datarax-config: TileConfig is refused: title: expected a length of at least 3, got 'ab'
TileConfig(count=(0))  # E: datarax-config: TileConfig is refused: count: expected a number > 0, got 0


def the_second_arm(flag: bool) -> TileConfig:
    """One arm is refused."""
    return TileConfig(count=1 if flag else 0)  # E: datarax-config: TileConfig is refused: count: expected a number > 0, got 0


def both_arms(flag: bool) -> TileConfig:
    """Both arms are refused."""
    return TileConfig(count=-1 if flag else -2)  # E: datarax-config: count: expected a number > 0, got -1 ;; datarax-config: count: expected a number > 0, got -2


def an_arm_against_a_field(flag: bool) -> TileConfig:
    """One arm sets what another field excludes."""
    return TileConfig(size=3, scale=0.5 if flag else None)  # E: datarax-config: TileConfig is refused: size and scale: expected at most one of them, got both


def an_arm_that_is_a_config(flag: bool) -> TileConfig:
    """Each arm is built by itself."""
    return TileConfig(count=3) if flag else TileConfig(count=-3)  # E: datarax-config: TileConfig is refused: count: expected a number > 0, got -3
