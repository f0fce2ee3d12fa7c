"""The settings of a training, in one place."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, ClassVar, Final, TypeAlias

from annotated_types import Gt, Interval, MinLen

from datarax_typed import (
    BrightnessOperatorConfig,
    ModalityOperatorConfig,
    RotationOperatorConfig,
    Rule,
    increasing,
)

Share: TypeAlias = Annotated[float, Interval(ge=0, le=1)]
IMAGE: Final = "image"
STREAM: Final = "augment"
STRENGTHS: Final = (0.1, 0.2, 0.4)


class Size(int, Enum):
    """Sizes of a crop."""

    SMALL = 2
    LARGE = 4


# 1: a config of one's own, with an alias and a rule
@dataclass(frozen=True)
class CropConfig(ModalityOperatorConfig):
    size: Annotated[int, Gt(0)] = field(default=Size.SMALL.value, kw_only=True)
    margins: tuple[Share, Share] = field(default=(0.0, 1.0), kw_only=True)
    label: Annotated[str, MinLen(1)] | None = field(default=None, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (increasing("margins"),)


# 2: configs for other modules
crop = CropConfig(field_key=IMAGE, size=Size.LARGE)
drawn_crop = CropConfig(field_key=IMAGE, stochastic=True, stream_name=STREAM)
brightness = BrightnessOperatorConfig(
    field_key=IMAGE,
    stochastic=True,
    stream_name=STREAM,
    delta_range=(-STRENGTHS[0], STRENGTHS[0]),
)

# 3: one config for each strength
rotations = [
    RotationOperatorConfig(field_key=IMAGE, angle_degrees=90 * strength) for strength in STRENGTHS
]
