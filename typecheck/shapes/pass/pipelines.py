"""Operators and batches that fit."""

from dataclasses import dataclass, field
from typing import Final, NotRequired, TypedDict

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Bool, Float, Int, Shaped, UInt8

from datarax_typed import (
    Batch,
    BrightnessOperator,
    BrightnessOperatorConfig,
    CompositeOperatorConfig,
    CompositeOperatorModule,
    CrossModalOperator,
    CrossModalOperatorConfig,
    DropOperator,
    DropOperatorConfig,
    Element,
    EmbedOperator,
    EmbedOperatorConfig,
    FusionOperator,
    GrayscaleOperator,
    GrayscaleOperatorConfig,
    HorizontalFlipOperator,
    HorizontalFlipOperatorConfig,
    ModalityOperator,
    ModalityOperatorConfig,
    MultiModalOperator,
    NormalizeOperator,
    NormalizeOperatorConfig,
    OperatorConfig,
    OperatorModule,
    PadToOperator,
    PadToOperatorConfig,
    PyTree,
    RenameOperator,
    RenameOperatorConfig,
    ResizeOperator,
    ResizeOperatorConfig,
    SelectOperator,
    SelectOperatorConfig,
    Statistics,
    ToFloatOperator,
    ToFloatOperatorConfig,
    TruncateOperator,
    TruncateOperatorConfig,
    chain,
)

MEAN: Final = (0.485, 0.456, 0.406)
STD: Final = (0.229, 0.224, 0.225)


class Photo(TypedDict):
    image: Float[Array, "h w 3"]
    tokens: Int[Array, "n"]
    mask: Bool[Array, "h w"]


class Raw(TypedDict):
    image: UInt8[Array, "h w 3"]
    caption: NotRequired[Int[Array, "n"]]


class Embeddings(TypedDict):
    image: Float[Array, "64"]
    text: Float[Array, "64"]


class Views(TypedDict):
    left: Photo
    right: Photo


class Patches(ModalityOperator):
    def transform(self, image: Float[Array, "32 32 c"]) -> Float[Array, "16 64*c"]:
        c = image.shape[2]
        return image.reshape(4, 8, 4, 8, c).swapaxes(1, 2).reshape(16, 64 * c)


class Positions(ModalityOperator):
    def transform(self, tokens: Int[Array, "77"]) -> Int[Array, "77"]:
        return tokens + jnp.arange(77)


grey = GrayscaleOperator(GrayscaleOperatorConfig(field_key="image"))
normalize = NormalizeOperator(NormalizeOperatorConfig(field_key="image", mean=MEAN, std=STD))
one_channel = NormalizeOperator(NormalizeOperatorConfig(field_key="image", mean=(0.5,), std=(0.2,)))
resize = ResizeOperator(ResizeOperatorConfig(field_key="image", size=(32, 32)))
flip = HorizontalFlipOperator(HorizontalFlipOperatorConfig(field_key="image", auxiliary_fields=["mask"]))
brighter = BrightnessOperator(BrightnessOperatorConfig(field_key="image", delta=0.1))
to_float = ToFloatOperator(ToFloatOperatorConfig(field_key="image"))
pad = PadToOperator(PadToOperatorConfig(field_key="tokens", length=128))
truncate = TruncateOperator(TruncateOperatorConfig(field_key="tokens", length=77))
patches = Patches(ModalityOperatorConfig(field_key="image"))


# 1: one operator
def one(batch: Batch[Photo]) -> Batch:
    return grey(batch)


# 2: a chain that keeps what the next one needs
def normalized(batch: Batch[Photo]) -> Batch:
    return chain(flip, resize, normalize, grey, one_channel)(batch)


# 3: three channels of grey
def three_channels(batch: Batch[Photo]) -> Batch:
    three = GrayscaleOperator(GrayscaleOperatorConfig(field_key="image", num_output_channels=3))
    return chain(three, normalize)(batch)


# 4: a result elsewhere leaves the image alone
def elsewhere(batch: Batch[Photo]) -> Batch:
    to_grey = GrayscaleOperator(GrayscaleOperatorConfig(field_key="image", target_key="grey"))
    lighter = BrightnessOperator(BrightnessOperatorConfig(field_key="grey"))
    return chain(to_grey, normalize, lighter)(batch)


# 5: integers become floats first
def from_integers(batch: Batch[Raw]) -> Batch:
    return chain(to_float, brighter, normalize)(batch)


