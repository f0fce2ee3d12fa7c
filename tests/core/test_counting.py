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
