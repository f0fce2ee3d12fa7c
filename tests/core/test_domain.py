"""Constraints on values: the record that breaks one is named, and off they cost nothing."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jax.experimental import checkify
from jaxtyping import Array, Float, Key

from datarax_typed.core.domain import DomainConstraint, check_domain, finite, within
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.errors import DomainError
from datarax_typed.operators.compose import chain
from datarax_typed.protocols import PyTree, Statistics


class HeartRate(ModalityOperator):
    """Beats per minute, from seconds between beats."""

    domain: ClassVar[tuple[DomainConstraint, ...]] = (
        finite("heart rate"),
        within(20, 300, "heart rate", "bpm"),
        DomainConstraint("heart rate is steady", lambda rate: jnp.ptp(rate) < 100),
    )

    def transform(self, seconds: Float[Array, "beats"]) -> Float[Array, "beats"]:
        return 60 / seconds


class Free(ModalityOperator):
    """The same without constraints."""

    def transform(self, seconds: Float[Array, "beats"]) -> Float[Array, "beats"]:
        return 60 / seconds


CONFIG = ModalityOperatorConfig(field_key="beats", target_key="rate")
OFF = ModalityOperatorConfig(
    field_key="beats", target_key="rate", validate_domain_constraints=False
)


def beats(*values: float, **parts: Any) -> Batch:
    return Batch({"beats": jnp.array([[1.0, value] for value in values])}, **parts)


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        (
            beats(1.0, 0.125),
            "expected that heart rate is 20 to 300 bpm, got values from 60.0 to 480.0 in record 1",
        ),
        (
            beats(1.0, 0.0, index=jnp.array([40, 41])),
            "expected that heart rate is finite, got values from 60.0 to inf in record 41",
        ),
        (
            beats(0.25),
            "expected that heart rate is steady, got values from 60.0 to 240.0 in record 0",
        ),
    ],
    ids=["range", "finite", "predicate"],
)
def test_the_record_that_breaks_a_constraint_is_named(batch: Batch, message: str) -> None:
    operator = HeartRate(CONFIG, name="rate")
    calls: list[Callable[[Batch], Batch]] = [operator, operator.apply_batch, chain(operator)]
    for call, place in zip(calls, ("", "", " at stages[0]"), strict=True):
        with pytest.raises(DomainError) as caught:
            call(batch)
        assert str(caught.value) == f"HeartRate 'rate'{place}: {message}"
    assert operator.get_operation_stats() == {"applied_count": 0, "skipped_count": 0}


def test_values_in_the_domain_pass() -> None:
    operator = HeartRate(CONFIG)
    np.testing.assert_array_equal(operator(beats(1.0, 0.75)).data["rate"], [[60, 60], [60, 80]])
    assert operator.get_operation_stats() == {"applied_count": 2, "skipped_count": 0}


def test_padding_may_hold_anything() -> None:
    padded = beats(1.0, 0.0, valid_mask=jnp.array([True, False]))
    assert jnp.isinf(HeartRate(CONFIG)(padded).data["rate"][1, 1])


def test_an_empty_batch_breaks_nothing() -> None:
    empty = Batch({"beats": jnp.zeros((0, 2))})
    assert HeartRate(CONFIG)(empty).data["rate"].shape == (0, 2)


def test_values_of_no_size_break_nothing() -> None:
    check_domain((finite(),), jnp.zeros((2, 0)), Batch({"x": jnp.zeros((2, 0))}), "Empty")


def test_no_whole_number_may_be_within() -> None:
    for low, high in ((0.2, 0.8), (300.0, 400.0)):
        assert not within(low, high).holds(jnp.arange(-100, 100, dtype=jnp.int8)).any()


def test_off_nothing_is_checked() -> None:
    assert jnp.isinf(HeartRate(OFF)(beats(0.0)).data["rate"][0, 1])


def test_inside_a_trace_checkify_sees_it() -> None:
    operator = HeartRate(CONFIG)
    checked = jax.jit(checkify.checkify(lambda batch: operator(batch).data["rate"]))
    error, _ = checked(beats(1.0, 0.125))
    assert str(error.get()).startswith(
        "HeartRate: expected that heart rate is 20 to 300 bpm, "
        "got values from 60.0 to 480.0 in record 1"
    )
    error, rate = checked(beats(1.0, 1.0))
    assert error.get() is None
    np.testing.assert_array_equal(rate, jnp.full((2, 2), 60))
    # Without it the program runs on.
    assert jnp.isinf(jax.jit(operator)(beats(0.0)).data["rate"][0, 1])


NAME = r"%[\w.-]+"


def test_unasked_for_it_costs_nothing() -> None:
    def program(operator: ModalityOperator) -> str:
        def run(batch: Batch) -> PyTree:
            return operator(batch).data

        text = str(jax.jit(run).lower(beats(1.0, 1.0)).compile().as_text())
        # Without where its instructions come from, and with names in order of appearance.
        code = re.sub(r", metadata={[^}]*}", "", text[text.index("\n%") :])
        names = {name: str(at) for at, name in enumerate(dict.fromkeys(re.findall(NAME, code)))}
        return re.sub(NAME, lambda found: names[found[0]], code)

    assert "divide" in program(Free(CONFIG))
    assert program(HeartRate(OFF)) == program(Free(CONFIG))
    # On, but without checkify: nothing of it is left but a parameter.
    left = program(HeartRate(CONFIG))
    assert [text for text in ("is-finite", "compare", "reduce") if text in left] == []
    assert left.count("parameter(") == program(Free(CONFIG)).count("parameter(") + 1


def test_the_constraint_holds_for_what_is_stored_after_clipping() -> None:
    clipped = ModalityOperatorConfig(field_key="beats", clip_range=(50.0, 100.0))
    assert HeartRate(clipped)(beats(1.0, 0.1)).data["beats"].max() == 100


def test_an_error_inside_nnx_jit_leaves_the_operator_as_it_was() -> None:
    operator = chain(HeartRate(CONFIG), HeartRate(OFF.__class__(field_key="rate")))
    before = operator.get_state()
    with pytest.raises(DomainError):
        operator(beats(0.125))
    jax.tree.map(np.testing.assert_array_equal, operator.get_state(), before)
    nnx.jit(lambda op, batch: op(batch))(operator, beats(1.0))
    assert operator.get_operation_stats()["applied_count"] == 1


class Tokens(ModalityOperator):
    """Whole numbers, and a field that is a dictionary."""

    domain: ClassVar[tuple[DomainConstraint, ...]] = (finite("token"), within(0, 9.5, "token"))

    def transform(self, tokens: PyTree) -> PyTree:
        return jax.tree.map(lambda leaf: leaf + 1, tokens)


def test_whole_numbers_have_a_domain_too() -> None:
    operator = Tokens(ModalityOperatorConfig(field_key="tokens"))
    batch = Batch({"tokens": jnp.array([[1, 2], [3, 9]])})
    with pytest.raises(DomainError) as caught:
        operator(batch)
    assert str(caught.value) == (
        "Tokens: expected that token is 0 to 9.5, got values from 4 to 10 in record 1"
    )
    np.testing.assert_array_equal(
        operator(Batch({"tokens": jnp.ones((1, 1), int)})).data["tokens"], 2
    )


def test_a_field_may_be_a_dictionary() -> None:
    operator = Tokens(ModalityOperatorConfig(field_key="tokens"))
    with pytest.raises(DomainError) as caught:
        operator(Batch({"tokens": {"a": jnp.zeros((2, 1)), "b": jnp.array([1.0, 9.0])}}))
    assert str(caught.value) == (
        "Tokens: expected that token is 0 to 9.5, got values from 10.0 to 10.0 in record 1"
    )


class Jitter(HeartRate):
    """Draws, and overrides apply_batch."""

    def generate_random_params(self, rng: Key[Array, ""], data_shapes: PyTree) -> PyTree:
        return jax.random.uniform(rng, (data_shapes["beats"][0],))

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        return super().apply_batch(batch, stats)


def test_random_numbers_and_counts_move_on_under_the_checks() -> None:
    config = replace(CONFIG, stochastic=True, stream_name="noise")
    operator = Jitter(config, rngs=nnx.Rngs(0))
    for call in (1, 2):
        operator(beats(1.0, 1.0))
        assert operator.get_state()["_stream"]["count"] == call
        assert operator.get_operation_stats()["applied_count"] == 2 * call


def test_the_output_spec_of_any_number_of_records_is_known() -> None:
    spec = {"beats": jax.ShapeDtypeStruct((2,), jnp.float32)}
    assert Jitter(CONFIG).output_spec(spec) == {**spec, "rate": spec["beats"]}
