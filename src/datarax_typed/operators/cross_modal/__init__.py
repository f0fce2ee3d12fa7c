"""Operators that read several modalities: fusion, attention, similarity."""

from datarax_typed.operators.cross_modal.batch_contrastive import BatchContrastiveOperator
from datarax_typed.operators.cross_modal.contrastive import ContrastiveOperator
from datarax_typed.operators.cross_modal.cross_attention import CrossAttentionOperator
from datarax_typed.operators.cross_modal.fusion import FusionOperator

__all__ = [
    "BatchContrastiveOperator",
    "ContrastiveOperator",
    "CrossAttentionOperator",
    "FusionOperator",
]
