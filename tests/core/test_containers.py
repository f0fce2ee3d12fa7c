"""Containers are searched exhaustively, whatever their types are."""

import typing
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
from hypothesis import given
from hypothesis import strategies as st
from jaxtyping import Array, Float, PyTree

from tests.core.drawn import NESTED, Drawn, zeros
from tests.core.mismatches import mismatches

H: Any = Float[Array, "h"]  # a type as a value
_typed_dict: Callable[..., Any] = vars(typing)["TypedDict"]


@given(NESTED)
def test_a_nested_value_that_fits_is_accepted(drawn: Drawn) -> None:
    assert mismatches(drawn.hint, drawn.build("x0", {})) == []


@given(NESTED, st.data(), st.sampled_from(["rank", "dtype", "size", "none"]))
def test_one_wrong_leaf_is_named_alone(drawn: Drawn, data: st.DataObject, way: str) -> None:
    path = data.draw(st.sampled_from(drawn.paths))
    # A path is code.
    value = eval(f"value{path}", {"value": drawn.build("x0", {})})
    found = mismatches(drawn.hint, drawn.build("x0", {"x0" + path: spoilt(value, way)}))
    assert [line.partition(": ")[0] for line in found] == ["x0" + path]


def spoilt(value: object, way: str) -> object:
    assert isinstance(value, jax.Array)
    if way == "rank" or (way == "size" and not value.ndim):
        return value[None]
    if way == "size":
        return jnp.zeros((*value.shape[:-1], 7), value.dtype)
    return value.astype("complex64") if way == "dtype" else None


@given(st.integers(1, 8), st.data(), st.sampled_from(["list", "dict", "tuple"]))
def test_one_of_eight_is_always_found(count: int, data: st.DataObject, kind: str) -> None:
    wrong = data.draw(st.integers(0, count - 1))
    values: list[Array] = [zeros(3)] * count
    values[wrong] = zeros(3, 1)
    cases: dict[str, tuple[Any, object]] = {
        "list": (list[H], values),
        "tuple": (tuple[H, ...], tuple(values)),
        "dict": (dict[int, H], dict(enumerate(values))),
    }
    assert mismatches(*cases[kind]) == [
        f'x0[{wrong}]: expected Float[Array, "h"], got float32[3,1]'
    ]


@given(st.integers(1, 4), st.data())
def test_all_missing_keys_are_named(count: int, data: st.DataObject) -> None:
    names = [f"f{index}" for index in range(count)]
    gone = data.draw(st.sets(st.sampled_from(names), min_size=1))
    value = {name: 1 for name in names if name not in gone}
    found = mismatches(_typed_dict("Schema", dict.fromkeys(names, int)), value)
    assert [line.partition(",")[0] for line in found] == [
        f"x0: expected the key {name!r} of Schema" for name in names if name in gone
    ]


def test_an_iterator_is_not_used_up() -> None:
    items: Iterator[int] = iter([1, 2])
    assert mismatches(Iterator[int], items) == []
    assert list(items) == [1, 2]


def test_named_structures_must_agree() -> None:
    tree: Any = PyTree[Float[Array, "..."], "T"]
    assert mismatches(tree, {"a": zeros(3)}, {"a": zeros(4)}) == []
    assert mismatches(tree, {"a": zeros(3)}, [zeros(3)]) == [
        "x1: expected a tree of structure 'T', got list of 1"
    ]


def test_axes_of_leaves_mean_one_size_per_leaf() -> None:
    tree: Any = PyTree[Float[Array, "?h"], "T"]
    first = {"a": zeros(3), "b": zeros(4)}
    assert mismatches(tree, first, dict(first)) == []
    assert mismatches(tree, first, {"a": zeros(3), "b": zeros(5)}) == [
        'x1["b"]: expected Float[Array, "?h"], got float32[5]'
    ]


def test_a_composite_structure_needs_its_parts() -> None:
    whole: Any = PyTree[Float[Array, ""], "S T"]
    assert mismatches(whole, {"a": zeros()}) == [
        (
            "x0: expected a tree of structure 'S T', got dict with keys 'a'; Cannot process "
            "composite structure 'S T' as the structure name S has not been seen before."
        )
    ]


def test_every_leaf_of_a_tree_is_named() -> None:
    value = {"a": [zeros(3), zeros(1)], "b": (zeros(2, 2), None)}
    assert mismatches(PyTree[H], value) == [
        'x0["a"][1]: expected Float[Array, "h"], got float32[1]',
        'x0["b"][0]: expected Float[Array, "h"], got float32[2,2]',
    ]
