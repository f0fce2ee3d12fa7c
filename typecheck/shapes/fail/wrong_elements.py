"""Schemas of elements: fields passed on, and operators that cannot take what a batch has."""

from dataclasses import dataclass, field
from typing import NotRequired, TypedDict

import jax.numpy as jnp
from handed_over import first_image
from jaxtyping import Array, Bool, Float, Float32, Int, UInt8

from datarax_typed import (
    Batch,
    BrightnessOperator,
    BrightnessOperatorConfig,
    ContrastOperator,
    ContrastOperatorConfig,
    CrossModalOperator,
    CrossModalOperatorConfig,
    DropOperator,
    DropOperatorConfig,
    Element,
    GainOperator,
    GainOperatorConfig,
    GrayscaleOperator,
    GrayscaleOperatorConfig,
    HorizontalFlipOperator,
    HorizontalFlipOperatorConfig,
    ModalityOperator,
    ModalityOperatorConfig,
    MultiModalOperator,
    CompositeOperatorConfig,
    NormalizeOperator,
    NormalizeOperatorConfig,
    PadToOperator,
    PadToOperatorConfig,
    RenameOperator,
    RenameOperatorConfig,
    ResizeOperator,
    ResizeOperatorConfig,
    ToFloatOperator,
    ToFloatOperatorConfig,
)


class Photo(TypedDict):
    """What a photograph has."""

    image: Float[Array, "h w 3"]
    mask: Bool[Array, "h w"]
    label: Int[Array, ""]


class Raw(TypedDict):
    """As it is read."""

    image: UInt8[Array, "h w 3"]


class Grey(TypedDict):
    """Without colours."""

    image: Float[Array, "h w 1"]
    caption: NotRequired[Int[Array, "tokens"]]


class Clip(TypedDict):
    """A sound and what is said in it."""

    waveform: Float[Array, "time channels"]
    transcript: Int[Array, "tokens"]
    speaker: Float32[Array, "64"]


class Views(TypedDict):
    """One schema within another."""

    left: Photo
    right: Photo


@dataclass(frozen=True)
class PatchConfig(ModalityOperatorConfig):
    """Configuration of `Patch`."""

    size: int = field(default=16, kw_only=True)


class Patch(ModalityOperator[PatchConfig]):
    """Takes images of one size."""

    def transform(self, image: Float[Array, "224 224 3"]) -> Float[Array, "196 768"]:
        return image.reshape(14, 16, 14, 16, 3).transpose(0, 2, 1, 3, 4).reshape(196, 768)


class Pair(CrossModalOperator):
    """Compares two embeddings of one width."""

    def transform(self, image: Float[Array, "d"], text: Float[Array, "d"]) -> Float[Array, ""]:
        return jnp.vdot(image, text)


class Embeddings(TypedDict):
    """Of two widths."""

    image: Float[Array, "512"]
    text: Float[Array, "768"]
    ids: Int[Array, "n"]


def grey(image: Float[Array, "h w 3"]) -> Float[Array, "h w"]:
    return image.mean(axis=-1)


def masked(image: Float[Array, "h w c"], mask: Bool[Array, "h w"]) -> Float[Array, "h w c"]:
    return image * mask[..., None]


# 1: fields passed on
def field_of_another_rank(photo: Photo) -> Array:
    return grey(photo["mask"])  # E: datarax-dtype: image: expected Float[Array, "h w 3"]


def field_of_another_size(photo: Grey) -> Array:
    return grey(photo["image"])  # E: datarax-shape: image: expected Float[Array, "h w 3"]


def field_of_another_dtype(photo: Raw) -> Array:
    return grey(photo["image"])  # E: datarax-dtype: image: expected Float[Array, "h w 3"]


def field_of_a_label(photo: Photo) -> Array:
    return masked(photo["image"], photo["label"])  # E: datarax-dtype: mask: expected Bool[Array, "h w"]


def fields_swapped(photo: Photo) -> Array:
    return masked(mask=photo["mask"].T, image=photo["image"].mean(axis=2))  # E: datarax-shape: image: expected Float[Array, "h w c"]


