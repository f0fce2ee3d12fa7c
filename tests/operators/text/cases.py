"""The cases of operators of text."""

from typing import Final

from flax import nnx

from datarax_typed.operators.text import (
    EmbedOperator,
    EmbedOperatorConfig,
    PadToOperator,
    PadToOperatorConfig,
    SpanMaskOperator,
    SpanMaskOperatorConfig,
    TokenMaskOperator,
    TokenMaskOperatorConfig,
    TruncateOperator,
    TruncateOperatorConfig,
)
from tests.operators.case import Case

_CAPTION: Final = {"caption": "i32[tokens]"}
_WITH_MASK: Final = {"caption": "i32[tokens]", "mask": "bool[tokens]"}


def _token_mask(vocab_size: int | None = None) -> TokenMaskOperator:
    config = TokenMaskOperatorConfig(
        field_key="caption",
        mask_id=103,
        probability=0.5,
        vocab_size=vocab_size,
        labels_key=None if vocab_size is None else "labels",
    )
    return TokenMaskOperator(config, rngs=nnx.Rngs(augment=4))


def _span_mask() -> SpanMaskOperator:
    config = SpanMaskOperatorConfig(
        field_key="caption",
        target_key="masked",
        labels_key="labels",
        sentinel_id=32_099,
        noise_density=0.4,
        mean_noise_span_length=1.5,
    )
    return SpanMaskOperator(config, rngs=nnx.Rngs(augment=4))


def _truncate() -> TruncateOperator:
    config = TruncateOperatorConfig(field_key="caption", length=5, auxiliary_fields=["mask"])
    return TruncateOperator(config)


def _pad_to() -> PadToOperator:
    config = PadToOperatorConfig(
        field_key="caption", length=16, mask_key="own", auxiliary_fields=["mask"]
    )
    return PadToOperator(config)


def _embed(pad_id: int | None = None) -> EmbedOperator:
    # Far from all ids that are made up; their domain is the vocabulary.
    config = EmbedOperatorConfig(
        field_key="caption", target_key="embedded", vocab_size=1000, features=3, pad_id=pad_id
    )
    return EmbedOperator(config, rngs=nnx.Rngs(0))


CASES: Final[list[Case]] = [
    Case("token-mask-bert", lambda: _token_mask(1000), _CAPTION, {"tokens": 12}),
    Case("span-mask", _span_mask, _CAPTION, {"tokens": 12}),
    Case("truncate", _truncate, _WITH_MASK, {"tokens": 8}),
    Case("pad-to", _pad_to, _WITH_MASK, {"tokens": 8}),
    Case("embed", _embed, _CAPTION, {"tokens": 6}),
]
