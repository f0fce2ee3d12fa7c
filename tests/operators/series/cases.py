"""Operators of time series and tables, in every important configuration."""

from typing import Final

import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array

from datarax_typed.operators.series import (
    HeartRateOperator,
    HeartRateOperatorConfig,
    JitterOperator,
    JitterOperatorConfig,
    LogCountsPerMillionOperator,
    LogCountsPerMillionOperatorConfig,
    StandardizeOperator,
    StandardizeOperatorConfig,
    WindowSliceOperator,
    WindowSliceOperatorConfig,
)
from tests.operators.case import Case

_SERIES: Final = {"series": "f32[time,channels]"}


def _standardize(*, learnable: bool = False) -> StandardizeOperator:
    config = StandardizeOperatorConfig(
        field_key="series",
        precomputed_stats={"mean": [0.5, -1.0, 0.0], "std": [2.0, 0.25, 0.0]},
        learnable=learnable,
        num_features=3 if learnable else None,
    )
    return StandardizeOperator(config)


def _jitter(*, learnable: bool = False) -> JitterOperator:
    config = JitterOperatorConfig(field_key="series", sigma=0.1, learnable=learnable)
    return JitterOperator(config, rngs=nnx.Rngs(augment=0))


def window_slice(
    size: int = 3, *, stochastic: bool = False, auxiliary_fields: list[str] | None = None
) -> WindowSliceOperator:
    """Return a window in the middle, or one anywhere."""
    config = WindowSliceOperatorConfig(
        field_key="series",
        size=size,
        auxiliary_fields=auxiliary_fields,
        stochastic=stochastic,
        stream_name="augment" if stochastic else None,
    )
    return WindowSliceOperator(config, rngs=nnx.Rngs(augment=0))


def _heart_rate() -> HeartRateOperator:
    config = HeartRateOperatorConfig(field_key="rr_ms", target_key="heart_rate_bpm")
    return HeartRateOperator(config)


def _log_counts_per_million() -> LogCountsPerMillionOperator:
    config = LogCountsPerMillionOperatorConfig(field_key="counts", target_key="expression")
    return LogCountsPerMillionOperator(config)


def _heartbeats() -> dict[str, Array]:
    return {"rr_ms": jnp.asarray([812.0, 790.5, 841.0, 1180.0, 512.5])}


CASES: Final[list[Case]] = [
    Case("standardize-learned", lambda: _standardize(learnable=True), {"series": "f32[time,3]"}),
    Case("jitter-learned", lambda: _jitter(learnable=True), _SERIES),
    Case(
        "window-slice-auxiliary",
        lambda: window_slice(stochastic=True, auxiliary_fields=["labels"]),
        {"series": "f32[time,channels]", "labels": "i32[time]"},
    ),
    Case("heart-rate", _heart_rate, {"rr_ms": "f32[beats]"}, element=_heartbeats),
    Case("log-counts-per-million", _log_counts_per_million, {"counts": "f32[genes]"}),
]