def field_bound_to_a_name(clip: Clip) -> Array:
    waveform = clip["waveform"]
    return grey(waveform)  # E: datarax-shape: image: expected Float[Array, "h w 3"]


def field_of_a_field(views: Views) -> Array:
    return masked(views["left"]["image"], views["right"]["label"])  # E: datarax-dtype: mask: expected


def field_of_an_element(element: Element[Photo]) -> Array:
    return grey(element.data["mask"])  # E: datarax-dtype: image: expected Float[Array, "h w 3"]


def field_of_a_made_one(image: Float[Array, "h w 3"], mask: Bool[Array, "h w"]) -> Array:
    photo: Photo = {"image": image, "mask": mask, "label": jnp.asarray(0)}
    return masked(photo["image"], photo["image"])  # E: datarax-dtype: mask: expected


# 2: a schema has no such field
def misspelt(batch: Batch[Photo]) -> Batch:
    return BrightnessOperator(BrightnessOperatorConfig(field_key="imgae"))(batch)  # E: datarax-field: no field "imgae"


def of_another_schema(batch: Batch[Photo]) -> Batch:
    louder = GainOperator(GainOperatorConfig(field_key="waveform"))
    return louder(batch)  # E: datarax-field: no field "waveform"


def plural(batch: Batch[Photo]) -> Batch:
    flip = HorizontalFlipOperator(HorizontalFlipOperatorConfig(field_key="images"))
    return flip(batch)  # E: datarax-field: no field "images"


def within_a_field(batch: Batch[Views]) -> Batch:
    brighter = BrightnessOperator(BrightnessOperatorConfig(field_key="left.imag"))
    return brighter(batch)  # E: datarax-field: no field "left.imag"


def auxiliary(batch: Batch[Photo]) -> Batch:
    config = HorizontalFlipOperatorConfig(field_key="image", auxiliary_fields=["masks"])
    return HorizontalFlipOperator(config)(batch)  # E: datarax-field: no field "masks"


def of_two_fields(batch: Batch[Embeddings]) -> Batch:
    config = CrossModalOperatorConfig(input_fields=["image", "txt"], output_fields=["score"])
    return Pair(config)(batch)  # E: datarax-field: no field "txt"


def of_a_config_by_name(batch: Batch[Clip]) -> Batch:
    config = PadToOperatorConfig(field_key="transcipt", length=128)
    operator = PadToOperator(config)
    return operator(batch)  # E: datarax-field: no field "transcipt"


def of_one_operator_among_two(batch: Batch[Photo]) -> Batch:
    flip = HorizontalFlipOperator(HorizontalFlipOperatorConfig(field_key="image"))
    contrast = ContrastOperator(ContrastOperatorConfig(field_key="img"))
    return contrast(flip(batch))  # E: datarax-field: no field "img"


def of_several_modalities(batch: Batch[Clip]) -> Batch:
    operators = MultiModalOperator(
        CompositeOperatorConfig(strategy="parallel"),
        {
            "waveform": Mono(ModalityOperatorConfig(field_key="waveform")),
            "text": PadToOperator(PadToOperatorConfig(field_key="text", length=128)),
        },
    )
    return operators(batch)  # E: datarax-field: no field "text"


class Mono(ModalityOperator):
    """Takes a sound of several channels."""

    def transform(self, waveform: Float[Array, "time channels"]) -> Float[Array, "time"]:
        return waveform.mean(axis=1)


# 3: the transform cannot take the field
def of_a_mask(batch: Batch[Photo]) -> Batch:
    brighter = BrightnessOperator(BrightnessOperatorConfig(field_key="mask"))
    return brighter(batch)  # E: datarax-dtype: needs mask


def of_integers(batch: Batch[Raw]) -> Batch:
    return BrightnessOperator(BrightnessOperatorConfig(field_key="image"))(batch)  # E: datarax-dtype: needs image


def of_grey_images(batch: Batch[Grey]) -> Batch:
    return GrayscaleOperator(GrayscaleOperatorConfig(field_key="image"))(batch)  # E: datarax-shape: needs image