# 6: a size that an operator of one's own needs
def sized(batch: Batch[Photo]) -> Batch:
    return chain(resize, patches)(batch)


# 7: padded, then cut
def padded_then_cut(batch: Batch[Photo]) -> Batch:
    positions = Positions(ModalityOperatorConfig(field_key="tokens"))
    return chain(pad, truncate, positions)(batch)


# 8: a composition side by side: each takes the same input
def side_by_side(batch: Batch[Photo]) -> Batch:
    config = CompositeOperatorConfig(strategy="parallel")
    to_grey = GrayscaleOperator(GrayscaleOperatorConfig(field_key="image", target_key="grey"))
    return CompositeOperatorModule(config, [to_grey, normalize])(batch)


# 9: results that are averaged
def ensemble(batch: Batch[Photo]) -> Batch:
    config = CompositeOperatorConfig(strategy="ensemble")
    return CompositeOperatorModule(config, [brighter, normalize])(batch)


# 10: one operator a field
def by_field(batch: Batch[Photo]) -> Batch:
    config = CompositeOperatorConfig(strategy="parallel")
    return MultiModalOperator(config, {"image": brighter, "tokens": pad})(batch)


# 11: a list of stages that is not known
def of_a_list(batch: Batch[Photo], is_grey: bool) -> Batch:
    stages: list[ModalityOperator] = [resize]
    if is_grey:
        stages.append(grey)
    return CompositeOperatorModule(CompositeOperatorConfig(), stages)(batch)


# 12: a stage that is chosen
def chosen(batch: Batch[Photo], is_grey: bool) -> Batch:
    last = one_channel if is_grey else normalize
    first = grey if is_grey else brighter
    return chain(first, last)(batch)


# 13: fields that are dropped, renamed and selected
def fields(batch: Batch[Photo]) -> Batch:
    rename = RenameOperator(RenameOperatorConfig(mapping={"image": "picture"}))
    brighter_picture = BrightnessOperator(BrightnessOperatorConfig(field_key="picture"))
    drop = DropOperator(DropOperatorConfig(fields=["mask"]))
    select = SelectOperator(SelectOperatorConfig(fields=["picture"]))
    return chain(drop, rename, brighter_picture, select)(batch)


# 14: a name that two fields swap
def swapped(batch: Batch[Embeddings]) -> Batch:
    return RenameOperator(RenameOperatorConfig(mapping={"image": "text", "text": "image"}))(batch)


# 15: nested fields
def nested(batch: Batch[Views]) -> Batch:
    left = BrightnessOperator(BrightnessOperatorConfig(field_key="left.image"))
    right = GrayscaleOperator(GrayscaleOperatorConfig(field_key="right.image"))
    return chain(left, right)(batch)


# 16: several fields to one
def fused(batch: Batch[Embeddings]) -> Batch:
    config = CrossModalOperatorConfig(input_fields=["image", "text"], output_fields=["both"])
    return FusionOperator(config, mode="concat")(batch)


# 17: an operator across modalities of one's own
class Pair(CrossModalOperator):
    def transform(self, image: Float[Array, "d"], text: Float[Array, "d"]) -> Float[Array, ""]:
        return jnp.vdot(image, text)


def compared(batch: Batch[Embeddings]) -> Batch:
    config = CrossModalOperatorConfig(input_fields=["image", "text"], output_fields=["score"])
    return Pair(config)(batch)


# 18: data has the batch axis; a schema does not
def means(images: Float[Array, "b h w 3"]) -> Float[Array, "b"]:
    return images.mean(axis=(1, 2, 3))


def of_the_batch(batch: Batch[Photo]) -> Float[Array, "b"]:
    return means(batch.data["image"]) + batch.data["mask"].mean(axis=(1, 2))


# 19: an element does not have it
def mean(image: Float[Array, "h w 3"]) -> Float[Array, ""]:
    return image.mean()


def of_an_element(element: Element[Photo]) -> Float[Array, ""]:
    return mean(element.data["image"])


# 20: an element of a batch
def of_a_row(batch: Batch[Photo]) -> Float[Array, ""]:
    return mean(batch[0].data["image"])


# 21: a batch without a schema
def without_a_schema(batch: Batch[Photo]) -> Batch:
    untold: Batch = batch
    return BrightnessOperator(BrightnessOperatorConfig(field_key="image"))(grey(untold))


