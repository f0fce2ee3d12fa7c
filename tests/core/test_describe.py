"""Texts for values and types."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jaxtyping import Array, Float, PyTree

from datarax_typed.core.describe import describe_array, describe_hint, describe_value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.zeros((2, 3), np.uint8), "NumPy uint8[2,3]"),
        (np.float32(1), "NumPy float32[]"),
        (jax.ShapeDtypeStruct((28, 28), jnp.float32), "float32[28,28]"),
        ({"a": 1, 2: "b"}, "dict with keys 'a', 2"),
        ({}, "empty dict"),
        ([1, 2], "list of 2"),
        ((), "tuple of 0"),
        (None, "None"),
        (True, "True"),
        (1.5, "1.5"),
        ("text", "'text'"),
        (len, "builtin_function_or_method"),
        (object(), "object"),
    ],
)
def test_values(value: object, text: str) -> None:
    assert describe_value(value) == text


def test_arrays_variables_keys_and_tracers() -> None:
    assert describe_value(jnp.zeros((2, 3))) == "float32[2,3]"
    assert describe_value(nnx.Param(jnp.zeros(3))) == "Param of float32[3]"
    assert describe_value(jax.random.key(0)) == "key<fry>[]"
    seen = []
    sizes = jax.export.symbolic_shape("h, w")
    jax.eval_shape(
        lambda x: seen.append(describe_array(x)), jax.ShapeDtypeStruct(sizes, jnp.float32)
    )
    assert seen == ["float32[h,w]"]


@pytest.mark.parametrize(
    ("hint", "text"),
    [
        (Float[Array, "h  w"], 'Float[Array, "h  w"]'),
        (Float[np.ndarray, ""], 'Float[ndarray, ""]'),
        (None, "None"),
        (type(None), "None"),
        (int, "int"),
        (Any, "Any"),
        (TypeVar("T"), "T"),
        (int | None, "int | None"),
        (Literal["a", 1], "'a' or 1"),
        (Annotated[int, "note"], "int"),
        (dict[str, list[int]], "dict[str, list[int]]"),
        (tuple[int, ...], "tuple[int, ...]"),
        (tuple[()], "tuple[()]"),
        (tuple[*tuple[int, ...], str], "tuple[*tuple[int, ...], str]"),
        (tuple[str, *tuple[int, ...]], "tuple[str, *tuple[int, ...]]"),
        (Callable[[int, str], None], "Callable[[int, str], None]"),
        (Callable[..., Any], "Callable[..., Any]"),
        (PyTree[int, "T"], 'PyTree[int, "T"]'),
    ],
    ids=str,
)
def test_hints(hint: object, text: str) -> None:
    assert describe_hint(hint) == text
