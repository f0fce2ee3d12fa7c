"""Where two trees differ, as a text."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from datarax_typed.core.element_batch import Batch
from datarax_typed.protocols import PyTree
from datarax_typed.testing.differences import difference, shown

NAMES = ("left", "right")
NAN = float("nan")


@pytest.mark.parametrize(
    ("left", "right", "text"),
    [
        ({"a": jnp.ones(2)}, {"a": jnp.ones(2)}, None),
        ({"a": jnp.asarray([NAN, jnp.inf])}, {"a": jnp.asarray([NAN, jnp.inf])}, None),
        ({"a": jnp.asarray(1.0)}, {"a": jnp.asarray(1.000001)}, None),
        ({"a": jnp.asarray(1.0)}, {"a": jnp.asarray(1.001)}, '["a"]: left 1.0, right 1.001'),
        (
            {"data": {"a": jnp.zeros((2, 2))}},
            {"data": {"a": jnp.eye(2)}},
            'data["a"][0, 0]: left 0.0, right 1.0 (and 1 more)',
        ),
        ({"a": jnp.ones(1)}, {"a": jnp.asarray([NAN])}, '["a"][0]: left 1.0, right nan'),
        ({"a": jnp.ones(1)}, {}, '["a"]: left has it, right does not'),
        ({}, {"a": jnp.ones(1)}, '["a"]: right has it, left does not'),
        (
            {"a": jnp.ones(1)},
            {"a": jnp.ones(2, jnp.int32)},
            '["a"]: left float32[1], right int32[2]',
        ),
        ({"a": jnp.float16(1)}, {"a": jnp.float16(1.01)}, None),
        ({"a": jnp.bfloat16(1)}, {"a": jnp.bfloat16(1.5)}, '["a"]: left 1, right 1.5'),
        ({"a": jnp.int8(1)}, {"a": jnp.int8(2)}, '["a"]: left 1, right 2'),
        ({"a": "text"}, {"a": "test"}, "[\"a\"]: left 'text', right 'test'"),
        ({"a": np.zeros((0, 2))}, {"a": np.zeros((0, 2))}, None),
    ],
)
def test_the_first_difference_is_told(left: PyTree, right: PyTree, text: str | None) -> None:
    assert difference(left, right, NAMES) == text


def test_rounding_counts_where_it_is_asked_for() -> None:
    left, right = jnp.asarray(1.0), jnp.asarray(1.000001)
    assert difference(left, right, NAMES, exact=True) == ": left 1.0, right 1.000001"


def test_keys_are_compared_by_their_data() -> None:
    left, right = jax.random.key(0), jax.random.key(1)
    assert difference({"k": left}, {"k": left}, NAMES) is None
    assert difference({"k": left}, {"k": right}, NAMES) == '["k"][1]: left 0, right 1'


def test_small_batches_show_their_values() -> None:
    batch = Batch({"a": jnp.asarray([[0.5, 1.0]]), "b": jnp.zeros((1, 99), jnp.int8)})
    assert shown(batch) == "a float32[1,2] = [[0.5, 1. ]], b int8[1,99]"
