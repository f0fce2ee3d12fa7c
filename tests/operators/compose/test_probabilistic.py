"""Records that are transformed by chance, and those that are left as they are."""

from collections.abc import Callable
from typing import ClassVar

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed import (
    Batch,
    ConfigError,
    DomainError,
    ModalityOperator,
    OperatorModule,
    OutputError,
    chain,
)
from datarax_typed.core.domain import DomainConstraint, within
from datarax_typed.core.stages import trace_stages
from datarax_typed.operators.compose import (
    ProbabilisticOperator,
    ProbabilisticOperatorConfig,
    RenameOperator,
    RenameOperatorConfig,
)
from datarax_typed.protocols import PyTree, Statistics
from tests.operators.compose.stages import (
    Foreign,
    Noise,
    Norm,
    Number,
    Scale,
    Shift,
    config,
    numbers,
    random_config,
)
from tests.operators.trees import symbolic

MANY = 2000


def perhaps(operator: PyTree, p: float = 0.5, seed: int = 0) -> ProbabilisticOperator:
    chosen = ProbabilisticOperatorConfig(p=p)
    return ProbabilisticOperator(chosen, operator, rngs=nnx.Rngs(seed))


def counts(operator: PyTree) -> tuple[int, int]:
    stats = operator.get_operation_stats()
    return stats["applied_count"], stats["skipped_count"]


def test_each_record_is_transformed_or_left_as_it_is() -> None:
    operator = perhaps(Scale(config()), p=0.3)
    given = numbers(*range(1, MANY + 1), index=jnp.arange(MANY))
    ratio = np.asarray(operator(given).data["x"] / given.data["x"])
    assert set(ratio) == {1.0, 2.0}
    # Five standard deviations.
    assert abs(np.mean(ratio == 2.0) - 0.3) < 5 * np.sqrt(0.3 * 0.7 / MANY)


@pytest.mark.parametrize(("p", "factor"), [(0.0, 1.0), (1.0, 2.0)])
def test_never_and_always(p: float, factor: float) -> None:
    operator = perhaps(Scale(config()), p=p)
    np.testing.assert_array_equal(
        operator(numbers(1, 2, 3)).data["x"], [factor, 2 * factor, 3 * factor]
    )
    assert counts(operator) == ((3, 0) if p else (0, 3))


