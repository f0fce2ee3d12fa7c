"""Operators and batches that several tests use."""

from typing import ClassVar

import jax
import jax.export
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float, Key

from datarax_typed.core.config import OperatorConfig
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.modality import ModalityOperator
from datarax_typed.core.operator import OperatorModule
from datarax_typed.protocols import Metadata, PyTree, Statistics


class Affine(OperatorModule):
    """Writes `apply` itself: uses every argument, and notes its traces."""

    traces: ClassVar[list[Metadata | None]] = []

    def __init__(
        self, config: OperatorConfig, *, rngs: nnx.Rngs | None = None, name: str | None = None
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        self.factor = nnx.Param(jnp.full((), 2.0, jnp.float32))
        self.training = True

    def generate_random_params(self, rng: Key[Array, ""], data_shapes: PyTree) -> PyTree:
        if not self.stochastic:
            return None
        size = data_shapes["x"][0]
        return {"shift": jax.random.uniform(rng, (size,)), "key": jax.random.split(rng, size)}

    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        self.traces.append(metadata)
        x = data["x"] * self.factor[...] if self.training else data["x"]
        if random_params is not None:
            x = x + random_params["shift"] + jax.random.uniform(random_params["key"])
        if stats is not None:
            x = x - stats["mean"]
        state = {"n": state["n"] + 1} if state else state
        metadata = metadata and {**metadata, "t": metadata["t"] * 2}
        return {**data, "x": x}, state, metadata


PLAIN = OperatorConfig()
RANDOM = OperatorConfig(stochastic=True, stream_name="noise")


def batch(size: int = 3, **parts: PyTree) -> Batch:
    data = {"x": jnp.arange(2.0 * size).reshape(size, 2), "y": jnp.zeros((size, 1))}
    return Batch(data, **parts)


def full_batch() -> Batch:
    return batch(
        state={"n": jnp.arange(3)},
        metadata={"t": jnp.arange(3.0), "path": ["a", "b", "c"], "deep": {"split": "train"}},
        valid_mask=jnp.array([True, True, False]),
        index=jnp.array([4, 5, 6]),
    )


class NoDraw(OperatorModule):
    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        return data, state, metadata


class Rotation(ModalityOperator):
    """As the reference page draws: per-element angles."""

    def generate_random_params(self, rng: Key[Array, ""], data_shapes: PyTree) -> PyTree:
        batch_size = data_shapes[self.config.field_key][0]
        return jax.random.uniform(rng, (batch_size,), minval=0, maxval=2 * jnp.pi)

    def transform(self, x: Float[Array, "n"], random_params: Float[Array, ""]) -> Float[Array, "n"]:
        return x + random_params


class Normalised(Affine):
    """The page's rare case: statistics of the batch, then `apply` by super()."""

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        return super().apply_batch(batch, {"mean": jnp.mean(batch.data["x"])})


class Pairs(OperatorModule):
    """Goes across the records, without super()."""

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        x = batch.data["x"]
        return batch.replace(data={**batch.data, "pairs": x @ x.T})
