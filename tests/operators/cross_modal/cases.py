"""The cases of operators across modalities."""

from collections.abc import Mapping
from typing import Final

from flax import nnx

from datarax_typed.core.cross_modal import CrossModalOperatorConfig
from datarax_typed.operators.cross_modal import (
    AlignmentOperator,
    BatchContrastiveOperator,
    ContrastiveOperator,
    CrossAttentionOperator,
    FiLMOperator,
    FusionOperator,
    ResampleAlignOperator,
)
from datarax_typed.operators.cross_modal.alignment import AlignmentForm
from datarax_typed.operators.cross_modal.contrastive import ContrastiveForm
from tests.operators.case import Case

_SAME: Final = {"image": "f32[d]", "text": "f32[d]"}
_OTHER: Final = {"image": "f32[4]", "text": "f32[6]"}
_TRIPLET: Final = {**_OTHER, "other": "f32[6]"}


def _config(
    spec: Mapping[str, str], *outputs: str, stochastic: bool = False
) -> CrossModalOperatorConfig:
    return CrossModalOperatorConfig(
        input_fields=list(spec),
        output_fields=list(outputs),
        stochastic=stochastic,
        stream_name="noise" if stochastic else None,
    )


def _rngs() -> nnx.Rngs:
    return nnx.Rngs(0, noise=3)


def _gated() -> FusionOperator:
    config = _config(_OTHER, "fused")
    return FusionOperator(config, mode="gated", dims=(4, 6), features=3, rngs=_rngs())


def _attention(*, weights: bool = False) -> CrossAttentionOperator:
    names = ("attended", "weights") if weights else ("attended",)
    config = _config({"query": "", "context": ""}, *names)
    return CrossAttentionOperator(config, dim=4, num_heads=2, rngs=_rngs())


def _contrastive(
    form: ContrastiveForm = "similarity", *, stochastic: bool = False
) -> ContrastiveOperator:
    spec = _OTHER if form == "similarity" else _TRIPLET
    config = _config(spec, "score", stochastic=stochastic)
    return ContrastiveOperator(config, dims=(4, 6), features=3, form=form, rngs=_rngs())


def _batch_contrastive() -> BatchContrastiveOperator:
    config = _config(_OTHER, "similarities", "loss")
    return BatchContrastiveOperator(config, dims=(4, 6), features=3, rngs=_rngs())


def _alignment(form: AlignmentForm) -> AlignmentOperator:
    config = _config(_OTHER, "loss")
    return AlignmentOperator(config, form=form, dims=(4, 6), features=3, rngs=_rngs())


def _resample(*, align_corners: bool = False) -> ResampleAlignOperator:
    config = _config({"series": "", "reference": ""}, "aligned")
    return ResampleAlignOperator(config, align_corners=align_corners)


_TOKENS: Final = {"query": "f32[n,4]", "context": "f32[m,4]"}
_SERIES: Final = {"series": "f32[m,d]", "reference": "f32[n,e]"}
_TOKEN_SIZES: Final = {"n": 3, "m": 5}
_SERIES_SIZES: Final = {"m": 7, "n": 4, "d": 2, "e": 1}

CASES: Final[list[Case]] = [
    Case("fusion", lambda: FusionOperator(_config(_SAME, "fused")), _SAME, {"d": 4}),
    Case(
        "fusion-concat",
        lambda: FusionOperator(_config(_SAME, "fused"), mode="concat"),
        {"image": "f32[d]", "text": "f32[e]"},
        {"d": 4, "e": 3},
    ),
    Case("fusion-gated", _gated, _OTHER),
    Case("cross-attention-weights", lambda: _attention(weights=True), _TOKENS, _TOKEN_SIZES),
    Case("contrastive-stochastic", lambda: _contrastive(stochastic=True), _OTHER),
    Case("contrastive-triplet", lambda: _contrastive("triplet"), _TRIPLET),
    Case("batch-contrastive", _batch_contrastive, _OTHER),
    Case("alignment-cosine", lambda: _alignment("cosine"), _OTHER),
    Case("resample-align", _resample, _SERIES, _SERIES_SIZES),
    Case(
        "film",
        lambda: FiLMOperator(_config({"image": "", "text": ""}, "modulated"), features=3, dim=6),
        {"image": "f32[h,w,3]", "text": "f32[6]"},
        {"h": 4, "w": 5},
    ),
]