# 22: a field that need not be there
def not_required(batch: Batch[Raw]) -> Batch:
    return PadToOperator(PadToOperatorConfig(field_key="caption", length=128))(batch)


# 23: a field key that is not known
def unknown_key(batch: Batch[Photo], key: str = "image") -> Batch:
    return BrightnessOperator(BrightnessOperatorConfig(field_key=key))(batch)


# 24: a size that is not known
def unknown_size(batch: Batch[Photo], size: int = 32) -> Batch:
    config = ResizeOperatorConfig(field_key="image", size=(size, size))
    return chain(ResizeOperator(config), patches)(batch)


# 25: an operator that writes its own apply
class Adds(OperatorModule):
    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: dict[str, object] | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, dict[str, object] | None]:
        return {**data, "light": data["image"] + 1}, state, metadata


def with_an_own_apply(batch: Batch[Photo]) -> Batch:
    light = BrightnessOperator(BrightnessOperatorConfig(field_key="light"))
    return chain(Adds(OperatorConfig()), light)(batch)


# 26: sizes that come from a config
@dataclass(frozen=True)
class BandsConfig(ModalityOperatorConfig):
    bands: int = field(default=8, kw_only=True)


class Bands(ModalityOperator[BandsConfig]):
    def transform(self, value: Float[Array, "n"]) -> Float[Array, "{self.config.bands} n"]:
        return jnp.broadcast_to(value, (self.config.bands, value.shape[0]))


class Eight(ModalityOperator):
    def transform(self, value: Float[Array, "8 n"]) -> Float[Array, "n"]:
        return value.sum(axis=0)


def of_a_config(batch: Batch[Embeddings]) -> Batch:
    bands = Bands(BandsConfig(field_key="text"))
    return chain(bands, Eight(ModalityOperatorConfig(field_key="text")))(batch)


# 27: embedded tokens
def embedded(batch: Batch[Photo]) -> Batch:
    config = EmbedOperatorConfig(field_key="tokens", vocab_size=100, features=16)
    return chain(truncate, EmbedOperator(config, rngs=nnx.Rngs(0)))(batch)


# 28: a chain within a chain
def chains(batch: Batch[Photo]) -> Batch:
    first = chain(resize, brighter, name="first")
    return chain(first, chain(normalize, grey))(batch)


# 29: a new batch, and one with other data
def replaced(batch: Batch[Photo]) -> Batch:
    images = batch.data["image"]
    new = batch.replace(data={"image": images[..., :1], "more": images})
    return one_channel(new)


# 30: made of arrays
def made() -> Batch:
    batch = Batch({"image": jnp.zeros((2, 32, 32, 3)), "tokens": jnp.zeros((2, 5), jnp.int32)})
    return chain(patches, pad)(batch)


# 31: compiled
def compiled(batch: Batch[Photo]) -> Float[Array, "b"]:
    def step(images: Shaped[Array, "b h w c"]) -> Float[Array, "b"]:
        return images.mean(axis=(1, 2, 3))

    result: Float[Array, "b"] = jax.jit(step)(normalize(batch).data["image"])
    return result


# 32: methods of an operator that is known
def transformed(image: Float[Array, "h w 3"]) -> Float[Array, "32 32 3"]:
    small: Float[Array, "32 32 3"] = resize.transform(image)
    return small


# 33: fields that may be missing are asked for
def if_there(batch: Batch[Photo]) -> Batch:
    subtitle = TruncateOperator(TruncateOperatorConfig(field_key="subtitle", length=4))
    return subtitle(batch) if "subtitle" in batch.data else batch


# 34: a row of what an operator gives
def row_of_a_result(batch: Batch[Photo], row: int = 0) -> Array:
    return one_channel.transform(grey(batch)[row].data["image"]) + mean(resize(batch)[-1].data["image"])


# 35: a batch with more fields than are asked for, and one whose fields come and go
class Picture(TypedDict):
    picture: Float[Array, "h w c"]
    caption: NotRequired[Int[Array, "n"]]


def of_pictures(batch: Batch[Picture]) -> Array:
    return batch.data["picture"].mean()


def renamed(batch: Batch[Photo]) -> Array:
    rename = RenameOperator(RenameOperatorConfig(mapping={"image": "picture"}))
    again = RenameOperator(RenameOperatorConfig(mapping={"picture": "image"}))
    return of_pictures(rename(batch)) + of_pictures(rename(grey(again(rename(batch)))))
