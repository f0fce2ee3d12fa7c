"""Compositions in which one stage cannot take what another gives."""

from typing import Final, TypedDict

import jax.numpy as jnp
from jaxtyping import Array, Float, Int, Shaped

from datarax_typed import (
    Batch,
    BrightnessOperator,
    BrightnessOperatorConfig,
    CompositeOperatorConfig,
    CompositeOperatorModule,
    CropOperator,
    CropOperatorConfig,
    DropOperator,
    DropOperatorConfig,
    EmbedOperator,
    EmbedOperatorConfig,
    GrayscaleOperator,
    GrayscaleOperatorConfig,
    HueOperator,
    HueOperatorConfig,
    MelSpectrogramOperator,
    MelSpectrogramOperatorConfig,
    ModalityOperator,
    ModalityOperatorConfig,
    NormalizeOperator,
    NormalizeOperatorConfig,
    PadToOperator,
    PadToOperatorConfig,
    RenameOperator,
    RenameOperatorConfig,
    ResizeOperator,
    ResizeOperatorConfig,
    SelectOperator,
    SelectOperatorConfig,
    TruncateOperator,
    TruncateOperatorConfig,
    chain,
)
from flax import nnx


class Photo(TypedDict):
    """A photograph with a caption."""

    image: Float[Array, "h w 3"]
    tokens: Int[Array, "n"]
    label: Int[Array, ""]


class Sound(TypedDict):
    """A sound."""

    waveform: Float[Array, "16000"]


MEAN: Final = (0.485, 0.456, 0.406)
STD: Final = (0.229, 0.224, 0.225)

grey = GrayscaleOperator(GrayscaleOperatorConfig(field_key="image"))
normalize = NormalizeOperator(NormalizeOperatorConfig(field_key="image", mean=MEAN, std=STD))


class Flatten(ModalityOperator):
    """Makes vectors of images."""

    def transform(self, image: Float[Array, "h w c"]) -> Float[Array, "h*w*c"]:
        return image.reshape(-1)


class Patches(ModalityOperator):
    """Cuts images of 224 by 224."""

    def transform(self, image: Float[Array, "224 224 c"]) -> Float[Array, "196 256*c"]:
        c = image.shape[2]
        return image.reshape(14, 16, 14, 16, c).swapaxes(1, 2).reshape(196, 256 * c)


class Positions(ModalityOperator):
    """Takes captions of 77 tokens."""

    def transform(self, tokens: Int[Array, "77"]) -> Int[Array, "77"]:
        return tokens + jnp.arange(77)


class Frames(ModalityOperator):
    """Takes spectrograms of 80 bands."""

    def transform(self, spectrogram: Float[Array, "80 frames"]) -> Float[Array, "frames 80"]:
        return spectrogram.T


flatten = Flatten(ModalityOperatorConfig(field_key="image"))
patches = Patches(ModalityOperatorConfig(field_key="image"))
positions = Positions(ModalityOperatorConfig(field_key="tokens"))


# 1: chains of the library's operators
def grey_then_normalized(batch: Batch[Photo]) -> Batch:
    pipeline = chain(
        grey,
        normalize,  # E: datarax-shape: stage 2 NormalizeOperator needs image
    )
    return pipeline(batch)


def grey_twice(batch: Batch[Photo]) -> Batch:
    return chain(grey, grey)(batch)  # E: datarax-shape: stage 2 GrayscaleOperator needs image


def grey_then_hue(batch: Batch[Photo]) -> Batch:
    pipeline = chain(
        ResizeOperator(ResizeOperatorConfig(field_key="image", size=(224, 224))),
        grey,
        HueOperator(HueOperatorConfig(field_key="image")),  # E: datarax-shape: stage 3 HueOperator needs image
    )
    return pipeline(batch)


def normalized_for_one_channel(batch: Batch[Photo]) -> Batch:
    one = NormalizeOperatorConfig(field_key="image", mean=(0.5,), std=(0.25,))
    pipeline = chain(normalize, NormalizeOperator(one))  # E: datarax-shape: stage 2 NormalizeOperator needs image
    return pipeline(batch)


def composed_in_a_module(batch: Batch[Photo]) -> Batch:
    pipeline = CompositeOperatorModule(
        CompositeOperatorConfig(),
        [
            grey,
            normalize,  # E: datarax-shape: stage 2 NormalizeOperator needs image
        ],
    )
    return pipeline(batch)


# 2: chains with operators of one's own
def flat_then_resized(batch: Batch[Photo]) -> Batch:
    resize = ResizeOperator(ResizeOperatorConfig(field_key="image", size=(32, 32)))
    return chain(flatten, resize)(batch)  # E: datarax-shape: stage 2 ResizeOperator needs image


def resized_to_another_size(batch: Batch[Photo]) -> Batch:
    pipeline = chain(
        ResizeOperator(ResizeOperatorConfig(field_key="image", size=(256, 256))),
        patches,  # E: datarax-shape: stage 2 Patches needs image
    )
    return pipeline(batch)


