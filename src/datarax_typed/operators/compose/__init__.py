"""Operators made of operators and functions."""

from datarax_typed.operators.compose.composite import (
    CompositeOperatorConfig,
    CompositeOperatorModule,
    chain,
)
from datarax_typed.operators.compose.map import MapOperator, MapOperatorConfig
from datarax_typed.operators.compose.multi_modal import MultiModalOperator

__all__ = [
    "CompositeOperatorConfig",
    "CompositeOperatorModule",
    "MapOperator",
    "MapOperatorConfig",
    "MultiModalOperator",
    "chain",
]
