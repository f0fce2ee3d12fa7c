"""Operators for the command `check`, good and bad ones."""

import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Bool, Float

from datarax_typed import (
    CompositeOperatorModule,
    CrossModalOperator,
    CrossModalOperatorConfig,
    ModalityOperator,
    ModalityOperatorConfig,
    chain,
)
from datarax_typed.protocols import PyTree

IMAGE = ModalityOperatorConfig(field_key="image")
A_NUMBER = 3


class Gain(ModalityOperator[ModalityOperatorConfig]):
    def __init__(
        self,
        config: ModalityOperatorConfig,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        self.bias = nnx.Param(jnp.zeros((), jnp.float32))
        self.gain = nnx.Param(jnp.ones(3, jnp.float32))

    def transform(self, image: Float[Array, "h w 3"]) -> Float[Array, "h w 3"]:
        return image * self.gain[...][None, None, :] + self.bias[...]


class Transpose(ModalityOperator[ModalityOperatorConfig]):
    def transform(self, image: Float[Array, "h w c"]) -> Float[Array, "h w c"]:
        return jnp.swapaxes(image, 0, 1)  # type: ignore[datarax-shape]  # as it is meant: it is to be refused


class Tile(ModalityOperator[ModalityOperatorConfig]):
    def transform(self, image: Float[Array, "h w c"]) -> Float[Array, "2*h w c"]:
        return jnp.concatenate([image, image])


class Quarters(ModalityOperator[ModalityOperatorConfig]):
    def transform(self, image: Float[Array, "h w c"]) -> Float[Array, "h w c"]:
        return image.reshape(4, 4, -1)


class CutOut(CrossModalOperator):
    def transform(
        self, image: Float[Array, "h w c"], mask: Bool[Array, "h w"]
    ) -> Float[Array, "h w c"]:
        return jnp.where(mask[..., None], image, jnp.zeros_like(image))


class Plain:
    """An operator that inherits nothing of ours."""

    def apply_batch(self, batch: PyTree, stats: PyTree = None) -> PyTree:
        return batch

    def output_spec(self, input_spec: PyTree) -> PyTree:
        return {**input_spec, "copy": input_spec["image"]}


def cut_out() -> CutOut:
    config = CrossModalOperatorConfig(input_fields=["image", "mask"], output_fields=["object"])
    return CutOut(config)


good = chain(Gain(IMAGE, name="colours"), chain(Tile(IMAGE), Plain()))
crashing = Quarters(IMAGE)


def swapped() -> CompositeOperatorModule:
    return chain(Gain(IMAGE), chain(Transpose(IMAGE)))


def refused_config() -> Gain:
    return Gain(ModalityOperatorConfig(field_key="", clip_range=(1.0, 0.0)))  # type: ignore[datarax-config]  # refused, as it should be


def needs_an_argument(size: int) -> int:
    return size


def returns_a_number() -> int:
    return A_NUMBER
