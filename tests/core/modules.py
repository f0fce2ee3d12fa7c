"""Modules that several tests use, with statistics, and with arguments of every kind."""

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float, Key

from datarax_typed.core.element_batch import Batch
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.protocols import PyTree, Statistics


def mean_of(data: PyTree) -> Statistics:
    return {"mean": jnp.mean(data["x"])}


class Mean(nnx.Module):
    """Computes statistics with a parameter."""

    def __init__(self, scale: float = 1.0) -> None:
        self.scale = nnx.Param(jnp.float32(scale))

    def __call__(self, data: PyTree) -> Statistics:
        return {"mean": self.scale[...] * jnp.mean(data["x"])}


class Center(ModalityOperator):
    """Subtracts the mean that the statistics say, and notes its traces."""

    traces: ClassVar[list[Statistics | None]] = []

    def __init__(
        self,
        config: ModalityOperatorConfig,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        self.factor = nnx.Param(jnp.ones(3))

    def transform(self, x: Float[Array, "n"], stats: Statistics | None = None) -> Float[Array, "n"]:
        self.traces.append(stats)
        return x * self.factor[...] - (0.0 if stats is None else stats["mean"])


DATA = {"x": jnp.array([1.0, 2.0, 6.0])}


def center(**changes: Any) -> Center:  # arguments of the config
    Center.traces.clear()
    return Center(ModalityOperatorConfig(field_key="x", **changes))


def batch(value: float = 10.0) -> Batch:
    return Batch({"x": jnp.full((2, 3), value)})


def shifted(operator: Center) -> float:
    return float(operator(batch()).data["x"][0, 0])


class Mixture(ModalityOperator):
    """Takes constructor arguments of every kind."""

    def __init__(
        self,
        config: ModalityOperatorConfig,
        size: int,
        table: Array,
        parts: list[Center],
        *,
        named: dict[str, Center],
        weight: nnx.Param[Array],
        flag: str = "off",
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        self.table = table
        self.parts = nnx.List(parts)
        self.named = nnx.Dict(named)
        self.weight = weight
        self.flag = flag
        bias = jnp.zeros(1 if config.clip_range is None else 2)
        self.bias = nnx.Param(bias)
        self.kept = nnx.Param(jnp.zeros(size))

    def generate_random_params(self, rng: Key[Array, ""], data_shapes: PyTree) -> PyTree:
        return jax.random.uniform(rng, (data_shapes["x"][0],))

    def transform(
        self, x: Float[Array, "n"], random_params: Float[Array, ""] | None = None
    ) -> Float[Array, "n"]:
        return x + self.table + (0.0 if random_params is None else random_params)


STOCHASTIC = ModalityOperatorConfig(field_key="x", stochastic=True, stream_name="noise")


def mixture() -> Mixture:
    made = Mixture(
        STOCHASTIC,
        4,
        jnp.arange(3.0),
        [center()],
        named={"a": center()},
        weight=nnx.Param(jnp.zeros(2)),
        flag="on",
        rngs=nnx.Rngs(noise=0),
        name="mix",
    )
    made(batch())
    made.kept.set_value(jnp.ones(4))
    made.bias.set_value(jnp.full(1, 5.0))
    made.weight.set_value(jnp.ones(2))
    made.parts[0].factor.set_value(jnp.full(3, 2.0))
    made.named["a"].set_statistics({"mean": 8.0})
    made.set_statistics({"mean": 7.0})
    return made


def same(left: PyTree, right: PyTree) -> None:
    assert str(jax.tree.structure(left)) == str(jax.tree.structure(right))
    jax.tree.map(np.testing.assert_array_equal, left, right)
