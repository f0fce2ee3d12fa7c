"""Three mistakes, planted to show the errors that a user gets."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from flax import nnx

from datarax_typed.core.element_batch import Batch
from datarax_typed.demo.data import Scene
from datarax_typed.demo.pipeline import pipeline
from datarax_typed.demo.training import Trainer, bit_equal
from datarax_typed.errors import DataraxError
from datarax_typed.operators.image import RotationOperatorConfig
from datarax_typed.protocols import State


class Mistake(NamedTuple):
    """A mistake and what came of it.

    Attributes:
        title: what is wrong, in a few words.
        noticed: when it was noticed.
        error: the error.
    """

    title: str
    noticed: str
    error: DataraxError


def mistakes(trainer: Trainer, batch: Batch[Scene], checkpoint: State) -> Iterator[Mistake]:
    """Make three mistakes.

    Args:
        trainer: a trained one.
        batch: any of its batches.
        checkpoint: a state of the trainer.

    Raises:
        AssertionError: a mistake went through, or left something half-changed.
    """
    yield Mistake("a config that breaks its rules", "when it is built", _error(_bad_config))
    grey = {**batch.data, "image": batch.data["image"][..., 0]}
    error = _error(lambda: trainer.pipeline(batch.replace(data=grey)))
    yield Mistake("pictures without a colour axis", "when JAX traces", error)
    yield Mistake("a checkpoint of another model", "when it is restored", _foreign(checkpoint))


def _bad_config() -> RotationOperatorConfig:
    return RotationOperatorConfig(
        field_key="image",
        auxiliary_fields=["mask", "image"],  # type: ignore[datarax-config]  # refused, as it should be
        angle_degrees_range=(30.0, -30.0),  # type: ignore[datarax-config]  # refused, as it should be
        stochastic=True,  # type: ignore[datarax-config]  # refused, as it should be
    )


def _foreign(checkpoint: State) -> DataraxError:
    other = pipeline(words=40, rngs=nnx.Rngs(params=0, augment=0))
    before = other.get_state()
    error = _error(lambda: other.set_state(checkpoint["pipeline"]))
    assert bit_equal(before, other.get_state()), "a refused checkpoint has changed something"
    return error


def _error(mistake: Callable[[], object]) -> DataraxError:
    try:
        mistake()
    except DataraxError as error:
        return error
    raise AssertionError("a mistake went through unnoticed")


__all__ = ["Mistake", "mistakes"]
