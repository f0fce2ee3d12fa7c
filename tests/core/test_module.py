"""Modules: statistics, counts, copies, and configs that hold anything."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypedDict, assert_type

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jaxtyping import Array, Float, Key

from datarax_typed.core.config import DataraxModuleConfig, OperatorConfig
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.module import DataraxModule, StatisticsVariable
from datarax_typed.core.operator import OperatorModule
from datarax_typed.errors import ConfigError, ContractError, RandomnessError, StatisticsError
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


# Statistics


def test_without_a_function_there_are_no_statistics() -> None:
    module = DataraxModule(DataraxModuleConfig())
    assert module.compute_statistics(DATA) is None
    assert module.get_statistics() is None


def test_statistics_are_computed_held_and_used() -> None:
    operator = center(batch_stats_fn=mean_of)
    assert operator.get_statistics() is None
    assert operator.compute_statistics(DATA) == {"mean": 3.0}
    assert operator.get_statistics() == {"mean": 3.0}
    assert shifted(operator) == 7.0


def test_precomputed_statistics_are_in_force_from_the_start() -> None:
    operator = center(precomputed_stats={"mean": 2.0})
    assert operator.get_statistics() == {"mean": 2.0}
    assert operator.compute_statistics(DATA) is None
    assert shifted(operator) == 8.0


def test_set_statistics_wins_over_precomputed_and_computed_ones() -> None:
    for operator in (center(precomputed_stats={"mean": 2.0}), center(batch_stats_fn=mean_of)):
        operator.compute_statistics(DATA)
        operator.set_statistics({"mean": 4.0})
        assert operator.get_statistics() == {"mean": 4.0}
        assert shifted(operator) == 6.0


def test_reset_ends_all_statistics_until_some_are_set_or_computed() -> None:
    operator = center(precomputed_stats={"mean": 2.0})
    operator.reset_statistics()
    assert operator.get_statistics() is None
    assert shifted(operator) == 10.0
    operator.set_statistics({"mean": 1.0})
    assert shifted(operator) == 9.0

    computing = center(batch_stats_fn=mean_of)
    computing.compute_statistics(DATA)
    computing.reset_statistics()
    assert computing.get_statistics() is None
    assert computing.compute_statistics(DATA) == computing.get_statistics() == {"mean": 3.0}


def test_what_is_handed_out_is_a_copy() -> None:
    mean, nested = np.ones(1000, np.float32), {"n": 1}
    module = DataraxModule(DataraxModuleConfig())
    module.set_statistics({"mean": mean, "nested": nested})
    mean[:] = 7
    nested.clear()
    found = module.get_statistics()
    assert found is not None
    assert found["mean"][0] == 1
    found.clear()
    assert module.get_statistics() != {}


def test_statistics_are_strongly_typed_arrays() -> None:
    module = DataraxModule(DataraxModuleConfig())
    module.set_statistics({"mean": 1.0, "count": 3, "wide": np.zeros(2), "weak": jnp.asarray(1.0)})
    found = module.get_statistics()
    assert found is not None
    kinds = {key: (str(leaf.dtype), leaf.weak_type) for key, leaf in found.items()}
    assert kinds == {
        "mean": ("float32", False),
        "count": ("int32", False),
        "wide": ("float32", False),
        "weak": ("float32", False),
    }


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([1.0], "stats: expected an array, a number or a dict of them, got list of 1"),
        (3.0, "stats: expected a dict, got float"),
        (
            {"a": "text", "b": {"c": None}},
            (
                "stats[\"a\"]: expected an array, a number or a dict of them, got 'text'\n"
                '  - stats["b"]["c"]: expected an array, a number or a dict of them, got None'
            ),
        ),
    ],
)
def test_wrong_statistics_are_refused_and_change_nothing(wrong: PyTree, message: str) -> None:
    operator = center(batch_stats_fn=lambda data: data)
    operator.set_statistics({"mean": 1.0})
    for source, call in [
        ("set_statistics", operator.set_statistics),
        ("batch_stats_fn", operator.compute_statistics),
    ]:
        with pytest.raises(StatisticsError) as caught:
            call(wrong)
        assert str(caught.value) == f"Center: {source} gives no statistics:\n  - {message}"
    assert operator.get_statistics() == {"mean": 1.0}


def test_new_statistics_cause_no_retrace() -> None:
    operator = center(precomputed_stats={"mean": 2.25})
    assert shifted(operator) == 7.75
    assert len(Center.traces) == 1
    operator.set_statistics({"mean": jnp.asarray(5.0)})
    assert shifted(operator) == 5.0
    operator.set_statistics({"mean": np.float64(6)})
    assert shifted(operator) == 4.0
    restored = operator.copy()
    restored.set_state(operator.get_state())
    assert shifted(restored) == 4.0
    assert len(Center.traces) == 1


def test_statistics_are_no_constants_of_the_program() -> None:
    operator = center(precomputed_stats={"mean": jnp.full(3, 1234.5)})
    graphdef, state = nnx.split(operator)
    text = jax.jit(lambda state, given: nnx.merge(graphdef, state)(given)).lower(state, batch())
    assert "1.2345" not in text.as_text()
    # What a closure makes of them, to see that this can be seen.
    assert "1.2345" in jax.jit(operator).lower(batch()).as_text()


def test_statistics_given_to_a_call_win() -> None:
    operator = center(precomputed_stats={"mean": 2.0})
    assert float(operator(batch(), {"mean": 3.0}).data["x"][0, 0]) == 7.0
    assert operator.get_statistics() == {"mean": 2.0}


@pytest.mark.parametrize("stats", [{"mean": "text"}, [1.0], 3])
def test_wrong_statistics_given_to_a_call_are_refused(stats: Any) -> None:
    operator = center()
    with pytest.raises(StatisticsError) as caught:
        operator(batch(), stats)
    assert str(caught.value).startswith("Center: a call gives no statistics:\n  - stats")
    assert operator.get_operation_stats() == {"applied_count": 0, "skipped_count": 0}


class Moments(TypedDict):
    mean: Float[Array, ""]


class TypedCenter(ModalityOperator):
    def transform(self, x: Float[Array, "n"], stats: Moments) -> Float[Array, "n"]:
        return x - stats["mean"]


def test_typed_statistics_are_checked() -> None:
    operator = TypedCenter(ModalityOperatorConfig(field_key="x", precomputed_stats={"maen": 1.0}))
    with pytest.raises(ContractError) as caught:
        operator(batch())
    assert str(caught.value) == (
        "TypedCenter.transform does not fit its contract:\n"
        "  - stats: expected the key 'mean' of Moments, got no such key; did you mean 'maen'? "
        "available: 'maen'\n"
        '  axis n = 3, bound by data["x"]'
    )
    operator.set_statistics({"mean": jnp.ones(2)})
    with pytest.raises(ContractError) as caught:
        operator(batch())
    assert 'stats["mean"]: expected Float[Array, ""], got float32[2]' in str(caught.value)


def test_a_module_as_function_is_a_tracked_submodule() -> None:
    function = Mean(2.0)
    operator = center(batch_stats_fn=function)
    assert operator.compute_statistics(DATA) == {"mean": 6.0}
    assert operator.get_state()["_batch_stats_fn"] == {"scale": 2.0}
    restored = center(batch_stats_fn=Mean(1.0))
    restored.set_state(operator.get_state())
    assert restored.get_statistics() == {"mean": 6.0}
    assert restored.compute_statistics(DATA) == {"mean": 6.0}
    function.scale.set_value(jnp.float32(3))
    assert operator.compute_statistics(DATA) == {"mean": 9.0}


def test_statistics_are_computed_inside_nnx_jit_too() -> None:
    operator = center(batch_stats_fn=Mean(2.0))
    nnx.jit(lambda op, data: op.compute_statistics(data))(operator, DATA)
    assert operator.get_statistics() == {"mean": 6.0}


def test_statistics_are_a_kind_of_state_of_their_own() -> None:
    operator = center(precomputed_stats={"mean": 1.0})
    assert len(jax.tree.leaves(nnx.state(operator, StatisticsVariable))) == 1
    assert len(jax.tree.leaves(nnx.state(operator, nnx.Param))) == 1


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


# Copies


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


def same(left: PyTree, right: PyTree) -> None:
    assert str(jax.tree.structure(left)) == str(jax.tree.structure(right))
    jax.tree.map(np.testing.assert_array_equal, left, right)


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


def test_a_pickled_module_goes_on_as_the_module() -> None:
    made = mixture()
    for other in (pickle.loads(pickle.dumps(made)), copy.deepcopy(made)):
        same(other.get_state(), made.get_state())
        np.testing.assert_array_equal(other(batch()).data["x"], made.clone()(batch()).data["x"])
        assert (other.name, other.config) == (made.name, made.config)


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
        OwnChild(config)
    assert str(caught.value) == (
        f"OwnChild cannot be made:\n  - config: expected OwnConfig, got {type(config).__name__}"
    )


def test_the_page_names_its_attributes() -> None:
    operator = mixture()
    assert operator.config is STOCHASTIC
    assert isinstance(operator.rngs, nnx.Rngs)
    assert (operator.name, operator.stochastic, operator.stream_name) == ("mix", True, "noise")
    assert (center().name, center().rngs, center().stochastic) == (None, None, False)


def test_a_copy_keeps_statistics_that_its_config_says_nothing_of() -> None:
    operator = center(precomputed_stats={"mean": 2.0})
    operator.set_statistics({"mean": 3.0})
    silent = replace(operator.config, precomputed_stats=None)
    assert operator.copy(config=silent).get_statistics() == {"mean": 3.0}
    other = replace(operator.config, precomputed_stats={"mean": 5.0})
    assert operator.copy(config=other).get_statistics() == {"mean": 5.0}
