"""Batches know the schema of their elements through all that is done with them."""

from typing import TypedDict, assert_type

import jax.numpy as jnp
from jax import Array
from jaxtyping import Float, Int

from datarax_typed import Batch, Element


class Photo(TypedDict):
    image: Float[Array, "h w c"]
    label: Int[Array, ""]


class Labelled(Photo):
    weight: Float[Array, ""]


def photo(label: int) -> Element[Photo]:
    return Element(Photo(image=jnp.ones((4, 4, 3)), label=jnp.array(label)))


def weighted(batch: Batch[Photo]) -> Batch[Labelled]:
    data = batch.data
    weight = jnp.ones(len(batch))
    return batch.replace(data=Labelled(image=data["image"], label=data["label"], weight=weight))


def mean(batch: Batch[Photo]) -> Float[Array, ""]:
    return batch.data["image"].mean()


batch = Batch.stack([photo(0), photo(1)], index=[0, 1], pad_to=4)
assert_type(batch, Batch[Photo])
assert_type(batch[0], Element[Photo])
assert_type(batch.elements(), list[Element[Photo]])
assert_type([element.data["label"] for element in batch], list[Array])
assert_type(batch.replace(index=None, state={"seen": jnp.zeros(4)}), Batch[Photo])
assert_type(weighted(batch), Batch[Labelled])

# A batch of more fields serves where fewer are asked for.
assert_type(mean(weighted(batch)), Array)
assert len(weighted(batch)) == 4
