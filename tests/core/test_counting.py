"""Counts: what the host adds is seen by whoever reads, however they do it."""

import copy
import pickle
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from hypothesis import given
from hypothesis import strategies as st

from datarax_typed.core.counting import Count, Number, minus, on_host, plus
from datarax_typed.core.element_batch import Batch
from datarax_typed.operators.compose import chain
from datarax_typed.protocols import Statistics
from tests.core.samples import PLAIN, Affine, batch

MODULO = 2**32
numbers = st.integers(0, MODULO - 1)


class Holder(nnx.Module):
    def __init__(self, start: Number) -> None:
        self.count = Count(start)


def started(start: Number) -> Holder:
    holder = Holder(start)
    holder.count.add(3)
    holder.count.add(4)
    return holder


def count_of(module: Holder) -> object:
    return module.count[...]


READERS: dict[str, Callable[[Holder], object]] = {
    "index": count_of,
    "get_value": lambda holder: holder.count.get_value(),
    "raw": lambda holder: holder.count.get_raw_value(),
    "state": lambda holder: jax.tree.leaves(nnx.state(holder))[0],
    "split": lambda holder: jax.tree.leaves(nnx.split(holder)[1])[0],
    "pure": lambda holder: nnx.to_pure_dict(nnx.state(holder))["count"],
    "clone": lambda holder: count_of(nnx.clone(holder)),
    "deepcopy": lambda holder: count_of(copy.deepcopy(holder)),
    "pickle": lambda holder: pickle.loads(pickle.dumps(holder.count)).get_value(),
    "nnx.jit": nnx.jit(count_of),
    "jax.jit": jax.jit(count_of),
    "closure": lambda holder: jax.jit(lambda: jnp.asarray(count_of(holder)))(),
    "arithmetic": lambda holder: holder.count + 0,
}


@pytest.mark.parametrize("start", [on_host(5), jnp.uint32(5)], ids=["host", "device"])
@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_every_reader_sees_what_the_host_has_added(
    start: Number, read: Callable[[Holder], object]
) -> None:
    holder = started(start)
    with jax.checking_leaks():
        assert read(holder) == 12
    # It was added once.
    assert holder.count[...] == 12
    assert np.dtype(holder.count.get_value().dtype) == np.uint32


def test_operators_side_by_side_have_their_own_counts() -> None:
    made: Affine = nnx.vmap(lambda _: Affine(PLAIN))(jnp.arange(2))
    batches = jax.tree.map(lambda leaf: jnp.stack([leaf, leaf]), batch(3))
    call: Callable[..., object] = nnx.vmap(lambda operator, batch: operator(batch).data["x"])
    call(made, batches)
    np.testing.assert_array_equal(made._applied_count.get_value(), [3, 3])
    call = nnx.vmap(lambda operator, batch: operator(batch).data["x"], in_axes=(0, None))
    call(made, batch(2))
    np.testing.assert_array_equal(made._applied_count.get_value(), [5, 5])


def test_an_operator_shared_by_batches_counts_all_of_them() -> None:
    shared = Affine(PLAIN)
    batches = jax.tree.map(lambda leaf: jnp.stack([leaf, leaf]), batch(3))
    nnx.vmap(lambda operator, batch: operator(batch).data["x"], in_axes=(None, 0))(shared, batches)
    assert shared.get_operation_stats()["applied_count"] == 6


class Halved(Affine):
    """Applies to the first half of a batch, and counts by itself."""

    _counts_rows = True

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        first = jnp.arange(len(batch)) < len(batch) // 2
        self._count(batch.valid_mask & first, batch.valid_mask & ~first)
        return super().apply_batch(batch, stats)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("compiled", [True, False])
def test_an_operator_may_count_what_it_skips(known: bool, compiled: bool) -> None:
    operator, beside = Halved(PLAIN), Affine(PLAIN)
    both = chain(operator, beside)
    given = batch(4) if known else batch(4).replace(valid_mask=jnp.array([True, False, True, True]))
    valid = 4 if known else 3
    for _ in range(2):
        (both if compiled else both.apply_batch)(given)
    assert operator.get_operation_stats() == {
        "applied_count": 2 * (valid - 2),
        "skipped_count": 4,
    }
    assert beside.get_operation_stats() == {"applied_count": 2 * valid, "skipped_count": 0}
    operator.reset_operation_stats()
    assert operator.get_operation_stats() == {"applied_count": 0, "skipped_count": 0}


def test_a_saved_state_is_no_longer_the_operators() -> None:
    operator = Affine(PLAIN)
    operator(batch(3))
    saved = operator.get_state()
    saved["_applied_count"] += 1
    assert operator.get_operation_stats()["applied_count"] == 3


def test_what_is_set_is_not_added_to() -> None:
    holder = started(on_host(0))
    holder.count.set_value(on_host(1))
    assert holder.count[...] == 1


def test_a_write_in_place_does_not_reach_other_holders() -> None:
    holder = Holder(on_host(2))
    before = nnx.to_pure_dict(nnx.state(holder))
    holder.count[...] = on_host(8)
    assert before["count"] == 2
    assert holder.count[...] == 8


@given(numbers, numbers)
def test_sums_are_modulo(left: int, right: int) -> None:
    for start in (on_host(left), jnp.asarray(left, jnp.uint32)):
        assert int(plus(start, right)) == (left + right) % MODULO
    total = plus(on_host(left), on_host(right))
    assert isinstance(total, np.ndarray)
    assert int(minus(total, on_host(left))) == right
    assert int(minus(jnp.asarray(total), on_host(left))) == right
