"""Operators one after the other: results, counts, statistics, errors and specs."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed import (
    Batch,
    BatchError,
    CompositeOperatorConfig,
    CompositeOperatorModule,
    ConfigError,
    ContractError,
    FieldError,
    Operator,
    OutputError,
    RandomnessError,
    chain,
)
from datarax_typed.core.stages import trace_stages
from datarax_typed.protocols import PyTree, Statistics
from tests.operators.compose.stages import (
    BatchNoise,
    Centre,
    Foreign,
    Noise,
    Norm,
    Scale,
    Shift,
    config,
    numbers,
    random_config,
)


def counts(module: PyTree) -> int:
    applied: int = module.get_operation_stats()["applied_count"]
    return applied


def test_stages_run_in_order() -> None:
    both = chain(Scale(config()), Shift(config()))
    np.testing.assert_array_equal(both(numbers(1, 2)).data["x"], [3, 5])
    turned = chain(Shift(config()), Scale(config()))
    np.testing.assert_array_equal(turned(numbers(1, 2)).data["x"], [4, 6])


def test_a_chain_is_the_documented_module() -> None:
    made = chain(Scale(config()), Shift(config()), name="both")
    explicit = CompositeOperatorModule(
        CompositeOperatorConfig(), [Scale(config()), Shift(config())], name="both"
    )
    assert type(made) is CompositeOperatorModule
    assert made.name == explicit.name == "both"
    np.testing.assert_array_equal(made(numbers(1, 2)).data["x"], explicit(numbers(1, 2)).data["x"])


def test_the_input_is_untouched() -> None:
    given = numbers(1, 2)
    chain(Scale(config()), Scale(config()))(given)
    np.testing.assert_array_equal(given.data["x"], [1, 2])


def test_each_stage_counts_valid_records_and_so_does_the_chain() -> None:
    first, second = Scale(config()), Shift(config())
    both = chain(first, second)
    both(numbers(1, 2, 3, valid_mask=jnp.array([True, True, False])))
    both(numbers(1))
    assert [counts(first), counts(second), counts(both)] == [3, 3, 3]
    both.reset_operation_stats()
    assert [counts(first), counts(second), counts(both)] == [3, 3, 0]


def test_each_stage_has_its_own_statistics() -> None:
    first = Shift(config(precomputed_stats={"shift": 10.0}))
    second = Shift(config())
    both = chain(first, second)
    np.testing.assert_array_equal(both(numbers(0)).data["x"], [11])
    second.set_statistics({"shift": 5.0})
    np.testing.assert_array_equal(both(numbers(0)).data["x"], [15])


def test_statistics_of_a_call_go_to_every_stage() -> None:
    both = chain(Shift(config(precomputed_stats={"shift": 10.0})), Shift(config()))
    result = both(numbers(0), {"shift": jnp.array(3.0)})
    np.testing.assert_array_equal(result.data["x"], [6])


def test_statistics_of_the_chain_go_to_every_stage() -> None:
    stages = [Shift(config()), Shift(config())]
    both = CompositeOperatorModule(
        CompositeOperatorConfig(precomputed_stats={"shift": 3.0}), stages
    )
    np.testing.assert_array_equal(both(numbers(0)).data["x"], [6])


def test_work_across_elements_is_honoured() -> None:
    centred = chain(Scale(config()), Centre(config()), Scale(config()))
    np.testing.assert_array_equal(centred(numbers(1, 2, 3)).data["x"], [-4, 0, 4])


def test_a_stage_that_inherits_nothing_takes_part() -> None:
    foreign: Operator[PyTree, PyTree] = Foreign()
    mixed = chain(Scale(config()), foreign, Scale(config()))
    result = mixed(numbers(1, 2))
    np.testing.assert_array_equal(result.data["x"], [4, 8])
    np.testing.assert_array_equal(result.data["y"], [20, 40])
    assert mixed.output_spec(result.spec()).keys() == {"x", "y"}
    assert mixed.requires_rng_streams() is None


def test_a_foreign_stage_has_no_elements() -> None:
    mixed = chain(Scale(config()), Foreign())
    with pytest.raises(OutputError) as caught:
        mixed.apply({"x": jnp.ones(())}, {}, None)
    assert str(caught.value) == (
        "CompositeOperatorModule: expected stages that have apply(), "
        "got Foreign at stages[1]; call the composition with a batch"
    )


def test_a_foreign_stage_that_returns_no_batch_is_named() -> None:
    class Careless(Foreign):
        def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
            data: Batch = batch.data  # the mistake
            return data

    with pytest.raises(BatchError) as caught:
        chain(Scale(config()), Careless(), Scale(config()))(numbers(1))
    assert str(caught.value) == (
        "after stages[1], Careless: expected a Batch, got dict; give Batch(data)"
    )


def test_one_operator_may_be_several_stages() -> None:
    double = Scale(config())
    eight = chain(double, double, double)
    np.testing.assert_array_equal(eight(numbers(1, 2)).data["x"], [8, 16])
    assert counts(double) == 6
    double.factor[...] = jnp.asarray(3.0)
    np.testing.assert_array_equal(eight(numbers(1, 2)).data["x"], [27, 54])


def test_chains_nest() -> None:
    inner = chain(Scale(config()), Shift(config()))
    outer = chain(inner, inner)
    np.testing.assert_array_equal(outer(numbers(1)).data["x"], [7])
    assert counts(inner) == 2


def test_an_error_names_the_stage() -> None:
    broken = chain(Scale(config()), Norm(config(), name="length"))
    with pytest.raises(ContractError) as caught:
        broken(numbers(1, 2))
    assert str(caught.value) == (
        "Norm.transform of Norm 'length' at stages[1] does not fit its contract:\n"
        '  - data["x"]: expected Float[Array, "dim"], got float32[]'
    )


def test_an_error_in_a_nested_chain_names_the_whole_way() -> None:
    broken = chain(Scale(config()), chain(Scale(config()), Scale(config(field_key="z"))))
    with pytest.raises(FieldError) as caught:
        broken(numbers(1, 2))
    assert str(caught.value) == (
        "Scale at stages[1].stages[1]: expected a field 'z', got none of that name; available: 'x'"
    )


def test_after_an_error_nothing_has_changed() -> None:
    noise = Noise(random_config(), rngs=nnx.Rngs(0))
    broken = chain(noise, Norm(config()))
    before = broken.get_state()
    with pytest.raises(ContractError):
        broken(numbers(1, 2))
    after = broken.get_state()
    jax.tree.map(np.testing.assert_array_equal, before, after)


def test_an_error_in_one_call_is_not_blamed_on_the_next() -> None:
    with pytest.raises(ContractError):
        chain(Scale(config()), Norm(config()))(numbers(1))
    with pytest.raises(ContractError, match=r"^Norm.transform does not fit"):
        Norm(config())(numbers(1))


def test_the_spec_is_folded_over_the_stages() -> None:
    copying = chain(Scale(config(target_key="double")), Foreign())
    (size,) = jax.export.symbolic_shape("n")
    number = jax.ShapeDtypeStruct((), jnp.float32)
    vector = jax.ShapeDtypeStruct((size,), jnp.float32)
    spec = copying.output_spec({"x": number, "other": vector})
    assert spec == {"x": number, "other": vector, "double": number, "y": number}
    structure = copying.get_output_structure({"x": jnp.ones(())}, {"n": jnp.ones(())})
    assert structure == ({"x": None, "double": None, "y": None}, {"n": None})


def test_an_error_in_the_spec_names_the_stage() -> None:
    with pytest.raises(ContractError, match=r"^Norm.transform at stages\[1\] does not fit"):
        chain(Scale(config()), Norm(config())).output_spec(numbers(1).spec())


def test_stages_of_the_same_rngs_draw_different_numbers() -> None:
    rngs = nnx.Rngs(0)
    one, two = (Noise(random_config(), rngs=rngs) for _ in range(2))
    given = numbers(0, 0, index=jnp.arange(2))
    both = chain(one, two)(given).data["x"]
    drawn = [one(given).data["x"], two(given).data["x"]]
    assert np.all(drawn[0] != drawn[1])
    np.testing.assert_allclose(both, drawn[0] + drawn[1], rtol=1e-6)


@pytest.mark.parametrize("kind", [Noise, BatchNoise])
def test_every_call_draws_anew(kind: type[Noise] | type[BatchNoise]) -> None:
    noisy = chain(Scale(config()), kind(random_config(), rngs=nnx.Rngs(0)))
    assert noisy.stochastic
    assert np.all(noisy(numbers(0, 0)).data["x"] != noisy(numbers(0, 0)).data["x"])


def test_required_streams_are_those_of_all_stages() -> None:
    noises = [
        Noise(config(stochastic=True, stream_name=name), rngs=nnx.Rngs(0))
        for name in ("b", "a", "b")
    ]
    noisy = chain(Scale(config()), chain(*noises))
    assert noisy.requires_rng_streams() == ["b", "a"]
    noisy.ensure_rng_streams(["a", "b", "c"])
    with pytest.raises(RandomnessError) as caught:
        noisy.ensure_rng_streams(["b"])
    assert str(caught.value) == (
        "CompositeOperatorModule: expected the random stream 'a', available: 'b'; "
        "give rngs=nnx.Rngs(a=0)"
    )


def test_a_cached_chain_gives_the_same_object_until_a_stage_changes() -> None:
    scale = Scale(config())
    cached = CompositeOperatorModule(CompositeOperatorConfig(cacheable=True), [scale])
    given = numbers(1, 2)
    first = cached(given)
    assert cached(given).data["x"] is first.data["x"]
    scale.factor[...] = jnp.asarray(5.0)
    np.testing.assert_array_equal(cached(given).data["x"], [5, 10])


def test_a_cached_chain_sees_new_statistics_of_a_stage() -> None:
    shift = Shift(config())
    cached = CompositeOperatorModule(CompositeOperatorConfig(cacheable=True), [shift])
    given = numbers(1, 2)
    np.testing.assert_array_equal(cached(given).data["x"], [2, 3])
    shift.set_statistics({"shift": 4.0})
    np.testing.assert_array_equal(cached(given).data["x"], [5, 6])


def test_a_cached_stochastic_chain_draws_anew() -> None:
    noise = Noise(random_config(), rngs=nnx.Rngs(0))
    cached = CompositeOperatorModule(CompositeOperatorConfig(cacheable=True), [noise])
    given = numbers(0, 0)
    assert np.all(cached(given).data["x"] != cached(given).data["x"])


def test_a_chain_of_nothing_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        chain()  # type: ignore[call-overload]  # that there is no stage is the point
    assert str(caught.value) == (
        "CompositeOperatorModule cannot be made:\n"
        "  - operators: expected at least one operator, got none"
    )


def test_everything_that_is_no_operator_is_reported() -> None:
    wrong: PyTree = [Scale(config()), Scale, len, Foreign()]
    with pytest.raises(ConfigError) as caught:
        chain(*wrong)
    assert str(caught.value) == (
        "CompositeOperatorModule cannot be made:\n"
        "  - operators[1]: expected an operator, got the class Scale; "
        "make it first: Scale(config)\n"
        "  - operators[2]: expected an operator, got builtin_function_or_method; "
        "give an object with apply_batch() and output_spec()"
    )


def test_host_metadata_and_rows_pass_through() -> None:
    given = numbers(1, 2, metadata={"path": ["a", "b"], "n": jnp.arange(2)}, index=jnp.arange(2))
    result: Batch = chain(Scale(config()), Shift(config()))(given)
    assert result.metadata is not None
    assert result.metadata["path"] == ["a", "b"]
    np.testing.assert_array_equal(result.metadata["n"], [0, 1])
    assert result.index is not None
    np.testing.assert_array_equal(result.index, [0, 1])


def test_per_element_apply_runs_every_stage() -> None:
    both = chain(Scale(config()), Shift(config(precomputed_stats={"shift": 7.0})))
    data, state, metadata = both.apply({"x": jnp.asarray(1.0)}, {"n": 1}, {"m": 2})
    assert (float(data["x"]), state, metadata) == (9.0, {"n": 1}, {"m": 2})


def test_per_element_apply_takes_random_parameters_of_every_stage() -> None:
    noisy = chain(Scale(config()), Noise(random_config(), rngs=nnx.Rngs(0)))
    data, _, _ = noisy.apply({"x": jnp.asarray(1.0)}, {}, None, [None, jnp.asarray(0.5)])
    assert float(data["x"]) == 2.5


class Counted(CompositeOperatorModule):
    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        result = super().apply_batch(batch, stats)
        return result.replace(data={**result.data, "rows": jnp.ones(len(batch), jnp.int32)})


def test_the_spec_of_a_composition_that_does_more_is_what_comes_out() -> None:
    operator = Counted(CompositeOperatorConfig(), [Scale(config())])
    assert not operator.in_turn
    given = numbers(1, 2)
    assert operator.output_spec(given.spec()) == operator(given).spec()
    assert [row.stage for row in trace_stages(operator, given.spec()).rows] == [""]


def test_statistics_of_the_composition_reach_the_traced_stages() -> None:
    operator = chain(Shift(config()))
    before = operator.in_turn
    operator.set_statistics({"shifted": 1.0})
    assert (before, operator.in_turn) == (True, False)
    with pytest.raises(KeyError, match="shift"):
        operator.output_spec(numbers(1, 2).spec())
