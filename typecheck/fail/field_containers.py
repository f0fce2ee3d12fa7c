"""Constraints inside lists, tuples, dicts, optionals and unions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal, NotRequired, Optional, TypedDict

from annotated_types import Ge, Gt, Interval, MinLen

from datarax_typed import OperatorConfig


@dataclass(frozen=True)
class PyramidConfig(OperatorConfig):
    """Constraints at every depth."""

    levels: list[Annotated[int, Gt(0)]] = field(default_factory=lambda: [1])
    weights: dict[str, Annotated[float, Ge(0)]] = field(default_factory=dict)
    renamed: dict[Annotated[str, MinLen(1)], str] = field(default_factory=dict)
    ratio: tuple[Annotated[float, Gt(0)], Annotated[float, Gt(0)]] = (1.0, 2.0)
    sizes: tuple[Annotated[int, Gt(0)], ...] = ()
    limit: Annotated[float, Gt(0)] | None = None
    margin: Optional[Annotated[int, Ge(0)]] = None
    workers: Annotated[int, Gt(0)] | Literal["auto"] = "auto"
    crops: list[tuple[Annotated[int, Ge(0)], Annotated[int, Gt(0)]]] = field(default_factory=list)
    tree: dict[str, list[Annotated[float, Interval(ge=0, le=1)]]] = field(default_factory=dict)
    order: Sequence[Annotated[int, Ge(0)]] = (0,)
    shares: Mapping[str, Annotated[float, Gt(0)]] = field(default_factory=dict)


PyramidConfig(levels=[2, 0, 1])  # E: datarax-config: PyramidConfig is refused: levels[1]: expected a number > 0, got 0 (rule: Gt(gt=0))
PyramidConfig(levels=[-1, 2, -3])  # E: datarax-config: levels[0]: expected a number > 0, got -1 ;; datarax-config: levels[2]: expected a number > 0, got -3
PyramidConfig(weights={"x": 1.0, "y": -0.5})  # E: datarax-config: PyramidConfig is refused: weights["y"]: expected a number >= 0, got -0.5 (rule: Ge(ge=0))
PyramidConfig(renamed={"": "image"})  # E: datarax-config: PyramidConfig is refused: key '' of renamed: expected a length of at least 1, got '' (rule: MinLen(min_length=1))
PyramidConfig(ratio=(1.0, 0.0))  # E: datarax-config: PyramidConfig is refused: ratio[1]: expected a number > 0, got 0.0
PyramidConfig(ratio=(0, 1))  # E: datarax-config: PyramidConfig is refused: ratio[0]: expected a number > 0, got 0
PyramidConfig(sizes=(8, 4, 0))  # E: datarax-config: PyramidConfig is refused: sizes[2]: expected a number > 0, got 0
PyramidConfig(limit=0.0)  # E: datarax-config: PyramidConfig is refused: limit: expected a number > 0, got 0.0
PyramidConfig(margin=-4)  # E: datarax-config: PyramidConfig is refused: margin: expected a number >= 0, got -4
PyramidConfig(workers=0)  # E: datarax-config: PyramidConfig is refused: workers: expected
PyramidConfig(crops=[(0, 8), (4, 0)])  # E: datarax-config: PyramidConfig is refused: crops[1][1]: expected a number > 0, got 0
PyramidConfig(tree={"a": [0.5], "b": [0.5, 1.5]})  # E: datarax-config: PyramidConfig is refused: tree["b"][1]: expected a number <= 1, got 1.5
PyramidConfig(order=[0, -1])  # E: datarax-config: PyramidConfig is refused: order[1]: expected a number >= 0, got -1
PyramidConfig(shares={"cat": 0})  # E: datarax-config: PyramidConfig is refused: shares["cat"]: expected a number > 0, got 0


class Window(TypedDict):
    """A dict with a constraint on a key."""

    size: Annotated[int, Gt(0)]
    title: NotRequired[Annotated[str, MinLen(1)]]


@dataclass(frozen=True)
class WindowConfig(OperatorConfig):
    """A field that is such a dict."""

    window: Window = field(default_factory=lambda: Window(size=1))


WindowConfig(window={"size": 0})  # E: datarax-config: WindowConfig is refused: window["size"]: expected a number > 0, got 0
WindowConfig(window={"size": 1, "title": ""})  # E: datarax-config: WindowConfig is refused: window["title"]: expected a length of at least 1, got ''
