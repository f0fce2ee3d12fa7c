"""Specs as text, and named axes given numbers."""

import jax
import jax.numpy as jnp
import pytest

from datarax_typed.core.spec_texts import axis_names, parse_spec, spec_at, spec_text
from datarax_typed.errors import SpecError

SCOPE = jax.export.SymbolicScope()


@pytest.mark.parametrize("text", ["f32[h,w,3]", "bool[]", "i8[2*h + 1]", "u16[floordiv(w, 2)]"])
def test_what_is_read_is_what_is_written(text: str) -> None:
    assert spec_text(parse_spec(text, SCOPE)) == text.replace(" + 1", " + 1")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("f32", "expected DTYPE[AXES], such as f32[h,w,3] or f32[]"),
        ("f23[h]", "there is no dtype 'f23'; did you mean 'f32'?"),
        ("f32[-1]", "an axis cannot be negative"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, message: str) -> None:
    with pytest.raises(SpecError) as error:
        parse_spec(text, SCOPE)
    assert str(error.value) == message


def test_named_axes_are_found_in_order_and_given_numbers() -> None:
    spec = {
        "a": parse_spec("f32[h, 2*w + h, 3]", SCOPE),
        "b": parse_spec("i32[max(1, floordiv(w, 2))]", SCOPE),
    }
    assert list(axis_names(spec)) == ["h", "w"]
    assert spec_at(spec, {"h": 4, "w": 5, "other": 6}) == {
        "a": jax.ShapeDtypeStruct((4, 14, 3), jnp.float32),
        "b": jax.ShapeDtypeStruct((2,), jnp.int32),
    }


def test_a_spec_of_numbers_stays() -> None:
    spec = {"a": jax.ShapeDtypeStruct((2,), jnp.float32)}
    assert axis_names(spec) == {}
    assert spec_at(spec, {"h": 1}) is spec
