"""Batches and operators of another schema than the one asked for."""

from typing import TypedDict

from jax import Array
from jaxtyping import Float

from datarax_typed import Batch, Element, Operator, PyTree, Statistics, chain


class Photo(TypedDict):
    image: Float[Array, "h w c"]


class Grey(TypedDict):
    grey: Float[Array, "h w"]


class Desaturate:
    def apply_batch(self, batch: Batch[Photo], stats: Statistics | None = None) -> Batch[Grey]:
        return batch.replace(data=Grey(grey=batch.data["image"].mean(axis=-1)))

    def output_spec(self, input_spec: PyTree) -> PyTree:
        return input_spec


class Blur:
    def apply_batch(self, batch: Batch[Grey], stats: Statistics | None = None) -> Batch[Grey]:
        return batch

    def output_spec(self, input_spec: PyTree) -> PyTree:
        return input_spec


def uses(operator: Operator[Photo, Grey], photos: Batch[Photo], greys: Batch[Grey]) -> None:
    operator.apply_batch(photos)
    operator.apply_batch(greys)  # E: arg-type: incompatible type "Batch[Grey]"; expected "Batch[Photo]"
    operator.apply_batch(photos[0])  # E: arg-type: incompatible type "Element[Photo]"; expected "Batch[Photo]"
    operator.apply_batch(photos).data["image"]  # E: typeddict-item: TypedDict "Grey" has no key "image"
    same: Batch[Photo] = operator.apply_batch(photos)  # E: assignment: expression has type "Batch[Grey]", variable has type "Batch[Photo]"
    Desaturate().apply_batch(greys)  # E: arg-type: incompatible type "Batch[Grey]"; expected "Batch[Photo]"
    photos.data["images"]  # E: typeddict-item: TypedDict "Photo" has no key "images"
    photos[0].data["grey"]  # E: typeddict-item: TypedDict "Photo" has no key "grey"
    fewer: Operator[Grey, Grey] = Desaturate()  # E: assignment: expression has type "Desaturate", variable has type "Operator[Grey, Grey]"
    turned: Operator[Grey, Photo] = Desaturate()  # E: assignment: expression has type "Desaturate", variable has type "Operator[Grey, Photo]"


def composes(photos: Batch[Photo], greys: Batch[Grey]) -> None:
    chain(Desaturate(), Blur())(photos)
    chain(Desaturate(), Blur())(greys)  # E: arg-type: incompatible type "Batch[Grey]"; expected "Batch[Photo]"
    chain(Blur(), Desaturate())  # E: misc: Cannot infer value of type parameter "After1T" of "chain"
    chain(Desaturate(), Blur(), Desaturate())  # E: misc: Cannot infer value of type parameter "After2T" of "chain"
    chain(Desaturate(), Blur(), Blur(), Blur(), Blur(), Desaturate())  # E: misc: Cannot infer value of type parameter "After5T" of "chain"
    chain(chain(Desaturate(), Blur()), Desaturate())  # E: misc: Cannot infer value of type parameter "After1T" of "chain"
    chain(Desaturate(), Blur())(photos).data["image"]  # E: typeddict-item: TypedDict "Grey" has no key "image"
    whole: Operator[Photo, Photo] = chain(Desaturate(), Blur())  # E: arg-type: incompatible type "Blur"; expected "Operator[Grey, Photo]"
    chain(Desaturate(), Blur)  # E: call-overload: No overload variant of "chain" matches argument type
    chain(Desaturate(), len)  # E: call-overload: No overload variant of "chain" matches argument type
    chain()  # E: call-overload: All overload variants of "chain" require at least one argument


def stacks(elements: list[Element[Photo]], greys: Batch[Grey]) -> Batch[Grey]:
    Batch.stack(greys)  # E: arg-type: incompatible type "Batch[Grey]"; expected "Sequence[Element[Never]]"
    other: Batch[Grey] = Batch.stack(elements)  # E: arg-type: incompatible type "list[Element[Photo]]"; expected "Sequence[Element[Grey]]"
    return Batch.stack(elements)  # E: arg-type: incompatible type "list[Element[Photo]]"; expected "Sequence[Element[Grey]]"