def cropped_to_another_size(batch: Batch[Photo]) -> Batch:
    pipeline = chain(
        ResizeOperator(ResizeOperatorConfig(field_key="image", size=(256, 256))),
        CropOperator(CropOperatorConfig(field_key="image", size=(192, 192))),
        patches,  # E: datarax-shape: stage 3 Patches needs image
    )
    return pipeline(batch)


def patches_then_brighter(batch: Batch[Photo]) -> Batch:
    pipeline = chain(
        ResizeOperator(ResizeOperatorConfig(field_key="image", size=(224, 224))),
        patches,
        BrightnessOperator(BrightnessOperatorConfig(field_key="image")),  # E: datarax-shape: stage 3 BrightnessOperator needs image
    )
    return pipeline(batch)


def padded_to_another_length(batch: Batch[Photo]) -> Batch:
    pipeline = chain(
        PadToOperator(PadToOperatorConfig(field_key="tokens", length=128)),
        positions,  # E: datarax-shape: stage 2 Positions needs tokens
    )
    return pipeline(batch)


def embedded_then_padded(batch: Batch[Photo]) -> Batch:
    embed = EmbedOperator(EmbedOperatorConfig(field_key="tokens", vocab_size=100, features=16), rngs=nnx.Rngs(0))
    pad = PadToOperator(PadToOperatorConfig(field_key="tokens", length=128))
    return chain(embed, pad)(batch)  # E: datarax-dtype: stage 2 PadToOperator needs tokens


def bands_of_another_number(batch: Batch[Sound]) -> Batch:
    mel = MelSpectrogramOperatorConfig(field_key="waveform", n_mels=64, sample_rate_hz=16000)
    frames = Frames(ModalityOperatorConfig(field_key="waveform"))
    return chain(MelSpectrogramOperator(mel), frames)(batch)  # E: datarax-shape: stage 2 Frames needs waveform


def written_elsewhere(batch: Batch[Photo]) -> Batch:
    to_grey = GrayscaleOperator(GrayscaleOperatorConfig(field_key="image", target_key="grey"))
    grey_normalized = NormalizeOperatorConfig(field_key="grey", mean=MEAN, std=STD)
    return chain(to_grey, NormalizeOperator(grey_normalized))(batch)  # E: datarax-shape: stage 2 NormalizeOperator needs grey


def a_chain_in_a_chain(batch: Batch[Photo]) -> Batch:
    first = chain(grey, name="grey")
    return chain(first, normalize)(batch)  # E: datarax-shape: stage 2 NormalizeOperator needs image


# 3: compositions that nobody calls
def made_and_returned() -> CompositeOperatorModule:
    return chain(grey, normalize)  # E: datarax-shape: stage 2 NormalizeOperator needs image


def made_of_new_ones() -> CompositeOperatorModule:
    return chain(
        GrayscaleOperator(GrayscaleOperatorConfig(field_key="image", num_output_channels=1)),
        BrightnessOperator(BrightnessOperatorConfig(field_key="image")),
        NormalizeOperator(NormalizeOperatorConfig(field_key="image", mean=MEAN, std=STD)),  # E: datarax-shape: stage 3 NormalizeOperator needs image
    )


def made_with_a_size() -> CompositeOperatorModule:
    return chain(
        CropOperator(CropOperatorConfig(field_key="image", size=(2, 2))),
        patches,  # E: datarax-shape: stage 2 Patches needs image
    )


# 4: the batch's schema and the composition
def first_stage(batch: Batch[Sound]) -> Batch:
    pipeline = chain(grey, flatten)
    return pipeline(batch)  # E: datarax-field: no field "image"


def dropped(batch: Batch[Photo]) -> Batch:
    pipeline = chain(
        DropOperator(DropOperatorConfig(fields=["image"])),
        grey,  # E: datarax-field: stage 2 GrayscaleOperator: no field "image"
    )
    return pipeline(batch)


def not_selected(batch: Batch[Photo]) -> Batch:
    selected = SelectOperator(SelectOperatorConfig(fields=["image", "label"]))
    pipeline = chain(selected, positions)  # E: datarax-field: stage 2 Positions: no field "tokens"
    return pipeline(batch)


def second_stage(batch: Batch[Photo]) -> Batch:
    captions = TruncateOperator(TruncateOperatorConfig(field_key="caption", length=77))
    pipeline = chain(flatten, captions)
    return pipeline(batch)  # E: datarax-field: no field "caption"


# 5: what comes out
def result_of_an_operator(batch: Batch[Photo]) -> Batch:
    smaller = ResizeOperator(ResizeOperatorConfig(field_key="image", size=(112, 112)))(batch)
    return patches(smaller)  # E: datarax-shape: needs image


def result_of_a_chain(batch: Batch[Photo]) -> Batch:
    grey_batch = chain(grey)(batch)
    return normalize(grey_batch)  # E: datarax-shape: needs image


def result_without_a_field(batch: Batch[Photo]) -> Batch:
    selected = SelectOperator(SelectOperatorConfig(fields=["label"]))(batch)
    return grey(selected)  # E: datarax-field: no field "image"


def result_with_another_name(batch: Batch[Photo]) -> Batch:
    renamed = RenameOperator(RenameOperatorConfig(mapping={"image": "picture"}))(batch)
    return grey(renamed)  # E: datarax-field: no field "image"
