"""Closed choices are literals: a name of that type, a narrowed string, a choice of one's own."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, assert_type, get_args

from datarax_typed import ModalityOperatorConfig, OperatorConfig

Strategy: TypeAlias = Literal["vmap", "scan"]
Filter: TypeAlias = Literal["nearest", "linear"]

LESS_MEMORY: Final = "scan"


@dataclass(frozen=True)
class ResizeConfig(ModalityOperatorConfig):
    filter: Filter = "linear"


def strategy(size: int) -> Strategy:
    return "scan" if size > 1000 else "vmap"


FILTERS: Final[dict[str, Filter]] = {"nearest": "nearest", "bilinear": "linear"}


def chosen(text: str) -> Filter:
    return FILTERS.get(text, "linear")


assert_type(OperatorConfig().batch_strategy, Strategy)
OperatorConfig(batch_strategy="scan")
OperatorConfig(batch_strategy=LESS_MEMORY)
OperatorConfig(batch_strategy=strategy(10))
ResizeConfig(field_key="image", filter=chosen("nearest"), batch_strategy="vmap")
assert [OperatorConfig(batch_strategy=each).batch_strategy for each in get_args(Strategy)]
