"""Operators of a whole batch: what becomes of a record depends on the others."""

from datarax_typed.operators.batch.batch_norm import BatchNormOperator, BatchNormOperatorConfig
from datarax_typed.operators.batch.cut_mix import CutMixOperator, CutMixOperatorConfig
from datarax_typed.operators.batch.mix_up import MixUpOperator, MixUpOperatorConfig

__all__ = [
    "BatchNormOperator",
    "BatchNormOperatorConfig",
    "CutMixOperator",
    "CutMixOperatorConfig",
    "MixUpOperator",
    "MixUpOperatorConfig",
]
