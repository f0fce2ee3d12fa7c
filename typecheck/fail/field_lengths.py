"""Texts and containers that are shorter or longer than a field's constraint allows."""

from dataclasses import dataclass, field
from typing import Annotated

from annotated_types import Len, MaxLen, MinLen

from datarax_typed import OperatorConfig


@dataclass(frozen=True)
class LabelConfig(OperatorConfig):
    """Every kind of length."""

    title: Annotated[str, MinLen(1)] = "label"
    code: Annotated[str, MaxLen(4)] = "abcd"
    names: Annotated[list[str], MinLen(1)] = field(default_factory=lambda: ["cat"])
    pair: Annotated[tuple[str, ...], Len(2, 2)] = ("left", "right")
    shares: Annotated[dict[str, float], Len(1, 3)] = field(default_factory=lambda: {"cat": 1.0})
    at_most: Annotated[list[int], MaxLen(2)] | None = None


LabelConfig(title="")  # E@19: datarax-config: LabelConfig is refused: title: expected a length of at least 1, got '' (rule: MinLen(min_length=1))
LabelConfig(code="abcde")  # E@18: datarax-config: LabelConfig is refused: code: expected a length of at most 4, got 'abcde' (rule: MaxLen(max_length=4))
LabelConfig(names=[])  # E@19: datarax-config: LabelConfig is refused: names: expected a length of at least 1, got list of 0
LabelConfig(pair=("left",))  # E: datarax-config: LabelConfig is refused: pair: expected a length of at least 2, got tuple of 1
LabelConfig(pair=("left", "right", "middle"))  # E: datarax-config: LabelConfig is refused: pair: expected a length of at most 2, got tuple of 3
LabelConfig(pair=())  # E: datarax-config: LabelConfig is refused: pair: expected a length of at least 2, got tuple of 0
LabelConfig(shares={})  # E: datarax-config: LabelConfig is refused: shares: expected a length of at least 1, got empty dict
LabelConfig(shares={"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.4})  # E: datarax-config: LabelConfig is refused: shares: expected a length of at most 3, got dict with keys 'a', 'b', 'c', 'd'
LabelConfig(at_most=[1, 2, 3])  # E: datarax-config: LabelConfig is refused: at_most: expected a length of at most 2, got list of 3
LabelConfig(stream_name="")  # E: datarax-config: LabelConfig is refused: stream_name: expected a length of at least 1, got ''
LabelConfig(title="", code="too long")  # E@19: datarax-config: title: expected a length of at least 1, got '' ;; @28: datarax-config: code: expected a length of at most 4, got 'too long'
