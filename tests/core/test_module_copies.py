"""Copies of modules keep what is not changed, and share nothing."""

import copy
import pickle
from dataclasses import replace
from typing import assert_type

import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed.core.modality import ModalityOperatorConfig
from datarax_typed.errors import RandomnessError
from tests.core.modules import (
    DATA,
    STOCHASTIC,
    Center,
    Mean,
    Mixture,
    batch,
    center,
    mixture,
    same,
)


def test_a_copy_keeps_everything_and_shares_nothing() -> None:
    made = mixture()
    wider = replace(STOCHASTIC, batch_strategy="scan")
    for other in (made.clone(), made.copy(), made.copy(config=wider), made.copy(name="new")):
        assert_type(other, Mixture)
        before = made.get_state()
        same(other.get_state(), before)
        assert (other.flag, len(other.parts), list(other.named)) == ("on", 1, ["a"])
        # The next random draw is the same, and only its own.
        expected = made.clone()(batch()).data["x"]
        np.testing.assert_array_equal(other(batch()).data["x"], expected)
        for part in (other, other.parts[0], other.named["a"]):
            for _, leaf in nnx.to_flat_state(nnx.state(part, nnx.Param)):
                leaf.set_value(jnp.zeros_like(leaf[...]))
            part.reset_statistics()
        same(made.get_state(), before)


def test_a_copy_takes_what_it_is_given() -> None:
    made = mixture()
    clipped = replace(STOCHASTIC, clip_range=(0.0, 1.0))
    other = made.copy(config=clipped, rngs=nnx.Rngs(noise=9), name="other")
    assert (other.name, other.config, made.name) == ("other", clipped, "mix")
    assert (other(batch()).data["x"] <= 1).all()
    # The shape of one parameter follows from the config; the other ones are kept.
    np.testing.assert_array_equal(other.bias[...], [0, 0])
    np.testing.assert_array_equal(other.kept[...], made.kept[...])
    fresh = made.copy(rngs=nnx.Rngs(noise=9))
    assert (fresh(batch()).data["x"] != made(batch()).data["x"]).all()
    assert fresh.get_operation_stats() == {"applied_count": 4, "skipped_count": 0}


def test_a_copy_keeps_attributes_set_later() -> None:
    made = mixture()
    made.flag = "later"
    assert made.copy(name="new").flag == made.clone().flag == "later"


def test_from_stochastic_to_deterministic_and_back() -> None:
    made = mixture()
    still = made.copy(config=ModalityOperatorConfig(field_key="x"))
    assert not still.stochastic
    assert still.requires_rng_streams() is None
    np.testing.assert_array_equal(still(batch()).data["x"], still(batch()).data["x"])
    again = still.copy(config=STOCHASTIC)
    assert again.requires_rng_streams() == ["noise"]
    assert (again(batch()).data["x"] != again(batch()).data["x"]).all()


def test_a_copy_to_a_stochastic_config_needs_rngs() -> None:
    plain = Mixture(
        ModalityOperatorConfig(field_key="x"),
        4,
        jnp.arange(3.0),
        [],
        named={},
        weight=nnx.Param(jnp.zeros(2)),
    )
    with pytest.raises(RandomnessError) as caught:
        plain.copy(config=STOCHASTIC)
    assert str(caught.value).startswith("Mixture: expected rngs, since its config says")
    assert plain.copy(config=STOCHASTIC, rngs=nnx.Rngs(0)).stochastic


def test_a_copys_statistics_are_its_configs_if_that_brings_new_ones() -> None:
    operator = center(precomputed_stats={"mean": np.ones(2)})
    operator.set_statistics({"mean": 5.0})
    same_ones = replace(operator.config, clip_range=(0.0, 1.0))
    assert operator.copy(config=same_ones).get_statistics() == {"mean": 5.0}
    other_ones = replace(operator.config, precomputed_stats={"mean": 6.0})
    assert operator.copy(config=other_ones).get_statistics() == {"mean": 6.0}
    operator.reset_statistics()
    assert operator.copy(config=same_ones).get_statistics() is None


def test_a_copy_has_a_statistics_module_of_its_own() -> None:
    function = Mean(2.0)
    operator = center(batch_stats_fn=function)
    for other in (
        operator.copy(),
        operator.copy(config=replace(operator.config, clip_range=(0, 1))),
    ):
        function.scale.set_value(jnp.float32(3))
        assert other.compute_statistics(DATA) == {"mean": 6.0}
        function.scale.set_value(jnp.float32(2))
    replaced = operator.copy(config=replace(operator.config, batch_stats_fn=Mean(4.0)))
    assert replaced.compute_statistics(DATA) == {"mean": 12.0}
    assert operator.compute_statistics(DATA) == {"mean": 6.0}


def test_constructor_arguments_may_be_given_by_name() -> None:
    operator = Center(config=ModalityOperatorConfig(field_key="x"), rngs=None, name="c")
    other = operator.copy(config=ModalityOperatorConfig(field_key="y"))
    assert (other.name, other.config.field_key) == ("c", "y")


def test_a_copy_keeps_statistics_that_its_config_says_nothing_of() -> None:
    operator = center(precomputed_stats={"mean": 2.0})
    operator.set_statistics({"mean": 3.0})
    silent = replace(operator.config, precomputed_stats=None)
    assert operator.copy(config=silent).get_statistics() == {"mean": 3.0}
    other = replace(operator.config, precomputed_stats={"mean": 5.0})
    assert operator.copy(config=other).get_statistics() == {"mean": 5.0}


def test_a_pickled_module_goes_on_as_the_module() -> None:
    made = mixture()
    for other in (pickle.loads(pickle.dumps(made)), copy.deepcopy(made)):
        same(other.get_state(), made.get_state())
        np.testing.assert_array_equal(other(batch()).data["x"], made.clone()(batch()).data["x"])
        assert (other.name, other.config) == (made.name, made.config)
