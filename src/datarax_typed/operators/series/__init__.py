"""Operators of time series and tables: `time channels` and `features`."""

from datarax_typed.operators.series.heart_rate import HeartRateOperator, HeartRateOperatorConfig
from datarax_typed.operators.series.jitter import JitterOperator, JitterOperatorConfig
from datarax_typed.operators.series.log_counts_per_million import (
    LogCountsPerMillionOperator,
    LogCountsPerMillionOperatorConfig,
)
from datarax_typed.operators.series.moments import Moments, moments
from datarax_typed.operators.series.standardize import (
    StandardizeOperator,
    StandardizeOperatorConfig,
)
from datarax_typed.operators.series.window_slice import (
    WindowSliceOperator,
    WindowSliceOperatorConfig,
)

__all__ = [
    "HeartRateOperator",
    "HeartRateOperatorConfig",
    "JitterOperator",
    "JitterOperatorConfig",
    "LogCountsPerMillionOperator",
    "LogCountsPerMillionOperatorConfig",
    "Moments",
    "StandardizeOperator",
    "StandardizeOperatorConfig",
    "WindowSliceOperator",
    "WindowSliceOperatorConfig",
    "moments",
]
