"""Operators that read several modalities: fusion, attention, similarity, alignment."""

from datarax_typed.operators.cross_modal.alignment import AlignmentOperator
from datarax_typed.operators.cross_modal.batch_contrastive import BatchContrastiveOperator
from datarax_typed.operators.cross_modal.contrastive import ContrastiveOperator
from datarax_typed.operators.cross_modal.cross_attention import CrossAttentionOperator
from datarax_typed.operators.cross_modal.film import FiLMOperator
from datarax_typed.operators.cross_modal.fusion import FusionOperator
from datarax_typed.operators.cross_modal.resample_align import ResampleAlignOperator

__all__ = [
    "AlignmentOperator",
    "BatchContrastiveOperator",
    "ContrastiveOperator",
    "CrossAttentionOperator",
    "FiLMOperator",
    "FusionOperator",
    "ResampleAlignOperator",
]
