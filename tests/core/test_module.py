"""Modules: counts, random streams, and configs that hold anything."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed.core.config import DataraxModuleConfig, OperatorConfig
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.module import DataraxModule
from datarax_typed.core.operator import OperatorModule
from datarax_typed.errors import ConfigError, RandomnessError
from tests.core.modules import (
    STOCHASTIC,
    Center,
    Mean,
    batch,
    center,
    mixture,
)

# Counts


def test_counts_are_of_valid_rows_and_start_again_at_zero() -> None:
    operator = center()
    padded = batch().replace(valid_mask=jnp.array([True, False]))
    operator(padded)
    nnx.jit(lambda op, given: op(given))(operator, padded)
    operator.apply_batch(batch())
    assert operator.get_operation_stats() == {"applied_count": 4, "skipped_count": 0}
    assert all(type(count) is int for count in operator.get_operation_stats().values())
    operator.reset_operation_stats()
    assert operator.get_operation_stats() == {"applied_count": 0, "skipped_count": 0}
    operator(padded)
    assert operator.get_operation_stats() == {"applied_count": 1, "skipped_count": 0}


# Random streams


def test_required_streams_follow_from_the_config() -> None:
    assert DataraxModule(DataraxModuleConfig()).requires_rng_streams() is None
    operator = mixture()
    assert operator.requires_rng_streams() == ["noise"]
    operator.ensure_rng_streams(["params", "noise"])
    with pytest.raises(RandomnessError) as caught:
        operator.ensure_rng_streams(["params"])
    assert str(caught.value) == (
        "Mixture: expected the random stream 'noise', available: 'params'; "
        "give rngs=nnx.Rngs(noise=0)"
    )
    center().ensure_rng_streams([])


# Configs


def wave(x: Array) -> Array:
    return jnp.sin(x)


@dataclass(frozen=True)
class RichConfig(ModalityOperatorConfig):
    table: Any = None  # whatever a user may think of
    options: dict[str, Any] | None = None
    function: Callable[[Array], Array] = wave


class Rich(ModalityOperator[RichConfig]):
    def transform(self, x: Float[Array, "n"]) -> Float[Array, "n"]:
        table: Array = self.config.table
        return self.config.function(x) + table


def rich() -> Rich:
    config = RichConfig(
        field_key="x",
        table=jnp.arange(3.0),
        options={"list": [1, np.ones(2)], "set": {1}, "nan": float("nan")},
        batch_stats_fn=Mean(),
        auxiliary_fields=["x2"],
    )
    return Rich(config)


RICH_BATCH = Batch({"x": jnp.zeros((2, 3)), "x2": jnp.zeros((2, 1))})


@pytest.mark.parametrize(
    "run",
    [
        lambda op: op(RICH_BATCH),
        lambda op: jax.jit(op)(RICH_BATCH),
        lambda op: jax.jit(lambda op, given: op(given))(op, RICH_BATCH),
        lambda op: nnx.jit(lambda op, given: op(given))(op, RICH_BATCH),
        lambda op: nnx.merge(*nnx.split(op))(RICH_BATCH),
        lambda op: nnx.clone(op)(RICH_BATCH),
        lambda op: op.copy(config=replace(op.config, options=None))(RICH_BATCH),
        lambda op: pickle.loads(pickle.dumps(op))(RICH_BATCH),
        lambda op: copy.deepcopy(op)(RICH_BATCH),
    ],
    ids=["call", "jit", "jit arg", "nnx.jit", "split", "clone", "copy", "pickle", "deepcopy"],
)
def test_a_config_may_hold_anything(run: Callable[[Rich], Batch]) -> None:
    np.testing.assert_array_equal(run(rich()).data["x"], [[0, 1, 2]] * 2)


@dataclass(frozen=True)
class OwnConfig(OperatorConfig):
    size: int = 1


class Own(OperatorModule[OwnConfig]):
    pass


class OwnChild(Own):
    pass


class Declared(OperatorModule):
    config_class: ClassVar[type[DataraxModuleConfig]] = OwnConfig


def test_the_config_class_is_that_of_the_generic_base() -> None:
    assert DataraxModule.config_class is DataraxModuleConfig
    assert OperatorModule.config_class is OperatorConfig
    assert Own.config_class is OwnChild.config_class is Declared.config_class is OwnConfig
    assert Center.config_class is ModalityOperatorConfig


@pytest.mark.parametrize("config", [OperatorConfig(), ModalityOperatorConfig(field_key="x"), None])
def test_a_config_of_another_class_is_refused(config: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        OwnChild(config)  # type: ignore[datarax-operator]  # refused, as it should be
    assert str(caught.value) == (
        f"OwnChild cannot be made:\n  - config: expected OwnConfig, got {type(config).__name__}"
    )


def test_the_page_names_its_attributes() -> None:
    operator = mixture()
    assert operator.config is STOCHASTIC
    assert isinstance(operator.rngs, nnx.Rngs)
    assert (operator.name, operator.stochastic, operator.stream_name) == ("mix", True, "noise")
    assert (center().name, center().rngs, center().stochastic) == (None, None, False)
