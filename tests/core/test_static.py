"""Equality and hashes of whatever a config holds."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed.core.static import static_equal, static_hash


@dataclass
class Holder:
    value: object


class Shaped(nnx.Module):
    """Has the attributes of an array, and is none."""

    def __init__(self) -> None:
        self.shape = "round"
        self.dtype = "float32"


MAKERS: list[Callable[[], object]] = [
    lambda: [1, "a", None],
    lambda: {"a": [1], "b": {"c": (1.0, 2)}},
    lambda: {1, 2},
    lambda: frozenset({1}),
    lambda: np.arange(3),
    lambda: np.float32(1),
    lambda: jnp.arange(3),
    lambda: jnp.array([jnp.nan, 1.0]),
    lambda: {"mean": np.zeros((2, 2)), "std": jnp.ones(2)},
    lambda: OrderedDict(a=1),
    lambda: float("nan"),
    lambda: [float("nan")],
    lambda: jax.ShapeDtypeStruct((2,), jnp.float32),
    lambda: Holder([1]),
]


@pytest.mark.parametrize("make", MAKERS)
def test_equal_values_are_equal_and_hash_alike(make: Callable[[], object]) -> None:
    left, right = make(), make()
    assert static_equal(left, right)
    assert static_hash(left) == static_hash(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1, True),
        (1, 1.0),
        ([1], (1,)),
        ([1], [1, 2]),
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {"b": 1}),
        (np.zeros(2), np.ones(2)),
        (np.zeros(2), np.zeros(3)),
        (np.zeros(2, np.float32), np.zeros(2, np.float64)),
        (np.zeros(2, np.float32), jnp.zeros(2)),
        (jax.ShapeDtypeStruct((2,), jnp.float32), jax.ShapeDtypeStruct((3,), jnp.float32)),
        (float("nan"), 1.0),
        (Holder(1), Holder(2)),
    ],
)
def test_different_values_are_different(left: object, right: object) -> None:
    assert not static_equal(left, right)
    assert not static_equal(right, left)


def test_functions_and_modules_are_themselves_alone() -> None:
    for make in (lambda: partial(max, 1), Shaped, lambda: lambda: None):
        value = make()
        assert static_equal(value, value)
        assert not static_equal(value, make())
        assert static_hash(value) == static_hash(value)


def test_what_cannot_be_compared_is_itself_alone() -> None:
    value = Holder(np.zeros(2))
    assert static_equal(value, value)
    assert not static_equal(value, Holder(np.zeros(2)))
    keys = jax.random.key(0)
    assert static_equal(keys, keys)
    assert not static_equal(keys, jax.random.key(0))


def test_a_traced_array_is_itself_alone() -> None:
    def body(x: jax.Array) -> jax.Array:
        assert static_equal(x, x)
        assert not static_equal(x, x + 1)
        assert static_hash(x) == static_hash(x + 1)
        return x

    jax.eval_shape(body, jnp.zeros(2))
