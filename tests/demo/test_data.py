"""The records of the demo: real, complete, and the same every time."""

from collections import Counter

import numpy as np
import pytest

from datarax_typed.demo.data import MASKED, PADDING, Scenes, Vocabulary
from datarax_typed.protocols import DataSource


@pytest.fixture(scope="module")
def scenes() -> Scenes:
    return Scenes(size=24)


def test_the_source_is_one(scenes: Scenes) -> None:
    assert isinstance(scenes, DataSource)
    spec = scenes.element_spec()
    assert {name: (leaf.shape, str(leaf.dtype)) for name, leaf in spec.items()} == {
        "boxes": ((1, 4), "float32"),
        "image": ((24, 24, 3), "uint8"),
        "mask": ((24, 24), "bool"),
        "sound": ((3904,), "float32"),
        "tokens": ((9,), "int32"),
    }


def test_records_are_pictures_with_captions_and_sound(scenes: Scenes) -> None:
    assert len(scenes) == 20
    assert scenes.captions[:3] == [
        "Color image of the astronaut Eileen Collins",
        "Chelsea the cat",
        "Coffee cup",
    ]
    for record in range(len(scenes)):
        element = scenes[record]
        assert element.metadata == {"caption": scenes.captions[record]}
        assert np.ptp(np.asarray(element.data["image"])) > 20
        assert np.ptp(np.asarray(element.data["sound"])) > 0.1
    assert scenes.rate_hz == 11025


def test_captions_survive_their_numbers(scenes: Scenes) -> None:
    for record, caption in enumerate(scenes.captions):
        tokens = np.asarray(scenes[record].data["tokens"])
        assert scenes.vocabulary.decode(tokens) == caption.lower()


def test_an_epoch_has_every_record_once_in_an_order_of_its_own(scenes: Scenes) -> None:
    batches = [scenes.batch(step, 8, seed=3) for step in range(5)]
    index = np.concatenate([np.asarray(batch.index) for batch in batches])
    assert Counter(index[:20].tolist()) == Counter(range(20))
    assert Counter(index[20:].tolist()) == Counter(range(20, 40))
    assert (index[:20] != index[20:] - 20).any()


def test_a_batch_depends_on_its_arguments_alone(scenes: Scenes) -> None:
    once, again = scenes.batch(2, 8, seed=3), scenes.batch(2, 8, seed=3)
    other = scenes.batch(2, 8, seed=4)
    assert once.index is not None
    assert again.index is not None
    assert other.index is not None
    np.testing.assert_array_equal(once.index, again.index)
    assert (np.asarray(once.index) != np.asarray(other.index)).any()
    np.testing.assert_array_equal(
        once.data["image"][0], scenes[int(once.index[0]) % 20].data["image"]
    )


def test_a_vocabulary_keeps_two_numbers_for_itself() -> None:
    vocabulary = Vocabulary(["Coffee cup", "the cup"])
    assert len(vocabulary) == 5
    assert vocabulary.encode("The cup", 4).tolist() == [4, 3, PADDING, PADDING]
    assert vocabulary.decode([MASKED, 3, PADDING]) == "___ cup"
