"""Operators made of operators and functions, and of fields."""

from datarax_typed.operators.compose.composite import (
    CompositeOperatorConfig,
    CompositeOperatorModule,
    chain,
)
from datarax_typed.operators.compose.drop import DropOperator, DropOperatorConfig
from datarax_typed.operators.compose.map import MapOperator, MapOperatorConfig
from datarax_typed.operators.compose.multi_modal import MultiModalOperator
from datarax_typed.operators.compose.one_of import OneOfOperator, OneOfOperatorConfig
from datarax_typed.operators.compose.probabilistic import (
    ProbabilisticOperator,
    ProbabilisticOperatorConfig,
)
from datarax_typed.operators.compose.rename import RenameOperator, RenameOperatorConfig
from datarax_typed.operators.compose.select import SelectOperator, SelectOperatorConfig

__all__ = [
    "CompositeOperatorConfig",
    "CompositeOperatorModule",
    "DropOperator",
    "DropOperatorConfig",
    "MapOperator",
    "MapOperatorConfig",
    "MultiModalOperator",
    "OneOfOperator",
    "OneOfOperatorConfig",
    "ProbabilisticOperator",
    "ProbabilisticOperatorConfig",
    "RenameOperator",
    "RenameOperatorConfig",
    "SelectOperator",
    "SelectOperatorConfig",
    "chain",
]
