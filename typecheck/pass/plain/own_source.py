"""A data source and an iterator with a state: conforming is enough."""

from collections.abc import Iterator
from typing import Any, TypedDict, assert_type

import jax
import jax.numpy as jnp
from jax import Array
from jaxtyping import Float

from datarax_typed import Batch, CheckpointableIterator, DataSource, Element, PyTree


class Tone(TypedDict):
    audio: Float[Array, "samples"]


class Tones:
    def element_spec(self) -> PyTree:
        return {"audio": jax.ShapeDtypeStruct((8,), jnp.float32)}

    def __len__(self) -> int:
        return 5

    def __getitem__(self, index: int) -> Element[Tone]:
        return Element(Tone(audio=jnp.sin(jnp.arange(8.0) * index)))


class Reader:
    """Goes through a source in batches."""

    def __init__(self, source: DataSource[Element[Tone]], size: int) -> None:
        self.source, self.size, self.position = source, size, 0

    def __iter__(self) -> "Reader":
        return self

    def __next__(self) -> Batch[Tone]:
        rows = range(self.position, min(self.position + self.size, len(self.source)))
        if not rows:
            raise StopIteration
        self.position = rows.stop
        return Batch.stack([self.source[row] for row in rows], index=rows, pad_to=self.size)

    def get_state(self) -> dict[str, Any]:
        return {"position": self.position}

    def set_state(self, state: dict[str, Any]) -> None:
        self.position = state["position"]


def resumed(
    reader: CheckpointableIterator[Batch[Tone]], state: dict[str, Any]
) -> Iterator[Batch[Tone]]:
    reader.set_state(state)
    return reader


source: DataSource[Element[Tone]] = Tones()
assert_type(source[1].data["audio"], Array)
assert_type(next(Reader(source, 2)), Batch[Tone])
assert [len(batch.elements()) for batch in resumed(Reader(source, 2), {"position": 2})] == [2, 1]
