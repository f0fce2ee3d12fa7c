"""Statistics of modules: computed, given, reset, typed, and state."""

from typing import Any, TypedDict

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed.core.config import DataraxModuleConfig
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.module import DataraxModule, StatisticsVariable
from datarax_typed.errors import ContractError, StatisticsError
from datarax_typed.protocols import PyTree
from tests.core.modules import DATA, Center, Mean, batch, center, mean_of, shifted


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
        ([1.0], "stats: expected a dict, got list"),
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


def test_lists_of_numbers_become_arrays() -> None:
    operator = center(precomputed_stats={"mean": [0.5, 1.5], "table": ((1, 2), (3, 4))})
    found = operator.get_statistics()
    assert found is not None
    np.testing.assert_array_equal(found["mean"], jnp.array([0.5, 1.5]))
    np.testing.assert_array_equal(found["table"], jnp.array([[1, 2], [3, 4]]))
