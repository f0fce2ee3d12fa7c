"""Batches made and changed in ways that they do not have."""

from typing import TypedDict

import jax.numpy as jnp
from jax import Array
from jaxtyping import Float

from datarax_typed import Batch, Element


class Photo(TypedDict):
    image: Float[Array, "h w c"]


class Sound(TypedDict):
    audio: Float[Array, "samples"]


photo = Photo(image=jnp.ones((4, 4, 3)))
batch = Batch.stack([Element(photo)])


def changes() -> Batch[Photo]:
    batch.replace(date=photo)  # E: call-overload: "replace" of "Batch"
    batch.replace(index=3)  # E: call-overload: No overload variant of "replace" of "Batch" matches argument type
    batch.replace(metadata=["a.png"])  # E: call-overload: No overload variant of "replace" of "Batch" matches argument type
    batch.data = photo  # E: misc: Property "data" defined in "Batch" is read-only
    Batch.stack([photo])  # E: arg-type: incompatible type "list[Photo]"; expected "Sequence[Element[Never]]"
    Batch.stack([Element(photo)], pad_to="2")  # E: arg-type: incompatible type "str"; expected "int | None"
    batch["image"]  # E: index: Invalid index type "str" for "Batch[Photo]"; expected type "SupportsIndex"
    len(batch[0])  # E: arg-type: incompatible type "Element[Photo]"; expected "Sized"
    kept: Batch[Sound] = batch.replace(index=None)  # E: assignment: expression has type "Batch[Photo]", variable has type "Batch[Sound]"
    return batch.replace(data=Sound(audio=jnp.ones((1, 8))))  # E: arg-type: incompatible type "Sound"; expected "Photo"
