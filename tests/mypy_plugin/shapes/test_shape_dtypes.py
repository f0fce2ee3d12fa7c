"""Dtypes: jaxtyping's names, and JAX's table of promotion."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import jax
import jax.numpy as jnp
import jaxtyping
import pytest
from jax.dtypes import TypePromotionError

from datarax_typed.mypy_plugin.shapes.dtypes import (
    DTYPES,
    Kind,
    accepts,
    promoted,
    promoted_with,
    shown,
)

ARRAYS = sorted(DTYPES["Shaped"] - {"prng_key"})
NUMBERS: dict[Kind, complex] = {"bool": True, "int": 1, "float": 1.0, "complex": 1j}


@pytest.fixture(autouse=True)
def standard_promotion() -> Iterator[None]:
    """The tests are strict about promotion; it is what is tested here."""
    with jax.numpy_dtype_promotion("standard"):
        yield


def exported() -> dict[str, Any]:  # jaxtyping makes its classes without a type
    everything = {name: getattr(jaxtyping, name) for name in dir(jaxtyping)}
    return {
        name: value
        for name, value in everything.items()
        if isinstance(value, type) and issubclass(value, jaxtyping.AbstractDtype)
    }


def test_the_names_are_those_of_jaxtyping() -> None:
    names = exported()
    del names["AbstractDtype"], names["Shaped"]
    # Which of NumPy's versions says "bool_" is none of a program's business.
    found = {name: frozenset(value.dtypes) - {"bool_"} for name, value in names.items()}
    assert found.items() <= DTYPES.items()


def test_shaped_has_them_all() -> None:
    assert frozenset().union(*DTYPES.values()) == DTYPES["Shaped"]


@pytest.mark.parametrize(
    ("dtypes", "name"),
    [
        ({"float32"}, "Float32"),
        ({"bfloat16"}, "BFloat16"),
        ({"float8_e4m3fn"}, "Float8e4m3fn"),
        ({"bool"}, "Bool"),
        ({"float32", "bfloat16"}, "Float"),
        ({"int32", "uint8"}, "Integer"),
        ({"int32", "float32"}, "Real"),
        ({"float32", "complex64"}, "Inexact"),
        ({"bool", "float32"}, "Shaped"),
        ({"float8_e4m3"}, "Shaped"),
        ({"str"}, "Shaped"),
        ({"prng_key"}, "Key"),
        (set(), "Shaped"),
    ],
)
def test_a_set_is_shown_by_its_name_or_by_the_smallest_around_it(
    dtypes: set[str], name: str
) -> None:
    assert shown(frozenset(dtypes)) == name


def test_each_name_is_shown_as_itself() -> None:
    assert [shown(dtypes) for dtypes in DTYPES.values()] == list(DTYPES)


def test_what_may_be_right_is_accepted() -> None:
    assert accepts(DTYPES["Float"], DTYPES["Float32"])
    assert accepts(DTYPES["Float32"], DTYPES["Float"])
    assert accepts(DTYPES["Bool"], frozenset())
    assert not accepts(DTYPES["Float"], DTYPES["Int"])
    assert not accepts(DTYPES["Num"], DTYPES["Bool"])


def test_two_arrays_are_promoted_as_jax_does() -> None:
    with jax.enable_x64(True):
        wrong = [
            (left, right)
            for left, right in product(ARRAYS, ARRAYS)
            if jax_promoted(left, right)
            not in (found := promoted(frozenset([left]), frozenset([right]), may_be_weak=False))
            and (found or jax_promoted(left, right))
        ]
    assert wrong == []


def jax_promoted(left: str, right: str) -> str:
    try:
        return str(jnp.promote_types(left, right))
    except TypePromotionError:
        return ""


def test_one_pair_gives_one_dtype_or_the_default_float() -> None:
    for left, right in product(ARRAYS, ARRAYS):
        found = promoted(frozenset([left]), frozenset([right]), may_be_weak=False)
        assert len(found) <= 1 or found == {"float32", "float64"}


@pytest.mark.parametrize("kind", list(NUMBERS))
def test_arrays_and_numbers_are_promoted_as_jax_does(kind: Kind) -> None:
    with jax.enable_x64(True):
        for name in ARRAYS:
            found = promoted_with(frozenset([name]), kind, may_be_weak=False)
            array = jax.ShapeDtypeStruct((), name)
            try:
                result = jax.eval_shape(lambda x: x + NUMBERS[kind], array)
            except TypePromotionError:
                assert not found
            else:
                assert str(result.dtype) in found


def test_each_pair_of_possible_dtypes_counts() -> None:
    found = promoted(DTYPES["UInt8"], frozenset({"int8", "float16"}), may_be_weak=False)
    assert found == {"int16", "float16"}


def test_an_array_of_numbers_adapts_to_the_other() -> None:
    weak = jnp.where(jnp.asarray([True]), 0.0, 1.0)
    found = promoted(frozenset([str(weak.dtype)]), DTYPES["BFloat16"])
    assert found == {"bfloat16", "float32"}
    assert str((weak + jnp.zeros(1, jnp.bfloat16)).dtype) in found


def test_without_64_bits_the_half_is_meant() -> None:
    left, right = jnp.zeros(1, jnp.uint32), jnp.zeros(1, jnp.int32)
    found = promoted(frozenset(["uint32"]), frozenset(["int8"]))
    assert found == {"int32", "int64"}
    assert str((left + right).dtype) == "int32"


def test_keys_and_unknown_names_have_no_promotion() -> None:
    assert promoted(DTYPES["Key"], DTYPES["Float32"]) == frozenset()
    assert promoted_with(frozenset(["str"]), "int") == frozenset()
