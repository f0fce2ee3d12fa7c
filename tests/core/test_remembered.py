"""What makes two calls alike, and that memory is bounded."""

from collections.abc import Callable, Hashable
from typing import cast

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from datarax_typed.core.remembered import Remembered, value_key
from tests.core.drawn import zeros


@pytest.mark.parametrize(
    "make",
    [
        lambda: {"a": zeros(3), "b": [1, "x"]},
        lambda: (None, True, 1.5),
        lambda: jnp.ones(3),
        lambda: np.ones(3),
        lambda: jax.random.key(0),
    ],
)
def test_alike(make: Callable[[], object]) -> None:
    assert value_key(make()) == value_key(make())
    assert value_key(make()) is not None


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1, True),
        (1, 1.0),
        ("a", "b"),
        ([1], (1,)),
        ({"a": 1}, {"b": 1}),
        (np.zeros(2), np.zeros(3)),
        (np.zeros(2, np.float32), np.zeros(2, np.int32)),
    ],
)
def test_not_alike(left: object, right: object) -> None:
    assert value_key(left) != value_key(right)


def test_shapes_and_dtypes_tell_arrays_apart() -> None:
    arrays = [zeros(2), zeros(3), zeros(2, 1), zeros(2, dtype="int32"), np.zeros(2, np.float32)]
    assert len({value_key(array) for array in arrays}) == 5


def test_what_cannot_be_told_apart_has_no_key() -> None:
    assert value_key(object()) is None
    assert value_key([np.zeros(2), len]) is None
    seen = []
    jax.eval_shape(lambda x: seen.append(value_key(x)), zeros(2))
    assert seen == [None]


class Node:
    """A node of a tree that carries an array."""


jax.tree_util.register_pytree_node(
    Node, lambda node: ((), cast(Hashable, np.zeros(2))), lambda *_: Node()
)


def test_incomparable_nodes_are_not_remembered() -> None:
    remembered = Remembered()
    key, twin = value_key(Node()), value_key(Node())
    assert key is not None
    assert twin is not None
    remembered.add(key, key)
    assert not remembered.knows(twin)
    assert not remembered.knows_result(twin, twin)


def test_results_belong_to_arguments() -> None:
    remembered = Remembered()
    remembered.add((1,), (2,))
    assert remembered.knows((1,))
    assert remembered.knows_result((1,), (2,))
    assert not remembered.knows_result((1,), (3,))
    assert not remembered.knows_result((1,), None)
    assert not remembered.knows_result((2,), (2,))


def test_memory_is_bounded() -> None:
    remembered = Remembered()
    for number in range(1000):
        remembered.add((number,), None)
    assert sum(remembered.knows((number,)) for number in range(1000)) <= 256
    assert remembered.knows((999,))
