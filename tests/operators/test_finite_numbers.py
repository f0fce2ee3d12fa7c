"""Numbers of configs are finite where another one makes no sense."""

from collections.abc import Callable
from math import inf, nan

import pytest

from datarax_typed.errors import ConfigError
from datarax_typed.operators.audio import (
    FrequencyMaskOperatorConfig,
    MelSpectrogramOperatorConfig,
    TimeMaskOperatorConfig,
)
from datarax_typed.operators.image import (
    AffineOperatorConfig,
    CutOutOperatorConfig,
    PadOperatorConfig,
    RotationOperatorConfig,
)
from datarax_typed.protocols import PyTree


@pytest.mark.parametrize(
    ("make", "fields", "where"),
    [
        (AffineOperatorConfig, {}, "fill"),
        (AffineOperatorConfig, {}, "scale"),
        (CutOutOperatorConfig, {}, "fill"),
        (PadOperatorConfig, {"padding": (1, 1, 1, 1)}, "fill"),
        (RotationOperatorConfig, {}, "fill"),
        (FrequencyMaskOperatorConfig, {"freq_mask_param": 3}, "mask_value"),
        (TimeMaskOperatorConfig, {"time_mask_param": 3}, "mask_value"),
        (MelSpectrogramOperatorConfig, {}, "sample_rate_hz"),
    ],
)
@pytest.mark.parametrize("number", [inf, nan])
def test_what_is_not_finite_is_refused(
    make: Callable[..., object], fields: PyTree, where: str, number: float
) -> None:
    with pytest.raises(ConfigError, match=rf"\(1\):\n  - {where}: expected .*, got {number}"):
        make(field_key="x", **{**fields, where: number})