CALLS: dict[str, Callable[[OperatorModule, Batch], Batch]] = {
    "call": lambda op, given: op(given),
    "nnx.jit": nnx.jit(lambda op, given: op(given)),
    "eager": lambda op, given: op.apply_batch(given),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_counts_are_of_valid_records_applied_and_skipped(
    call: Callable[[OperatorModule, Batch], Batch],
) -> None:
    inner, before = Scale(config()), Shift(config())
    operator = perhaps(inner)
    both = chain(before, operator)
    given = numbers(*range(8), index=jnp.arange(8))
    chosen = np.asarray(operator._random_params(given)[0])
    call(both, given)
    call(both, given.replace(valid_mask=jnp.arange(8) < 5))
    applied = chosen.sum() + chosen[:5].sum()
    assert 0 < applied < 13
    assert counts(operator) == (applied, 13 - applied)
    assert counts(inner) == (applied, 0)
    assert counts(before) == counts(both) == (13, 0)


def test_a_second_batch_is_not_traced_again() -> None:
    traces = []

    class Traced(Scale):
        def transform(self, value: Number) -> Number:
            traces.append(1)
            return super().transform(value)

    operator = perhaps(Traced(config()))
    operator(numbers(1, 2))
    before = len(traces)
    operator(numbers(3, 4))
    operator(numbers(3, 4, valid_mask=jnp.array([True, False])))
    assert len(traces) == before


class Heartbeat(ModalityOperator):
    """Doubles a heart rate; what it checks holds for records that it is given alone."""

    domain: ClassVar[tuple[DomainConstraint, ...]] = (within(20, 300, "heart rate", "bpm"),)

    def transform(self, value: Number) -> Number:
        return value * 2.0


def test_values_of_other_records_are_not_checked() -> None:
    operator = perhaps(Heartbeat(config()))
    index = jnp.arange(8)
    chosen = np.asarray(operator._random_params(numbers(*[50] * 8, index=index))[0])
    assert 0 < chosen.sum() < 8
    rates = np.where(chosen, 60.0, 1000.0)
    result = operator(numbers(*rates, index=index)).data["x"]
    np.testing.assert_array_equal(result, np.where(chosen, 120.0, 1000.0))
    with pytest.raises(DomainError, match="heart rate is 20 to 300 bpm"):
        operator(numbers(*rates[::-1] * 0 + 1000, index=index))


class Centred(ModalityOperator):
    """Takes off the mean of the valid records: work across records."""

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        value, mask = batch.data["x"], batch.valid_mask
        mean = jnp.sum(jnp.where(mask, value, 0.0)) / jnp.sum(mask, dtype=jnp.float32)
        return batch.replace(data={**batch.data, "x": value - mean})


def test_work_across_records_leaves_out_the_others() -> None:
    operator = perhaps(Centred(config()))
    given = numbers(*range(8), index=jnp.arange(8))
    chosen = np.asarray(operator._random_params(given)[0])
    values = np.arange(8.0)
    expected = np.where(chosen, values - values[chosen].mean(), values)
    np.testing.assert_allclose(operator(given).data["x"], expected, rtol=1e-6)


def test_the_same_seed_for_both_does_not_tie_what_is_drawn_to_who_is_chosen() -> None:
    inner = Noise(random_config(), rngs=nnx.Rngs(0))
    operator = perhaps(inner)
    given = numbers(*[0] * MANY, index=jnp.arange(MANY))
    drawn = np.asarray(operator(given).data["x"])
    assert abs(drawn[drawn != 0].mean()) < 5 / np.sqrt(MANY / 2)


def test_an_element_is_transformed_if_it_is_chosen() -> None:
    operator = perhaps(Noise(random_config(), rngs=nnx.Rngs(1)))
    data, half = {"x": jnp.asarray(1.0)}, jnp.asarray(0.5)
    for chosen, expected in ((True, 1.5), (False, 1.0)):
        result = operator.apply(data, {}, None, (jnp.asarray(chosen), half))
        assert float(result[0]["x"]) == expected


class Noted(Scale):
    """Writes state, metadata and the mask."""

    note: PyTree = None

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        result = super().apply_batch(batch, stats)
        metadata = {**(result.metadata or {}), "m": jnp.ones(len(batch))}
        if self.note:
            metadata["note"] = self.note
        return result.replace(
            state={"s": jnp.ones(len(batch))},
            metadata=metadata,
            valid_mask=jnp.zeros_like(batch.valid_mask),
        )


def test_state_metadata_and_mask_follow_the_choice() -> None:
    zeros = jnp.zeros(8)
    given = numbers(*range(1, 9), state={"s": zeros}, index=jnp.arange(8))
    given = given.replace(metadata={"m": zeros, "path": list("abcdefgh")})
    operator = perhaps(Noted(config()))
    chosen = np.asarray(operator._random_params(given)[0])
    for result in (operator(given), operator.apply_batch(given)):
        np.testing.assert_array_equal(result.state["s"], chosen)
        np.testing.assert_array_equal(result.valid_mask, ~chosen)
        assert result.metadata is not None
        np.testing.assert_array_equal(result.metadata["m"], chosen)
        assert result.metadata["path"] == list("abcdefgh")


def test_what_is_no_array_cannot_be_of_some_records() -> None:
    given = numbers(1, 2, state={"s": jnp.zeros(2)}, metadata={"m": jnp.zeros(2)})
    inner = Noted(config())
    inner.note = "doubled"
    with pytest.raises(OutputError) as caught:
        perhaps(inner)(given)
    assert str(caught.value) == (
        "ProbabilisticOperator: all records must come out alike:\n"
        '  - metadata["note"]: expected what is no array to be the same for all records, '
        "got another value from operator, Noted; write an array, one number a record"
    )


def test_the_spec_is_kept_for_every_size() -> None:
    operator = chain(perhaps(Scale(config()), p=0.1), perhaps(Foreign0()))
    spec = {"x": symbolic(""), "other": symbolic("n, d")}
    assert operator.output_spec(spec) == spec
    assert [row.stage for row in trace_stages(operator, spec).rows] == ["stages[0]", "stages[1]"]


class Foreign0(Foreign):
    """As `Foreign`, and writes nothing new."""

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        return batch.replace(data={**batch.data, "x": batch.data["x"] * 10.0})

    def output_spec(self, input_spec: PyTree, /) -> PyTree:
        return input_spec


def test_a_foreign_operator_takes_part() -> None:
    given = numbers(*range(1, 9), index=jnp.arange(8))
    ratio = np.asarray(perhaps(Foreign0())(given).data["x"] / given.data["x"])
    assert set(ratio) == {1.0, 10.0}


def test_an_operator_that_changes_the_spec_is_refused() -> None:
    renamed = RenameOperator(RenameOperatorConfig(mapping={"x": "y"}))
    operator = perhaps(renamed)
    for call in (lambda: operator(numbers(1, 2)), lambda: operator.output_spec(numbers(1).spec())):
        with pytest.raises(OutputError) as caught:
            call()
        assert str(caught.value) == (
            "ProbabilisticOperator: all records must come out alike:\n"
            '  - data["x"]: expected float32[], as in the other records, '
            "got nothing of that name from operator, RenameOperator\n"
            '  - data["y"]: expected nothing of that name, as in the other records, '
            "got float32[] from operator, RenameOperator"
        )


def test_an_error_names_the_operator_and_changes_nothing() -> None:
    operator = perhaps(Norm(config()))
    before = operator.get_state()
    for call in (operator, operator.apply_batch):
        with pytest.raises(TypeError, match=r"^Norm.transform at operator does not fit"):
            call(numbers(1))
    jax.tree.map(np.testing.assert_array_equal, before, operator.get_state())


def test_streams_are_its_own_and_those_of_the_operator() -> None:
    operator = perhaps(Noise(random_config(), rngs=nnx.Rngs(0)))
    assert operator.requires_rng_streams() == ["augment", "noise"]
    assert operator.stochastic
    assert not operator.in_turn


def test_gradients_come_from_the_chosen_alone() -> None:
    operator = perhaps(Scale(config()))
    given = numbers(*range(1, 9), index=jnp.arange(8))
    chosen = np.asarray(operator._random_params(given)[0])
    gradient = nnx.grad(lambda op: jnp.sum(op(given).data["x"]))(operator)
    np.testing.assert_allclose(jax.tree.leaves(gradient), [np.arange(1.0, 9.0)[chosen].sum()])


@pytest.mark.parametrize("p", [-0.1, 1.5, float("nan")])
def test_what_is_no_probability_is_refused(p: float) -> None:
    with pytest.raises(ConfigError, match="p: expected a number"):
        ProbabilisticOperatorConfig(p=p)


def test_what_is_no_operator_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        perhaps(Scale)
    assert str(caught.value) == (
        "ProbabilisticOperator cannot be made:\n"
        "  - operator: expected an operator, got the class Scale; make it first: Scale(config)"
    )
