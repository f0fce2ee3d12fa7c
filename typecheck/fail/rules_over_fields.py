"""Rules over several fields, and over all items of one."""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

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
from datarax_typed.protocols import PyTree


@dataclass(frozen=True)
class CropConfig(OperatorConfig):
    """One rule of each kind."""

    size: int | None = None
    scale: float | None = None
    centre: bool = False
    offset: int | None = None
    bounds: tuple[float, ...] | None = None
    kept: list[str] = field(default_factory=list)
    main: str = "image"

    rules: ClassVar[tuple[Rule, ...]] = (
        exclusive("size", "scale"),
        requires("offset", "size"),
        requires("centre", "offset"),
        increasing("bounds"),
        distinct("kept"),
        excludes("kept", "main"),
    )


@dataclass(frozen=True)
class ChoiceConfig(OperatorConfig):
    """At most one of three."""

    mean: float | None = None
    median: float | None = None
    mode: float | None = None

    rules: ClassVar[tuple[Rule, ...]] = (exclusive("mean", "median", "mode"),)


@dataclass(frozen=True)
class FiltersConfig(OperatorConfig):
    """Rules that compare two fields, and a method that looks at them afterwards."""

    centers: tuple[float, ...] = (0.0, 1.0)
    widths: list[float] | None = None
    lowest: float = 0.0
    highest: float | None = None
    part: int | None = None
    whole: int = 8

    rules: ClassVar[tuple[Rule, ...]] = (
        same_length("centers", "widths"),
        less("lowest", "highest"),
        at_most("part", "whole"),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.highest == self.whole:
            raise ValueError(f"{type(self).__name__} of {self.highest}: {self!r}")


def average(data: PyTree) -> PyTree:
    """Return statistics of data."""
    return {"mean": np.float32(0)}


CropConfig(size=3, scale=0.5)  # E@26: datarax-config: CropConfig is refused: size and scale: expected at most one of them, got both; leave out size or scale (rule: exclusive('size', 'scale'))
CropConfig(scale=0.5, size=3)  # E@28: datarax-config: CropConfig is refused: size and scale: expected at most one of them, got both; leave out size or scale (rule: exclusive('size', 'scale'))
CropConfig(offset=1)  # E@19: datarax-config: CropConfig is refused: size: expected a value, since offset=1, got None; give size, or leave out offset (rule: requires('offset', 'size'))
CropConfig(offset=1, size=None)  # E@27: datarax-config: CropConfig is refused: size: expected a value, since offset=1, got None
CropConfig(centre=True)  # E: datarax-config: CropConfig is refused: offset: expected a value, since centre=True, got None; give offset, or leave out centre
CropConfig(bounds=(0.0, 0.0))  # E: datarax-config: CropConfig is refused: bounds: expected strictly increasing numbers, got (0.0, 0.0); put the smaller number first (rule: increasing('bounds'))
CropConfig(bounds=(0, 1, 3, 2))  # E: datarax-config: CropConfig is refused: bounds: expected strictly increasing numbers, got (0, 1, 3, 2)
CropConfig(bounds=(0.0, float("nan")))  # E: datarax-config: CropConfig is refused: bounds: expected strictly increasing numbers, got (0.0, nan); replace the NaN
CropConfig(kept=["mask", "boxes", "mask"])  # E: datarax-config: CropConfig is refused: kept: expected no value twice, got ['mask', 'boxes', 'mask']; keep 'mask' only once (rule: distinct('kept'))
CropConfig(kept=["mask", "image"])  # E: datarax-config: CropConfig is refused: kept: expected no item equal to main, got ['mask', 'image']; remove 'image' from kept (rule: excludes('kept', 'main'))
CropConfig(main="mask", kept=["mask"])  # E@30: datarax-config: CropConfig is refused: kept: expected no item equal to main, got ['mask']; remove 'mask' from kept
CropConfig(kept=["mask"], main="mask")  # E@32: datarax-config: CropConfig is refused: kept: expected no item equal to main, got ['mask']
CropConfig(stochastic=True)  # E@23: datarax-config: CropConfig is refused: stream_name: expected a value, since stochastic=True, got None; give stream_name, or leave out stochastic (rule: requires('stochastic', 'stream_name'))
CropConfig(stochastic=True, stream_name=None)  # E: datarax-config: CropConfig is refused: stream_name: expected a value, since stochastic=True, got None
ChoiceConfig(mean=0.0, mode=1.0)  # E: datarax-config: ChoiceConfig is refused: mean and mode: expected at most one of them, got both; leave out mean or mode
ChoiceConfig(mean=0.0, median=0.5, mode=1.0)  # E@41: datarax-config: ChoiceConfig is refused: mean and median and mode: expected at most one of them, got all of them
ChoiceConfig(batch_stats_fn=average, precomputed_stats={"mean": 0.5})  # E@56: datarax-config: ChoiceConfig is refused: batch_stats_fn and precomputed_stats: expected at most one of them, got both
CropConfig(
    size=3,
    scale=0.5,  # E@11: datarax-config: size and scale: expected at most one of them, got both
    bounds=(1.0, 0.0),  # E@12: datarax-config: bounds: expected strictly increasing numbers, got (1.0, 0.0)
)
FiltersConfig(widths=[1.0])  # E@22: datarax-config: FiltersConfig is refused: centers and widths: expected one length, got 2 and 1; give as many items in widths as in centers (rule: same_length('centers', 'widths'))
FiltersConfig(centers=(), widths=[1.0])  # E@34: datarax-config: FiltersConfig is refused: centers and widths: expected one length, got 0 and 1
FiltersConfig(highest=0)  # E@23: datarax-config: FiltersConfig is refused: lowest: expected a number < highest=0, got 0.0; give a smaller lowest, or a larger highest (rule: less('lowest', 'highest'))
FiltersConfig(lowest=2.0, highest=1.5)  # E@35: datarax-config: FiltersConfig is refused: lowest: expected a number < highest=1.5, got 2.0
FiltersConfig(highest=float("nan"))  # E@23: datarax-config: FiltersConfig is refused: lowest: expected a number < highest=nan, got 0.0; replace the NaN (rule: less('lowest', 'highest'))
FiltersConfig(part=9)  # E@20: datarax-config: FiltersConfig is refused: part: expected a number <= whole=8, got 9; give a smaller part, or a larger whole (rule: at_most('part', 'whole'))
FiltersConfig(part=3, whole=2)  # E@29: datarax-config: FiltersConfig is refused: part: expected a number <= whole=2, got 3
