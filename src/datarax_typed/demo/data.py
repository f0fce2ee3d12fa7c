"""The records of the demo: picture, mask, box, caption and a clip of sound."""

from collections.abc import Iterable
from typing import Final, TypedDict

import jax
import numpy as np
from jaxtyping import Array, Bool, Float, Int, UInt8

from datarax_typed.core.element_batch import Batch, Element
from datarax_typed.demo.pictures import load_pictures
from datarax_typed.demo.sound import cut, read_recording, recording_path
from datarax_typed.protocols import PyTree

PADDING: Final = 0
MASKED: Final = 1
FRAME: Final = 64


class Scene(TypedDict):
    """One record's fields."""

    image: UInt8[Array, "h w 3"]
    mask: Bool[Array, "h w"]
    boxes: Float[Array, "boxes 4"]
    tokens: Int[Array, " words"]
    sound: Float[Array, " samples"]


class Vocabulary:
    """Words and their numbers; 0 is padding and 1 a hidden word.

    Args:
        captions: texts that have all words.
    """

    def __init__(self, captions: Iterable[str]) -> None:
        words = sorted({word for caption in captions for word in split(caption)})
        self.words: list[str] = ["", "___", *words]
        self._numbers = {word: number for number, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.words)

    def encode(self, caption: str, length: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        """Return the numbers of a caption's words, padded to a length."""
        numbers = [self._numbers[word] for word in split(caption)]
        return np.array(numbers + [PADDING] * (length - len(numbers)), dtype=np.int32)

    def decode(self, tokens: Iterable[int]) -> str:
        """Return the words of numbers, padding left out."""
        return " ".join(self.words[int(token)] for token in tokens if int(token) != PADDING)


def split(caption: str) -> list[str]:
    """Return the words of a caption, in small letters."""
    return caption.lower().split()


class Scenes:
    """All records, as a `DataSource`: by position, each an `Element` of the schema `Scene`.

    Args:
        size: pixels a side of the pictures.
    """

    def __init__(self, size: int = 64) -> None:
        pictures = list(load_pictures(size))
        self.captions: list[str] = [picture.caption for picture in pictures]
        self.vocabulary: Vocabulary = Vocabulary(self.captions)
        self.words: int = max(len(split(caption)) for caption in self.captions)
        samples, rate_hz = read_recording(recording_path())
        self.rate_hz: int = rate_hz
        clips = cut(samples, len(pictures), FRAME)
        self._elements = [
            self._element(*picture, clip) for picture, clip in zip(pictures, clips, strict=True)
        ]

    def _element(
        self, caption: str, image: PyTree, mask: PyTree, boxes: PyTree, sound: PyTree
    ) -> Element[Scene]:
        fields: PyTree = {
            "image": image,
            "mask": mask,
            "boxes": boxes,
            "tokens": self.vocabulary.encode(caption, self.words),
            "sound": sound,
        }
        scene: Scene = jax.tree.map(jax.numpy.asarray, fields)
        return Element(scene, metadata={"caption": caption})

    def element_spec(self) -> PyTree:
        """Return the spec of one record's data."""
        return jax.eval_shape(lambda: self._elements[0].data)

    def __len__(self) -> int:
        return len(self._elements)

    def __getitem__(self, index: int, /) -> Element[Scene]:
        """Return one record."""
        return self._elements[index]

    def batch(self, step: int, size: int, seed: int) -> Batch[Scene]:
        """Return the batch of one step of training; it depends on the arguments alone.

        Every epoch goes through all records once, in an order of its own.
        """
        stream = [self._record(place, seed) for place in range(step * size, (step + 1) * size)]
        elements = [self._elements[place % len(self)] for place in stream]
        return Batch.stack(elements, index=stream)

    def _record(self, place: int, seed: int) -> int:
        epoch, within = divmod(place, len(self))
        order = np.random.default_rng((seed, epoch)).permutation(len(self))
        return epoch * len(self) + int(order[within])


__all__ = ["FRAME", "MASKED", "PADDING", "Scene", "Scenes", "Vocabulary", "split"]
