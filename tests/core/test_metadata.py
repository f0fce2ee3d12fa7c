"""Metadata: arrays enter the program, everything else stays on the host."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datarax_typed.core.metadata import (
    is_array,
    join_metadata,
    split_metadata,
    stack_records,
    take_record,
)
from datarax_typed.protocols import Metadata


@pytest.mark.parametrize(
    "value",
    [
        np.zeros(2),
        np.float32(1),
        np.zeros((), jnp.bfloat16),
        np.zeros(1, bool),
        jax.ShapeDtypeStruct((2,), np.float32),
    ],
)
def test_arrays_of_numbers_are_arrays(value: object) -> None:
    assert is_array(value)


def test_jax_arrays_and_keys_are_arrays() -> None:
    assert is_array(jnp.zeros(1))
    assert is_array(jax.random.key(0))


@pytest.mark.parametrize(
    "value",
    [
        1,
        1.0,
        "text",
        None,
        [1, 2],
        np.array(["text"]),
        np.array([None]),
        np.zeros(1, [("a", np.int32)]),
        np.array("2020-01-01", "datetime64[D]"),
    ],
)
def test_what_jax_cannot_take_is_no_array(value: object) -> None:
    assert not is_array(value)


def test_the_two_parts_keep_their_nesting() -> None:
    one = np.ones(2)
    metadata: Metadata = {
        "path": "a.png",
        "time": one,
        "camera": {"name": "b", "gain": one, "empty": {}},
        "boxes": [one, one],
        "mixed": [one, "c"],
        "nothing": None,
    }
    arrays, rest = split_metadata(metadata)
    assert arrays == {"time": one, "camera": {"gain": one}, "boxes": [one, one]}
    assert rest == {
        "path": "a.png",
        "camera": {"name": "b", "empty": {}},
        "mixed": [one, "c"],
        "nothing": None,
    }
    assert join_metadata(arrays, rest) == metadata


def test_arrays_win_where_both_parts_have_a_key() -> None:
    assert join_metadata({"a": 1, "b": {"c": 2}}, {"a": "old", "b": {"d": 3}}) == {
        "a": 1,
        "b": {"c": 2, "d": 3},
    }


def test_a_column_is_a_list_with_an_item_for_each_record() -> None:
    rest: Metadata = {
        "path": ["a", "b"],
        "split": "train",
        "three": [1, 2, 3],
        "pair": ("x", "y"),
        "nested": {"id": [7, 8]},
    }
    assert take_record(rest, 1, 2) == {
        "path": "b",
        "split": "train",
        "three": [1, 2, 3],
        "pair": ("x", "y"),
        "nested": {"id": 8},
    }


def test_stacking_fills_the_holes_with_none() -> None:
    assert stack_records([{"a": 1, "n": {"x": 1}}, {"b": 2, "n": {"x": 2}}]) == {
        "a": [1, None],
        "b": [None, 2],
        "n": {"x": [1, 2]},
    }


_VALUES = st.one_of(st.integers(), st.text(max_size=2), st.lists(st.integers(), max_size=3))
_RECORD = st.fixed_dictionaries(
    {"path": _VALUES, "nested": st.fixed_dictionaries({"id": _VALUES, "tag": _VALUES})}
)


@given(st.lists(_RECORD, min_size=1, max_size=4))
def test_a_record_comes_out_of_a_stack_as_it_went_in(records: list[Metadata]) -> None:
    stacked = stack_records(records)
    assert [take_record(stacked, row, len(records)) for row in range(len(records))] == records
