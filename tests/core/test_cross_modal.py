"""Operators that read several fields and write new ones, as a user subclasses them."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jaxtyping import Array

from datarax_typed import (
    AlignmentError,
    Batch,
    ConfigError,
    ContractError,
    CrossModalOperator,
    CrossModalOperatorConfig,
    Element,
    FieldError,
    OutputError,
    RandomnessError,
)
from datarax_typed.core.cross_modal import logger
from datarax_typed.protocols import PyTree, Statistics
from tests.core.joiners import (
    BatchContrastive,
    Forgetful,
    Fusion,
    LearnedCrossAttention,
    Outputs,
    Scored,
    Sum,
)


def config(*outputs: str, **changes: PyTree) -> CrossModalOperatorConfig:
    fields = {"input_fields": ["image", "text"], "output_fields": list(outputs or ["joint"])}
    return CrossModalOperatorConfig(**{**fields, **changes})


def batch(records: int = 3) -> Batch:
    image = jnp.arange(records * 2, dtype=jnp.float32).reshape(records, 2)
    return Batch({"image": image, "text": image + 10.0})


def test_the_config_has_the_documented_fields_and_defaults() -> None:
    made = CrossModalOperatorConfig(input_fields=["a"], output_fields=["b"])
    assert dataclasses.asdict(made) == {
        "cacheable": False,
        "batch_stats_fn": None,
        "precomputed_stats": None,
        "stochastic": False,
        "stream_name": None,
        "batch_strategy": "vmap",
        "input_fields": ["a"],
        "output_fields": ["b"],
        "operation": "fusion",
        "validate_alignment": True,
    }


def test_a_config_reports_all_violations_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        CrossModalOperatorConfig(
            input_fields=["a", ""],  # type: ignore[datarax-config]  # refused, as it should be
            output_fields=[],  # type: ignore[datarax-config]  # refused, as it should be
            operation="",  # type: ignore[datarax-config]  # refused, as it should be
            stochastic=True,  # type: ignore[datarax-config]  # refused, as it should be
        )
    assert str(caught.value) == (
        "CrossModalOperatorConfig is refused (4):\n"
        "  - input_fields[1]: expected a length of at least 1, got ''\n"
        "  - output_fields: expected a length of at least 1, got list of 0\n"
        "  - operation: expected a length of at least 1, got ''\n"
        "  - stream_name: expected a value, since stochastic=True, got None; "
        "give stream_name, or leave out stochastic"
    )


def test_a_bare_string_is_no_list_of_fields() -> None:
    with pytest.raises(ConfigError) as caught:
        config(input_fields="image")
    assert str(caught.value) == (
        "CrossModalOperatorConfig is refused (1):\n"
        "  - input_fields: expected list[str], got 'image'; write ['image']"
    )


def test_the_documented_logger_is_that_of_the_module() -> None:
    assert logger.name == "datarax_typed.core.cross_modal"


def test_transform_gets_the_fields_in_order_and_its_value_is_stored() -> None:
    result = Sum(config())(batch())
    np.testing.assert_array_equal(result.data["joint"][1], [2 + 12, 3 + 13])
    assert result.data.keys() == {"image", "text", "joint"}


def test_fields_may_be_nested() -> None:
    nested = config("out.joint", input_fields=["camera.left", "text"])
    data = batch().data
    given = Batch({"camera": {"left": data["image"]}, "text": data["text"]})
    result = Sum(nested)(given).data
    assert result["out"]["joint"].shape == (3, 2)
    assert result["camera"].keys() == {"left"}


def test_an_output_may_replace_an_input() -> None:
    result = Sum(config("text"))(batch()).data
    np.testing.assert_array_equal(result["text"][0], [10, 12])
    assert result.keys() == {"image", "text"}


def test_several_outputs_go_to_their_fields_in_order() -> None:
    result = Outputs(config("first", "second"), count=2)(batch()).data
    np.testing.assert_array_equal(result["first"], result["image"])
    np.testing.assert_array_equal(result["second"], result["text"])


@pytest.mark.parametrize("count", [1, 3])
def test_another_number_of_outputs_is_refused(count: int) -> None:
    with pytest.raises(OutputError) as caught:
        Outputs(config("first", "second"), count=count)(batch())
    assert str(caught.value) == (
        "Outputs: expected 2 outputs, one for each of ['first', 'second'], "
        f"got {count}; return one value per output field"
    )


def test_the_documented_fusion_runs() -> None:
    operator = Fusion(config(), rngs=nnx.Rngs(0))
    operator.fusion_weights[...] = jnp.array([2.0, 0.5])
    result = operator(batch())
    np.testing.assert_allclose(result.data["joint"][0], [0 + 5, 2 + 5.5])
    assert operator.get_operation_stats() == {"applied_count": 3, "skipped_count": 0}


def test_the_documented_fusion_may_be_stochastic() -> None:
    made = config(stochastic=True, stream_name="noise")
    operator = Fusion(made, rngs=nnx.Rngs(0, noise=1))
    first, second = (operator(batch()).data["joint"] for _ in range(2))
    assert np.all(first != second)
    noise = first - (batch().data["image"] + batch().data["text"])
    np.testing.assert_allclose(noise[:, 0], noise[:, 1], rtol=1e-4, atol=1e-5)


def test_the_documented_attention_keeps_its_own_arguments_in_a_copy() -> None:
    operator = LearnedCrossAttention(config(), rngs=nnx.Rngs(0), dim=2, num_heads=1)
    copied = operator.copy(config=config("other"))
    np.testing.assert_array_equal(operator(batch()).data["joint"], copied(batch()).data["other"])


def test_the_documented_work_across_the_batch_runs() -> None:
    operator = BatchContrastive(config("best"))
    result = operator(batch())
    expected = (batch().data["image"] @ batch().data["text"].T).max(axis=1)
    np.testing.assert_allclose(result.data["best"], expected)
    assert operator.get_operation_stats()["applied_count"] == 3


def test_a_lost_field_is_an_error() -> None:
    with pytest.raises(OutputError) as caught:
        Forgetful(config())(batch())
    assert str(caught.value) == (
        "Forgetful loses fields:\n"
        '  - data["image"]: expected a value, got none; return {**data, ...}\n'
        '  - data["joint"]: expected a value, got none; return {**data, ...}'
    )


def test_a_missing_field_names_what_is_there_and_the_nearest() -> None:
    with pytest.raises(FieldError) as caught:
        Sum(config(input_fields=["image", "texts"]), name="joiner")(batch())
    assert str(caught.value) == (
        "Sum 'joiner': expected a field 'texts', got none of that name; "
        "available: 'image', 'text'; did you mean 'text'?"
    )


def test_an_axis_that_two_fields_disagree_about_is_named() -> None:
    given = Batch({"image": jnp.ones((3, 2)), "text": jnp.ones((3, 4))})
    with pytest.raises(ContractError) as caught:
        Sum(config())(given)
    assert str(caught.value) == (
        "Sum.transform does not fit its contract:\n"
        '  - data["text"]: expected Float[Array, "dim"], got float32[4]\n'
        '  axis dim = 2, bound by data["image"]'
    )


def misaligned() -> Batch:
    """A batch that JAX has put together: no constructor has seen it."""
    given: Batch = jax.tree.map(lambda leaf: leaf, batch())
    given.data["text"] = jnp.ones((2, 2))
    return given


def test_fields_of_different_batch_sizes_are_refused() -> None:
    with pytest.raises(AlignmentError) as caught:
        Sum(config())(misaligned())
    assert str(caught.value) == (
        "Sum: input fields do not belong to the same records:\n"
        '  - data["text"]: expected the batch axis of data["image"], 3, got 2'
    )


def test_without_validation_alignment_is_left_to_jax() -> None:
    with pytest.raises(ValueError, match="vmap got inconsistent sizes"):
        Sum(config(validate_alignment=False))(misaligned())


def test_every_array_of_a_field_must_be_aligned() -> None:
    tree = {"a": jnp.ones((2, 2)), "b": jnp.ones((3, 2))}
    given = misaligned()
    given.data["text"] = tree
    with pytest.raises(AlignmentError) as caught:
        Outputs(config(), count=1)(given)
    assert str(caught.value) == (
        "Outputs: input fields do not belong to the same records:\n"
        '  - data["text"]["a"]: expected the batch axis of data["image"], 3, got 2'
    )


def test_a_field_without_arrays_is_aligned_with_everything() -> None:
    given = Batch({"image": None, "text": jnp.ones((3, 2))})
    result = Outputs(config("a", "b"), count=2)(given).data
    assert result["a"] is None
    np.testing.assert_array_equal(result["b"], np.ones((3, 2)))


def test_a_subclass_that_writes_nothing_cannot_be_called() -> None:
    with pytest.raises(NotImplementedError) as caught:
        CrossModalOperator(config())(batch())
    assert str(caught.value) == (
        "CrossModalOperator: expected a subclass that writes apply() or transform(), got neither"
    )


def test_a_stochastic_subclass_that_draws_nothing_cannot_be_called() -> None:
    made = config(stochastic=True, stream_name="noise")
    with pytest.raises(NotImplementedError) as caught:
        Sum(made, rngs=nnx.Rngs(0))(batch())
    assert str(caught.value) == (
        "Sum: expected a stochastic operator to write sample_params() or "
        "generate_random_params(), got neither"
    )


def test_a_stochastic_operator_needs_rngs() -> None:
    with pytest.raises(ValueError, match="stochastic=True") as caught:
        Sum(config(stochastic=True, stream_name="noise"))
    assert isinstance(caught.value, RandomnessError)
    assert str(caught.value) == (
        "Sum: expected rngs, since its config says stochastic=True, got None; "
        "give rngs=nnx.Rngs(noise=0)"
    )


def test_a_deterministic_operator_draws_nothing() -> None:
    operator = Sum(config())
    assert operator.generate_random_params(jax.random.key(0), {"image": (3, 2)}) is None
    assert operator.requires_rng_streams() is None
    operator.ensure_rng_streams([])


def test_required_streams_follow_from_the_config() -> None:
    made = config(stochastic=True, stream_name="noise")
    operator = Fusion(made, rngs=nnx.Rngs(0))
    assert operator.requires_rng_streams() == ["noise"]
    with pytest.raises(RandomnessError) as caught:
        operator.ensure_rng_streams(["dropout"])
    assert str(caught.value) == (
        "Fusion: expected the random stream 'noise', available: 'dropout'; "
        "give rngs=nnx.Rngs(noise=0)"
    )


def test_statistics_reach_transform() -> None:
    operator = Scored(config("score", "alignment", precomputed_stats={"scale": 2.0}))
    np.testing.assert_allclose(operator(batch()).data["score"][0], (0 * 10 + 1 * 11) / 2)
    operator.set_statistics({"scale": 11.0})
    np.testing.assert_allclose(operator(batch()).data["score"][0], 1.0)
    explicit = operator(batch(), {"scale": jnp.array(5.5)})
    np.testing.assert_allclose(explicit.data["score"][0], 2.0)
    operator.reset_statistics()
    with pytest.raises(ContractError) as caught:
        operator(batch())
    assert str(caught.value) == (
        "Scored.transform does not fit its contract:\n"
        "  - stats: expected dict[str, Array], got None\n"
        '  axis dim = 2, bound by data["image"]'
    )


def test_statistics_are_computed_from_data() -> None:
    made = config("score", "alignment", batch_stats_fn=lambda data: {"scale": data["text"].max()})
    operator = Scored(made)
    assert operator.get_statistics() is None
    stats = operator.compute_statistics(batch().data)
    assert stats == {"scale": 15.0}
    np.testing.assert_allclose(operator(batch()).data["score"][0], 11 / 15)


def test_an_output_structure_may_be_declared() -> None:
    operator = Scored(config("score", "alignment", precomputed_stats={"scale": 2.0}))
    expected = {"image": None, "text": None, "score": None, "alignment": None}
    assert operator.get_output_structure(batch()[0].data, {"n": 1}) == (expected, {"n": 1})
    derived = super(Scored, operator).get_output_structure(batch()[0].data, {})
    assert derived == (expected, {})


def test_the_spec_is_derived() -> None:
    width = jax.ShapeDtypeStruct(jax.export.symbolic_shape("d"), jnp.float32)
    assert Sum(config()).output_spec({"image": width, "text": width})["joint"] == width


def test_counts_can_be_reset() -> None:
    operator = Sum(config())
    operator(batch())
    operator.reset_operation_stats()
    assert operator.get_operation_stats() == {"applied_count": 0, "skipped_count": 0}


def test_a_cached_result_is_the_same_object_until_the_cache_is_reset() -> None:
    operator, given = Sum(config(cacheable=True)), batch()
    first = operator(given)
    assert operator(given).data["joint"] is first.data["joint"]
    operator.reset_cache()
    assert operator(given).data["joint"] is not first.data["joint"]


def test_a_clone_is_independent() -> None:
    operator = Fusion(config())
    clone = operator.clone()
    clone.fusion_weights[...] = jnp.zeros(2)
    assert isinstance(clone, Fusion)
    np.testing.assert_array_equal(operator.fusion_weights[...], np.ones(2))


def test_a_state_is_restored_into_another_operator() -> None:
    made = config(stochastic=True, stream_name="noise")
    first = Fusion(made, rngs=nnx.Rngs(0, noise=1))
    first.fusion_weights[...] = jnp.array([3.0, 4.0])
    first(batch())
    second = Fusion(made, rngs=nnx.Rngs(5, noise=6))
    second.set_state(first.get_state())
    np.testing.assert_array_equal(first(batch()).data["joint"], second(batch()).data["joint"])


@pytest.mark.parametrize("strategy", ["vmap", "scan"])
def test_state_and_metadata_pass_through(strategy: str) -> None:
    elements = [
        Element({"image": jnp.ones(2), "text": jnp.ones(2)}, {"seen": jnp.array(n)}, {"id": str(n)})
        for n in range(2)
    ]
    result = Sum(config(batch_strategy=strategy))(Batch.stack(elements))
    np.testing.assert_array_equal(result.state["seen"], [0, 1])
    assert result.metadata == {"id": ["0", "1"]}


class Skips(CrossModalOperator):
    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        return batch


class Lists(CrossModalOperator):
    def transform(self, a: Array, b: Array) -> list[Array]:
        return [a + b, a - b]


def test_an_own_apply_batch_must_write_the_outputs() -> None:
    config = CrossModalOperatorConfig(input_fields=["a", "b"], output_fields=["c"])
    with pytest.raises(OutputError) as caught:
        Skips(config)(Batch({"a": jnp.ones((2, 3)), "b": jnp.ones((2, 3))}))
    assert str(caught.value) == (
        'Skips loses fields:\n  - data["c"]: expected a value, got none; return {**data, ...}'
    )


def test_outputs_may_be_a_list() -> None:
    config = CrossModalOperatorConfig(input_fields=["a", "b"], output_fields=["sum", "less"])
    result = Lists(config)(Batch({"a": jnp.full((2, 3), 3.0), "b": jnp.ones((2, 3))}))
    assert float(result.data["sum"][0, 0]) == 4.0
    assert float(result.data["less"][0, 0]) == 2.0
