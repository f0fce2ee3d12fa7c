"""Random streams of operators: their own, fresh on every call, or the record's own."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import Array, Float, Key

from datarax_typed.core.element_batch import Batch
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.randomness import batch_key, own_stream, record_keys
from datarax_typed.errors import RandomnessError
from datarax_typed.protocols import PyTree

CONFIG = ModalityOperatorConfig(field_key="x", stochastic=True, stream_name="noise")
SIZE = 6


class ByBatch(ModalityOperator):
    """Draws from one key a batch, as the reference page does."""

    def generate_random_params(self, rng: Key[Array, ""], data_shapes: PyTree) -> PyTree:
        batch_size = data_shapes[self.config.field_key][0]
        return jax.random.uniform(rng, (batch_size,), minval=0, maxval=2 * jnp.pi)

    def transform(self, x: Float[Array, "n"], random_params: Float[Array, ""]) -> Float[Array, "n"]:
        return x + random_params


class ByRecord(ModalityOperator):
    """Draws from one key a record."""

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Float[Array, "n"]:
        return jax.random.uniform(key, element_shapes["x"])

    def transform(
        self, x: Float[Array, "n"], random_params: Float[Array, "n"]
    ) -> Float[Array, "n"]:
        return x + random_params


def zeros(size: int = SIZE, **parts: PyTree) -> Batch:
    return Batch({"x": jnp.zeros((size, 2))}, **parts)


def by_batch() -> ByBatch:
    return ByBatch(CONFIG, rngs=nnx.Rngs(noise=0))


def by_record() -> ByRecord:
    return ByRecord(CONFIG, rngs=nnx.Rngs(noise=0))


# Streams


def test_a_stochastic_operator_needs_rngs() -> None:
    with pytest.raises(RandomnessError) as caught:
        ByBatch(CONFIG)  # type: ignore[datarax-operator]  # refused, as it should be
    assert str(caught.value) == (
        "ByBatch: expected rngs, since its config says stochastic=True, got None; "
        "give rngs=nnx.Rngs(noise=0)"
    )
    assert isinstance(caught.value, ValueError)


def test_the_rngs_need_the_stream() -> None:
    with pytest.raises(RandomnessError) as caught:
        ByBatch(CONFIG, rngs=nnx.Rngs(params=0, dropout=1))  # type: ignore[datarax-operator]  # refused, as it should be
    assert str(caught.value) == (
        "ByBatch: expected the random stream 'noise', available: 'params', 'dropout'; "
        "give rngs=nnx.Rngs(noise=0)"
    )


def test_a_default_stream_serves_every_name() -> None:
    operator = ByBatch(CONFIG, rngs=nnx.Rngs(0))
    assert operator(zeros()).data["x"].any()
    operator.ensure_rng_streams(["default"])


def test_two_operators_of_the_same_rngs_draw_differently_and_alone() -> None:
    rngs = nnx.Rngs(noise=0)
    first, second = ByBatch(CONFIG, rngs=rngs), ByBatch(CONFIG, rngs=rngs)
    alone = by_batch()
    one, two = first(zeros()).data["x"], second(zeros()).data["x"]
    assert (one != two).all()
    # Drawing from one has not moved the other.
    np.testing.assert_array_equal(one, alone(zeros()).data["x"])
    np.testing.assert_array_equal(first(zeros()).data["x"], alone(zeros()).data["x"])


def test_a_stream_has_another_seed_than_its_parent() -> None:
    rngs = nnx.Rngs(noise=0)
    stream = own_stream(rngs, "noise", "op")
    assert (jax.random.key_data(stream()) != jax.random.key_data(rngs.noise())).any()


# One key a batch


def test_a_key_is_fresh_on_every_call() -> None:
    operator = by_batch()
    results = [operator(zeros()).data["x"][:, 0] for _ in range(3)]
    assert len(np.unique(np.concatenate(results))) == 3 * SIZE
    assert operator.get_state()["_stream"]["count"] == 3


def test_the_same_seed_draws_the_same() -> None:
    np.testing.assert_array_equal(by_batch()(zeros()).data["x"], by_batch()(zeros()).data["x"])


REFUSAL = (
    "ByBatch: expected a call that moves the random stream on, got one within a JAX transformation "
    "that closes over the operator, and would draw the same numbers every time; call "
    "operator(batch) itself, which is compiled, or give the operator as an argument: "
    "nnx.jit(lambda operator, batch: operator(batch))(operator, batch)"
)


def test_a_bare_jit_is_refused_and_changes_nothing() -> None:
    operator = by_batch()
    expected = by_batch()(zeros()).data["x"]
    with pytest.raises(RandomnessError) as caught:
        jax.jit(operator)(zeros())
    assert str(caught.value) == REFUSAL
    assert operator.get_operation_stats() == {"applied_count": 0, "skipped_count": 0}
    np.testing.assert_array_equal(operator(zeros()).data["x"], expected)


def test_what_the_refusal_recommends_works() -> None:
    operator, plain = by_batch(), by_batch()
    compiled = nnx.jit(lambda operator, batch: operator(batch))
    for _ in range(2):
        np.testing.assert_allclose(
            compiled(operator, zeros()).data["x"], plain(zeros()).data["x"], rtol=1e-6
        )


def test_batch_key_and_record_keys_say_who_asks() -> None:
    stream = own_stream(nnx.Rngs(noise=0), "noise", "op")
    with pytest.raises(RandomnessError, match="Flip 'f': expected a call that moves"):
        jax.jit(lambda: batch_key(stream, "Flip 'f'"))()
    with pytest.raises(RandomnessError, match="Flip 'f': expected a call that moves"):
        jax.jit(lambda: record_keys(stream, None, 2, "Flip 'f'"))()


# One key a record


def test_a_record_draws_by_its_index_alone() -> None:
    index = jnp.array([5, 0, 7, 2, 2, 9])
    drawn = by_record()(zeros(index=index)).data["x"]
    np.testing.assert_array_equal(drawn[3], drawn[4])
    assert len(np.unique(drawn[:, 0])) == 5
    again = by_record()
    for row in range(SIZE):
        alone = again(zeros(1, index=index[row : row + 1])).data["x"][0]
        np.testing.assert_array_equal(alone, drawn[row])


@settings(max_examples=15)
@given(st.permutations(range(SIZE)), st.integers(0, 2), st.integers(0, 3))
def test_order_padding_and_earlier_calls_do_not_matter(
    order: list[int], padding: int, calls: int
) -> None:
    expected = np.asarray(_drawn(list(range(SIZE)), 0, 0))
    found = np.asarray(_drawn(order, padding, calls))
    np.testing.assert_array_equal(found[:SIZE], expected[np.array(order)])


_OPERATOR = by_record()


def _drawn(index: list[int], padding: int, calls: int) -> Array:
    operator = _OPERATOR.clone()
    rows = np.array([*index, *[-1] * padding])
    batch = zeros(len(rows), index=rows, valid_mask=rows >= 0)
    for _ in range(calls):
        operator(batch)
    drawn: Array = operator(batch).data["x"]
    return drawn


def test_padding_rows_and_large_positions_are_positions_too() -> None:
    index = np.array([-1, 2**31 - 1, 0], np.int32)
    assert len(np.unique(by_record()(zeros(3, index=index)).data["x"][:, 0])) == 3


def test_the_kind_of_integer_does_not_matter() -> None:
    drawn = [
        by_record()(zeros(3, index=np.arange(3, dtype=dtype))).data["x"]
        for dtype in (np.int32, np.uint32, np.uint8, np.int64)
    ]
    for other in drawn[1:]:
        np.testing.assert_array_equal(drawn[0], other)


def test_without_an_index_the_call_and_the_row_decide() -> None:
    operator, again = by_record(), by_record()
    first, second = operator(zeros()).data["x"], operator(zeros()).data["x"]
    assert len(np.unique(np.concatenate([first[:, 0], second[:, 0]]))) == 2 * SIZE
    np.testing.assert_array_equal(first, again(zeros()).data["x"])


def test_a_bare_jit_may_draw_by_index() -> None:
    indexed = zeros(index=jnp.arange(SIZE))
    operator = by_record()
    np.testing.assert_array_equal(
        jax.jit(operator)(indexed).data["x"], by_record()(indexed).data["x"]
    )
    with pytest.raises(RandomnessError, match="ByRecord: expected a call that moves"):
        jax.jit(operator)(zeros())


class Replaced(ByRecord):
    """Draws otherwise than its base does."""

    def generate_random_params(self, rng: Key[Array, ""], data_shapes: PyTree) -> PyTree:
        return jnp.full(data_shapes["x"], 100.0)


def test_the_nearest_class_says_how_to_draw() -> None:
    result = Replaced(CONFIG, rngs=nnx.Rngs(noise=0))(zeros())
    np.testing.assert_array_equal(result.data["x"], jnp.full((SIZE, 2), 100.0))


def test_what_is_drawn_a_record_can_be_drawn_a_batch() -> None:
    operator, key = by_record(), jax.random.key(1)
    drawn = operator.generate_random_params(key, {"x": (SIZE, 2), "y": {"z": (SIZE, 2)}})
    shapes = {"x": (2,), "y": {"z": (2,)}}
    expected = [operator.sample_params(own, shapes) for own in jax.random.split(key, SIZE)]
    np.testing.assert_array_equal(drawn, jnp.stack(expected))


def test_a_stream_that_looks_misspelt_is_named() -> None:
    with pytest.raises(RandomnessError) as caught:
        ByBatch(CONFIG, rngs=nnx.Rngs(noises=0))  # type: ignore[datarax-operator]  # refused, as it should be
    assert str(caught.value) == (
        "ByBatch: expected the random stream 'noise', available: 'noises'; did you mean 'noises'?"
    )


def test_a_seed_is_no_generator() -> None:
    with pytest.raises(RandomnessError) as caught:
        ByBatch(CONFIG, rngs=0)  # type: ignore[arg-type]  # the mistake
    assert str(caught.value) == (
        "ByBatch: expected rngs, since its config says stochastic=True, got 0; "
        "give rngs=nnx.Rngs(noise=0)"
    )
