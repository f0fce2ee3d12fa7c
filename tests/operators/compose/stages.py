"""Small operators of one number, to be put together by the tests."""

from typing import TypeAlias

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float, Key

from datarax_typed import Batch, ModalityOperator, ModalityOperatorConfig
from datarax_typed.protocols import PyTree, Statistics

Number: TypeAlias = Float[Array, ""]


class Scale(ModalityOperator):
    """Multiplies by a learnable factor."""

    def __init__(
        self, config: ModalityOperatorConfig, *, factor: float = 2.0, name: str | None = None
    ) -> None:
        super().__init__(config, name=name)
        self.factor = nnx.Param(jnp.asarray(factor, jnp.float32))

    def transform(self, value: Number) -> Number:
        return value * self.factor[...]


class Shift(ModalityOperator):
    """Adds what statistics say, or one."""

    def transform(self, value: Number, stats: dict[str, Number] | None = None) -> Number:
        return value + (1.0 if stats is None else stats["shift"])


class Noise(ModalityOperator):
    """Adds a random number, drawn a record at a time."""

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Number:
        return jax.random.normal(key)

    def transform(self, value: Number, random_params: Number) -> Number:
        return value + random_params


class BatchNoise(ModalityOperator):
    """Adds a random number, drawn from one key a batch."""

    def generate_random_params(
        self, rng: Key[Array, ""], data_shapes: PyTree
    ) -> Float[Array, " batch"]:
        return jax.random.normal(rng, data_shapes["x"])

    def transform(self, value: Number, random_params: Number) -> Number:
        return value + random_params


class Centre(ModalityOperator):
    """Takes the batch's mean off: work across elements."""

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        mean = jnp.mean(batch.data["x"])
        return super().apply_batch(batch.replace(data={**batch.data, "x": batch.data["x"] - mean}))

    def transform(self, value: Number) -> Number:
        return value


class Norm(ModalityOperator):
    """Needs a vector, which a number is not."""

    def transform(self, value: Float[Array, " dim"]) -> Number:
        return jnp.sum(value * value)


class Foreign:
    """Fulfils the protocol, and inherits nothing of ours."""

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        return batch.replace(data={**batch.data, "y": batch.data["x"] * 10.0})

    def output_spec(self, input_spec: PyTree, /) -> PyTree:
        return {**input_spec, "y": input_spec["x"]}


def config(**changes: PyTree) -> ModalityOperatorConfig:
    return ModalityOperatorConfig(**{"field_key": "x", **changes})


def random_config() -> ModalityOperatorConfig:
    return config(stochastic=True, stream_name="noise")


def numbers(*values: float, **attributes: PyTree) -> Batch:
    return Batch({"x": jnp.array(values, jnp.float32)}, **attributes)
