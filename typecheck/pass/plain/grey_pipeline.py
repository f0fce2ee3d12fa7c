"""Operators of anyone's, each with the schemas of its input and output, one after the other."""

from typing import TypedDict, assert_type

import jax
import jax.numpy as jnp
from jax import Array
from jaxtyping import Float

from datarax_typed import (
    Batch,
    BrightnessOperator,
    BrightnessOperatorConfig,
    CompositeOperatorModule,
    Operator,
    PyTree,
    Statistics,
    chain,
)


class Photo(TypedDict):
    image: Float[Array, "h w c"]


class Grey(TypedDict):
    grey: Float[Array, "h w"]


class Histogram(TypedDict):
    counts: Float[Array, "bins"]


class Desaturate:
    """Conforms to Operator[Photo, Grey] by what it has."""

    def apply_batch(self, batch: Batch[Photo], stats: Statistics | None = None) -> Batch[Grey]:
        return batch.replace(data=Grey(grey=batch.data["image"].mean(axis=-1)))

    def output_spec(self, input_spec: PyTree) -> PyTree:
        image = input_spec["image"]
        return {"grey": jax.ShapeDtypeStruct(image.shape[:-1], image.dtype)}


class Count:
    def __init__(self, bins: int) -> None:
        self.bins = bins

    def apply_batch(self, batch: Batch[Grey], stats: Statistics | None = None) -> Batch[Histogram]:
        means = batch.data["grey"].mean(axis=(1, 2))
        counts = jnp.tile(means[:, None], (1, self.bins))
        return batch.replace(data=Histogram(counts=counts))

    def output_spec(self, input_spec: PyTree) -> PyTree:
        return {"counts": jax.ShapeDtypeStruct((self.bins,), jnp.float32)}


photos: Batch[Photo] = Batch(Photo(image=jnp.ones((2, 4, 4, 3))))
desaturate: Operator[Photo, Grey] = Desaturate()
brighter = BrightnessOperator(BrightnessOperatorConfig(field_key="image", delta=0.1))

whole = chain(desaturate, Count(8))
assert_type(whole, CompositeOperatorModule[Photo, Histogram])
assert_type(whole(photos), Batch[Histogram])
assert_type(whole(photos).data["counts"], Array)

# A composition is an operator, and can be a stage again.
as_operator: Operator[Photo, Histogram] = chain(chain(Desaturate()), Count(bins=2), name="counted")
assert_type(as_operator.apply_batch(photos), Batch[Histogram])

# The library's operators take batches of any schema.
assert_type(chain(brighter, Desaturate(), Count(2))(photos), Batch[Histogram])
assert whole(photos).data["counts"].shape == (2, 8)