def of_other_channels(batch: Batch[Photo]) -> Batch:
    normalize = NormalizeOperator(NormalizeOperatorConfig(field_key="image", mean=(0.5,), std=(0.5,)))
    return normalize(batch)  # E: datarax-shape: needs image


def of_stereo(batch: Batch[Clip]) -> Batch:
    return GainOperator(GainOperatorConfig(field_key="waveform"))(batch)  # E: datarax-shape: needs waveform


def of_a_speaker(batch: Batch[Clip]) -> Batch:
    config = PadToOperatorConfig(field_key="speaker", length=128)
    return PadToOperator(config)(batch)  # E: datarax-dtype: needs speaker


def of_a_label(batch: Batch[Photo]) -> Batch:
    return ResizeOperator(ResizeOperatorConfig(field_key="label", size=(32, 32)))(batch)  # E: datarax-dtype: needs label


def of_text(batch: Batch[Clip]) -> Batch:
    to_float = ToFloatOperator(ToFloatOperatorConfig(field_key="transcript"))
    return to_float(batch)  # E: datarax-shape: needs transcript


def of_two_widths(batch: Batch[Embeddings]) -> Batch:
    config = CrossModalOperatorConfig(input_fields=["image", "text"], output_fields=["score"])
    return Pair(config)(batch)  # E: datarax-shape: needs text


def of_whole_numbers(batch: Batch[Embeddings]) -> Batch:
    config = CrossModalOperatorConfig(input_fields=["image", "ids"], output_fields=["score"])
    return Pair(config)(batch)  # E: datarax-dtype: needs ids


def of_another_size(batch: Batch[Photo]) -> Batch:
    resized = ResizeOperator(ResizeOperatorConfig(field_key="image", size=(192, 192)))(batch)
    return Patch(PatchConfig(field_key="image"))(resized)  # E: datarax-shape: needs image


def of_a_grey_result(batch: Batch[Photo]) -> Batch:
    grey_batch = GrayscaleOperator(GrayscaleOperatorConfig(field_key="image"))(batch)
    return GrayscaleOperator(GrayscaleOperatorConfig(field_key="image"))(grey_batch)  # E: datarax-shape: needs image


# 4: methods of an operator that is known
patch = Patch(PatchConfig(field_key="image"))
resize = ResizeOperator(ResizeOperatorConfig(field_key="image", size=(64, 48)))


def transform_of_another_rank() -> Array:
    return patch.transform(jnp.zeros((224, 224)))  # E: datarax-shape: image: expected Float[Array, "224 224 3"]


def transform_of_a_local_operator(image: Float[Array, "h w 1"]) -> Array:
    local = Patch(PatchConfig(field_key="image"))
    return local.transform(image)  # E: datarax-shape: axis 2 is 1, not 3


def transform_of_two() -> Array:
    config = CrossModalOperatorConfig(input_fields=["image", "text"], output_fields=["score"])
    return Pair(config).transform(jnp.zeros(3), jnp.zeros(4))  # E: datarax-shape: text: expected Float[Array, "d"]


def result_of_a_transform(image: Float[Array, "h w 3"]) -> Array:
    return patch.transform(resize.transform(image))  # E: datarax-shape: axis 0 is 64, not 224


# 5: a row of what an operator gives
def row_of_a_result(batch: Batch[Photo]) -> Array:
    grey_batch = GrayscaleOperator(GrayscaleOperatorConfig(field_key="image"))(batch)
    return grey(grey_batch[0].data["image"])  # E: datarax-shape: image: expected Float[Array, "h w 3"], got Float[Array, "h w 1"]


# 6: schemas that a batch is handed over with
def without_a_field(batch: Batch[Photo]) -> Array:
    dropped = DropOperator(DropOperatorConfig(fields=["image"]))(batch)
    return first_image(dropped)  # E: datarax-field: first_image: batch: expected a field "image" (available: "mask", "label")


def with_a_field_of_another_name(batch: Batch[Photo]) -> Array:
    rename = RenameOperator(RenameOperatorConfig(mapping={"image": "picture"}))
    return first_image(rename(batch))  # E: datarax-field: first_image: batch: expected a field "image"
