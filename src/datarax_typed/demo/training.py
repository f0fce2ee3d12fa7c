"""Training of operators and model together, and its state between two steps."""

import pickle
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed.core.config import DataraxModuleConfig
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.module import DataraxModule
from datarax_typed.demo.data import Scene, Scenes
from datarax_typed.demo.pipeline import pipeline
from datarax_typed.operators.compose import CompositeOperatorModule
from datarax_typed.protocols import PyTree, State

BATCH: Final = 10
# One for all: a program compiled for one optimiser serves others of the same functions alone.
_ADAM: Final = optax.adam(4e-3)


class Trainer(DataraxModule[DataraxModuleConfig]):
    """The pipeline and its optimiser: `get_state` has all that training needs to go on.

    Args:
        config: the configuration.
        words: the size of the vocabulary.
        rngs: random number generators of parameters and of augmentations.
    """

    def __init__(self, config: DataraxModuleConfig, words: int, *, rngs: nnx.Rngs) -> None:
        super().__init__(config)
        self.pipeline: CompositeOperatorModule = pipeline(words, rngs)
        self.optimizer: nnx.Optimizer[CompositeOperatorModule] = nnx.Optimizer(
            self.pipeline, _ADAM, wrt=nnx.Param
        )


def new_trainer(source: Scenes, seed: int) -> Trainer:
    """Return a trainer that has not learned anything yet."""
    rngs = nnx.Rngs(params=seed, augment=seed + 1)
    return Trainer(DataraxModuleConfig(), len(source.vocabulary), rngs=rngs)


class Step(NamedTuple):
    """What a step of training tells: its loss, and how large each parameter's gradient was."""

    loss: Float[Array, ""]
    gradients: PyTree


# Called with every step that is done.
Progress: TypeAlias = Callable[[Step], None]


@nnx.jit
def train_step(trainer: Trainer, batch: Batch[Scene]) -> Step:
    """Take one step: the loss of a batch, its gradients, and new parameters."""
    loss, gradients = nnx.value_and_grad(_loss)(trainer.pipeline, batch)
    # optax mixes floats and integers; all else holds under JAX's strict promotion too.
    with jax.numpy_dtype_promotion("standard"):
        trainer.optimizer.update(trainer.pipeline, gradients)
    sizes = jax.tree.map(jnp.linalg.norm, nnx.to_pure_dict(gradients))
    return Step(loss, sizes)


def _loss(operator: nnx.Module, batch: Batch[Scene]) -> Float[Array, ""]:
    losses: Float[Array, " batch"] = operator(batch).data["loss"]
    return jnp.mean(losses)


def train(
    trainer: Trainer, source: Scenes, steps: Iterable[int], seed: int, progress: Progress
) -> list[Step]:
    """Take the given steps, and return what each tells."""
    taken = []
    for number in steps:
        step: Step = jax.device_get(train_step(trainer, source.batch(number, BATCH, seed)))
        taken.append(step)
        progress(step)
    return taken


def save(state: State, path: Path) -> None:
    """Write a state to a file: nested dicts of NumPy arrays and numbers."""
    path.write_bytes(pickle.dumps(jax.device_get(state)))


def load(path: Path) -> State:
    """Return the state in a file that `save` wrote; a pickle of unknown origin may do harm."""
    state: State = pickle.loads(path.read_bytes())
    return state


def bit_equal(left: PyTree, right: PyTree) -> bool:
    """Return whether two trees have the same leaves, bit for bit."""
    return _bits(left) == _bits(right)


def _bits(tree: PyTree) -> tuple[object, ...]:
    leaves = [np.asarray(leaf) for leaf in jax.tree.leaves(tree)]
    parts = [(leaf.dtype, leaf.shape, leaf.tobytes()) for leaf in leaves]
    return jax.tree.structure(tree), *parts


__all__ = [
    "BATCH",
    "Step",
    "Trainer",
    "bit_equal",
    "load",
    "new_trainer",
    "save",
    "train",
    "train_step",
]
