"""Numbers that a field's constraint does not allow."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt, Interval, Le, Lt, MultipleOf

from datarax_typed import OperatorConfig


@dataclass(frozen=True)
class ResizeConfig(OperatorConfig):
    """Every kind of bound, each on a field of its own."""

    strength: Annotated[float, Gt(0)] = 1.0
    padding: Annotated[int, Ge(0)] = 0
    gamma: Annotated[float, Lt(10)] = 1.0
    level: Annotated[int, Le(9)] = 6
    angle: Annotated[float, Interval(ge=-180, le=180)] = 0.0
    quality: Annotated[float, Interval(gt=0, lt=1)] = 0.5
    width: Annotated[int, MultipleOf(8)] = 64
    rows: Annotated[int, Gt(0), MultipleOf(2)] = 2


ResizeConfig(strength=0)  # E@23: datarax-config: ResizeConfig is refused: strength: expected a number > 0, got 0 (rule: Gt(gt=0))
ResizeConfig(strength=-1.0)  # E@23: datarax-config: ResizeConfig is refused: strength: expected a number > 0, got -1.0 (rule: Gt(gt=0))
ResizeConfig(padding=-1)  # E@22: datarax-config: ResizeConfig is refused: padding: expected a number >= 0, got -1 (rule: Ge(ge=0))
ResizeConfig(gamma=10.0)  # E@20: datarax-config: ResizeConfig is refused: gamma: expected a number < 10, got 10.0 (rule: Lt(lt=10))
ResizeConfig(level=10)  # E@20: datarax-config: ResizeConfig is refused: level: expected a number <= 9, got 10 (rule: Le(le=9))
ResizeConfig(angle=181)  # E: datarax-config: ResizeConfig is refused: angle: expected a number <= 180, got 181
ResizeConfig(angle=-180.5)  # E: datarax-config: ResizeConfig is refused: angle: expected a number >= -180, got -180.5
ResizeConfig(quality=0.0)  # E: datarax-config: ResizeConfig is refused: quality: expected a number > 0, got 0.0
ResizeConfig(quality=1)  # E: datarax-config: ResizeConfig is refused: quality: expected a number < 1, got 1
ResizeConfig(width=60)  # E: datarax-config: ResizeConfig is refused: width: expected a multiple of 8, got 60 (rule: MultipleOf(multiple_of=8))
ResizeConfig(rows=3)  # E: datarax-config: ResizeConfig is refused: rows: expected a multiple of 2, got 3
ResizeConfig(rows=-2)  # E: datarax-config: ResizeConfig is refused: rows: expected a number > 0, got -2
ResizeConfig(rows=-1)  # E: datarax-config: rows: expected a number > 0, got -1 ;; datarax-config: rows: expected a multiple of 2, got -1
ResizeConfig(strength=float("nan"))  # E: datarax-config: ResizeConfig is refused: strength: expected a number > 0, got nan
ResizeConfig(angle=float("inf"))  # E: datarax-config: ResizeConfig is refused: angle: expected a number <= 180, got inf
ResizeConfig(gamma=1e3)  # E: datarax-config: ResizeConfig is refused: gamma: expected a number < 10, got 1000.0
ResizeConfig(
    strength=0.0,  # E@14: datarax-config: strength: expected a number > 0, got 0.0
    padding=2,
    level=12,  # E@11: datarax-config: level: expected a number <= 9, got 12
)
