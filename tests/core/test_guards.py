"""What happens around apply and apply_batch, whoever writes them."""

from collections.abc import Callable
from typing import Any

import jax
import jax.export
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ContractError, OutputError
from datarax_typed.protocols import PyTree, Statistics
from tests.core.samples import PLAIN, RANDOM, Affine, Normalised, Pairs, batch


def test_a_written_apply_batch_is_honoured_and_counted_once() -> None:
    given = batch(valid_mask=jnp.array([True, True, False]))
    operator = Normalised(PLAIN)
    np.testing.assert_allclose(operator(given).data["x"], 2 * given.data["x"] - 2.5)
    np.testing.assert_allclose(operator.apply_batch(given).data["x"], 2 * given.data["x"] - 2.5)
    assert operator.get_operation_stats() == {"applied_count": 4, "skipped_count": 0}
    pairs = Pairs(PLAIN)
    np.testing.assert_allclose(pairs(given).data["pairs"], given.data["x"] @ given.data["x"].T)
    assert pairs.get_operation_stats() == {"applied_count": 2, "skipped_count": 0}


# What apply returns


class Returns(Affine):
    """Returns what a test says, from an apply without annotations, as users write it."""

    make: Callable[[PyTree], Any]

    def apply(self, data, state, metadata, random_params=None, stats=None):  # type: ignore[datarax-operator, no-untyped-def]  # see above
        return type(self).make(data)


def returning(make: Callable[[PyTree], Any]) -> Returns:
    class Made(Returns):
        pass

    Made.make = staticmethod(make)
    return Made(RANDOM, rngs=nnx.Rngs(0))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda data: data, "apply: expected a tuple (data, state, metadata), got dict"),
        (
            lambda data: (data, {}),
            "apply: expected a tuple (data, state, metadata), got tuple of 2",
        ),
        (lambda data: None, "apply: expected a tuple (data, state, metadata), got NoneType"),
        (
            lambda data: ({"x": "text"}, {"s": object()}, ["m"]),
            (
                "apply returns what cannot be batched:\n"
                "  - data[\"x\"]: expected an array, got 'text'\n"
                '  - state["s"]: expected an array, got object\n'
                "  - metadata: expected a dict or None, got list of 1"
            ),
        ),
        (
            lambda data: (data, {}, {"mixed": [data["x"], "text"]}),
            (
                "apply returns what cannot be batched:\n"
                '  - metadata["mixed"][0]: expected no array among values that are none, got one; '
                "give arrays a key of their own"
            ),
        ),
    ],
    ids=["data", "two", "none", "leaves", "mixed"],
)
@pytest.mark.parametrize("call", [lambda op: op(batch()), lambda op: op.apply_batch(batch())])
def test_a_wrong_result_of_apply_is_refused_and_changes_nothing(
    make: Callable[[PyTree], Any], message: str, call: Callable[[Returns], Batch]
) -> None:
    operator = returning(make)
    before = operator.get_state()
    with pytest.raises(OutputError) as caught:
        call(operator)
    assert str(caught.value) == f"Made.{message}"
    jax.tree.map(np.testing.assert_array_equal, operator.get_state(), before)


def test_numbers_are_arrays_too() -> None:
    result = returning(lambda data: ({"x": 1.5, "y": data["y"]}, {}, None))(batch())
    np.testing.assert_array_equal(result.data["x"], [1.5] * 3)


@pytest.mark.parametrize("call", [lambda op, b: op(b), lambda op, b: op.apply_batch(b)])
def test_text_that_apply_adds_to_metadata_is_kept(
    call: Callable[[Returns, Batch], Batch],
) -> None:
    note = {"t": jnp.ones(()), "note": "turned", "deep": {"by": "operator"}}
    operator = returning(lambda data: (data, {}, note))
    for path in ("a", "b"):
        given = batch(metadata={"path": path, "deep": {"split": "train", "by": "nobody"}})
        result = call(operator, given)
        assert result.metadata is not None
        np.testing.assert_array_equal(result.metadata.pop("t"), jnp.ones(3))
        expected = {"path": path, "note": "turned", "deep": {"split": "train", "by": "operator"}}
        assert result.metadata == expected


@pytest.mark.parametrize("call", [lambda op, b: op(b), lambda op, b: op.apply_batch(b)])
def test_host_metadata_survives_an_apply_that_returns_none(
    call: Callable[[Returns, Batch], Batch],
) -> None:
    operator = returning(lambda data: (data, {}, None))
    assert call(operator, batch(metadata={"path": "a"})).metadata == {"path": "a"}
    assert call(operator, batch()).metadata is None


# What apply_batch returns


def test_apply_batch_returns_a_batch() -> None:
    class Wrong(Affine):
        def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
            data: Batch = batch.data
            return data

    operator = Wrong(PLAIN, name="w")
    for call in (operator, operator.apply_batch):
        with pytest.raises(ContractError) as caught:
            call(batch())
        assert "return value: expected Batch, got dict with keys 'x', 'y'" in str(caught.value)
    assert operator.get_operation_stats() == {"applied_count": 0, "skipped_count": 0}


def test_an_unannotated_apply_batch_returns_a_batch_too() -> None:
    class Wrong(Affine):
        def apply_batch(self, batch, stats=None):  # type: ignore[no-untyped-def]  # as users write
            return batch.data

    with pytest.raises(OutputError) as caught:
        Wrong(PLAIN, name="w")(batch())
    assert str(caught.value) == "Wrong 'w'.apply_batch: expected a Batch, got dict"


@pytest.mark.parametrize("call", [lambda op: op(batch()), lambda op: op.apply_batch(batch())])
def test_an_error_leaves_the_whole_state_as_it_was(call: Callable[[Affine], Batch]) -> None:
    class Fails(Affine):
        def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
            super().apply_batch(batch, stats)
            self.factor[...] += 1
            raise KeyError("too late")

    operator = Fails(RANDOM, rngs=nnx.Rngs(0))
    operator.set_statistics({"mean": 1.0})
    before = operator.get_state()
    with pytest.raises(KeyError, match="too late"):
        call(operator)
    jax.tree.map(np.testing.assert_array_equal, operator.get_state(), before)
