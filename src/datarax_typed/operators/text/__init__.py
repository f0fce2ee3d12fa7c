"""Operators of text: token ids, `tokens`."""

from datarax_typed.operators.text.token_mask import TokenMaskOperator, TokenMaskOperatorConfig

__all__ = ["TokenMaskOperator", "TokenMaskOperatorConfig"]
