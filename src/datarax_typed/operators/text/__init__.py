"""Operators of text: token ids, `tokens`."""

from datarax_typed.operators.text.embed import EmbedOperator, EmbedOperatorConfig
from datarax_typed.operators.text.pad_to import PadToOperator, PadToOperatorConfig
from datarax_typed.operators.text.span_mask import SpanMaskOperator, SpanMaskOperatorConfig
from datarax_typed.operators.text.token_mask import TokenMaskOperator, TokenMaskOperatorConfig
from datarax_typed.operators.text.truncate import TruncateOperator, TruncateOperatorConfig

__all__ = [
    "EmbedOperator",
    "EmbedOperatorConfig",
    "PadToOperator",
    "PadToOperatorConfig",
    "SpanMaskOperator",
    "SpanMaskOperatorConfig",
    "TokenMaskOperator",
    "TokenMaskOperatorConfig",
    "TruncateOperator",
    "TruncateOperatorConfig",
]
