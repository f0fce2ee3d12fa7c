"""The chain of the demo: augmentations, a model, and the comparison of what it makes of them."""

from typing import Final

from flax import nnx

from datarax_typed.core.config import OperatorConfig
from datarax_typed.core.cross_modal import CrossModalOperatorConfig
from datarax_typed.core.modality import ModalityOperatorConfig
from datarax_typed.demo.data import MASKED, PADDING
from datarax_typed.demo.model import EncodeOperator
from datarax_typed.operators.audio.learned_audio import LearnedAudioOperator
from datarax_typed.operators.compose.composite import CompositeOperatorModule, Stage, chain
from datarax_typed.operators.cross_modal.batch_contrastive import BatchContrastiveOperator
from datarax_typed.operators.cross_modal.fusion import FusionOperator
from datarax_typed.operators.image import (
    BrightnessOperator,
    BrightnessOperatorConfig,
    ContrastOperator,
    ContrastOperatorConfig,
    LearnedImageOperator,
    RotationOperator,
    RotationOperatorConfig,
    ToFloatOperator,
    ToFloatOperatorConfig,
)
from datarax_typed.operators.text.token_mask import TokenMaskOperator, TokenMaskOperatorConfig

STREAM: Final = "augment"
MOVES_ALONG: Final = ["mask", "boxes"]


def pipeline(words: int = 67, rngs: nnx.Rngs | None = None) -> CompositeOperatorModule:
    """Return everything from raw records to each one's loss, as one operator.

    Args:
        words: the size of the vocabulary.
        rngs: random number generators with the streams "params" and "augment".
    """
    rngs = nnx.Rngs(params=0, augment=1) if rngs is None else rngs
    return chain(
        *_image_operators(rngs),
        _caption_operator(rngs),
        _sound_operator(rngs),
        EncodeOperator(OperatorConfig(), words, rngs=rngs),
        *_comparison(),
    )


def _image_operators(rngs: nnx.Rngs) -> tuple[Stage, ...]:
    rotation = RotationOperatorConfig(
        field_key="image",
        auxiliary_fields=MOVES_ALONG,
        angle_degrees_range=(-30.0, 30.0),
        stochastic=True,
        stream_name=STREAM,
    )
    brightness = BrightnessOperatorConfig(field_key="image", stochastic=True, stream_name=STREAM)
    contrast = ContrastOperatorConfig(field_key="image", stochastic=True, stream_name=STREAM)
    learned = ModalityOperatorConfig(field_key="image", auxiliary_fields=MOVES_ALONG)
    return (
        ToFloatOperator(ToFloatOperatorConfig(field_key="image")),
        RotationOperator(rotation, rngs=rngs),
        BrightnessOperator(brightness, rngs=rngs),
        ContrastOperator(contrast, rngs=rngs),
        LearnedImageOperator(learned, crop_scale=0.9, rotation_angle_radians=0.05),
    )


def _caption_operator(rngs: nnx.Rngs) -> TokenMaskOperator:
    config = TokenMaskOperatorConfig(
        field_key="tokens",
        mask_id=MASKED,
        special_ids=(PADDING,),
        probability=0.2,
        stream_name=STREAM,
    )
    return TokenMaskOperator(config, rngs=rngs)


def _sound_operator(rngs: nnx.Rngs) -> LearnedAudioOperator:
    config = ModalityOperatorConfig(field_key="sound", stochastic=True, stream_name=STREAM)
    return LearnedAudioOperator(config, rngs=rngs, gain_db=6.0, noise_db=-30.0)


def _comparison() -> tuple[Stage, ...]:
    """Return what fuses picture and sound, and compares the scene with all captions of a batch."""
    fusion = CrossModalOperatorConfig(
        input_fields=["image_embedding", "sound_embedding"], output_fields=["scene_embedding"]
    )
    contrastive = CrossModalOperatorConfig(
        input_fields=["scene_embedding", "caption_embedding"],
        output_fields=["similarities", "loss"],
        operation="contrastive",
    )
    return FusionOperator(fusion), BatchContrastiveOperator(contrastive)


__all__ = ["pipeline"]
