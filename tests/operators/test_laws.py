"""Every law catches an operator that breaks it."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import pytest
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed.core.element_batch import Batch
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.protocols import PyTree, State, Statistics
from tests.operators import laws

CONFIG = ModalityOperatorConfig(field_key="x")
RANDOM = ModalityOperatorConfig(field_key="x", stochastic=True, stream_name="augment")


class Scaled(ModalityOperator):
    """Keeps every law."""

    def __init__(
        self,
        config: ModalityOperatorConfig,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        self.scale = nnx.Param(jnp.float32(2))

    def transform(self, x: Float[Array, "n"]) -> Float[Array, "n"]:
        return self.scale[...] * x


class Unlearnable(Scaled):
    def transform(self, x: Float[Array, "n"]) -> Float[Array, "n"]:
        return jax.lax.stop_gradient(self.scale[...]) * x


class Infinite(Scaled):
    def transform(self, x: Float[Array, "n"]) -> Float[Array, "n"]:
        return jnp.sqrt(self.scale[...] - 2) * x


class Lying(Scaled):
    def output_spec(self, input_spec: PyTree) -> PyTree:
        return {"x": jax.ShapeDtypeStruct((7,), jnp.float32)}


class Forgetful(Scaled):
    def set_state(self, state: State) -> None:
        pass


class Mixing(Scaled):
    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        return batch.replace(data={"x": batch.data["x"] - batch.data["x"].mean(0, keepdims=True)})


class OneKeyABatch(ModalityOperator):
    def generate_random_params(self, rng: Array, data_shapes: PyTree) -> Array:
        return jax.random.normal(rng, data_shapes["x"])

    def transform(self, x: Float[Array, "n"], random_params: Float[Array, "n"]) -> Array:
        return x + random_params


@pytest.fixture
def batch() -> Batch:
    return Batch({"x": jnp.arange(6, dtype=jnp.float32).reshape(3, 2)}, index=jnp.arange(3))


def test_an_operator_that_keeps_the_laws_passes(batch: Batch) -> None:
    laws.check_record_laws(Scaled(CONFIG), batch)


@pytest.mark.parametrize(
    ("law", "operator"),
    [
        (laws.check_gradients, Unlearnable),
        (laws.check_gradients, Infinite),
        (laws.check_spec, Lying),
        (laws.check_state, Forgetful),
        (laws.check_records, Mixing),
        (laws.check_strategies, Mixing),
    ],
)
def test_a_law_catches_who_breaks_it(
    law: Callable[[ModalityOperator[Any], Batch], None],
    operator: type[ModalityOperator[Any]],
    batch: Batch,
) -> None:
    with pytest.raises(AssertionError):
        law(operator(CONFIG), batch)


def test_random_numbers_of_a_whole_batch_are_caught(batch: Batch) -> None:
    with pytest.raises(AssertionError):
        laws.check_records(OneKeyABatch(RANDOM, rngs=nnx.Rngs(augment=0)), batch)


def test_trees_of_other_dtypes_or_values_differ() -> None:
    with pytest.raises(AssertionError, match=r"\['a'\]: float32 is not int32"):
        laws.assert_same({"a": jnp.ones(1)}, {"a": jnp.ones(1, jnp.int32)})
    with pytest.raises(AssertionError):
        laws.assert_same({"a": jnp.ones(1)}, {"a": jnp.full(1, 1.01)})
    with pytest.raises(AssertionError):
        laws.assert_same({"a": jnp.ones(1)}, {"b": jnp.ones(1)})
