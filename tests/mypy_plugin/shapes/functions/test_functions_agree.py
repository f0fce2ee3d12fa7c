"""What the table says of expressions is what JAX makes of them."""

import re
from importlib.util import find_spec

import jax
import jax.numpy as jnp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datarax_typed.mypy_plugin.shapes.values import ShapeError, Size, Value
from tests.mypy_plugin.shapes.functions.function_cases import (
    ARRAYS,
    EINOPS,
    PLAIN,
    REFUSED,
    REFUSED_BY_EINOPS,
)
from tests.mypy_plugin.shapes.functions.function_programs import (
    Arrays,
    Outcome,
    array_value,
    computed,
    disagreement,
    followed,
    is_known,
)

_HAS_EINOPS = find_spec("einops") is not None
# einops is no dependency: it is compared with where it is installed.
_COMPARED = [*PLAIN, *EINOPS] if _HAS_EINOPS else PLAIN
_REFUSED = {**REFUSED, **REFUSED_BY_EINOPS}


def _values(arrays: Arrays) -> dict[str, Value]:
    return {
        name: array_value(array, lambda _, size: Size.of(size)) for name, array in arrays.items()
    }


def _used(expression: str) -> Arrays:
    names = set(re.findall(r"\b[a-z]+\b", re.sub(r'"[^"]*"', "", expression)))
    return {name: array for name, array in ARRAYS.items() if name in names}


@pytest.mark.parametrize("expression", [*PLAIN, *EINOPS])
def test_what_should_be_known_is_known(expression: str) -> None:
    assert is_known(followed(expression, _values(ARRAYS)))


@pytest.mark.parametrize("enable_x64", [False, True])
@pytest.mark.parametrize("expression", _COMPARED)
def test_what_is_known_is_right(expression: str, enable_x64: bool) -> None:
    with jax.enable_x64(enable_x64):
        outcome = computed(expression, _used(expression))
    assert not isinstance(outcome, Exception), outcome
    assert not disagreement(followed(expression, _values(ARRAYS)), outcome, {})


@pytest.mark.parametrize(("expression", "message"), _REFUSED.items())
def test_what_fails_is_reported(expression: str, message: str) -> None:
    with pytest.raises(ShapeError, match=f"^{re.escape(message)}$"):
        followed(expression, _values(ARRAYS))


@pytest.mark.parametrize("expression", _REFUSED if _HAS_EINOPS else REFUSED)
def test_what_is_reported_fails(expression: str) -> None:
    assert isinstance(computed(expression, _used(expression)), Exception)


_DTYPES = [jnp.float32, jnp.float16, jnp.bfloat16, jnp.int32, jnp.int8, jnp.uint8, jnp.bool_]


@st.composite
def _changed(draw: st.DrawFn, arrays: Arrays) -> Arrays:
    """Draw arrays that differ in some sizes, ranks and dtypes."""
    changed = dict[str, jax.ShapeDtypeStruct]()
    for name, array in arrays.items():
        shape = tuple(draw(st.sampled_from([size, size, size, 1, 2, 3])) for size in array.shape)
        cut = draw(st.sampled_from([0, 0, 0, 0, 1]))
        more = draw(st.sampled_from([(), (), (), (), (1,), (3,)]))
        dtype = draw(st.sampled_from([array.dtype] * 3 + _DTYPES))
        changed[name] = jax.ShapeDtypeStruct((*more, *shape[cut:]), dtype)
    return {name: changed[name] if name != "key" else arrays[name] for name in arrays}


@given(st.data())
def test_of_other_arrays_it_is_right_too(data: st.DataObject) -> None:
    expression = data.draw(st.sampled_from([*_COMPARED, *REFUSED]))
    arrays = data.draw(_changed(_used(expression)))
    outcome = computed(expression, arrays)
    _check(expression, _values(arrays), outcome, {})


@given(st.data())
def test_with_names_it_is_right_too(data: st.DataObject) -> None:
    expression = data.draw(st.sampled_from(_COMPARED))
    arrays = data.draw(st.just(_used(expression)) | _changed(_used(expression)))
    names = dict[str, int]()

    def hidden(_: int, size: int) -> Size | None:
        way = data.draw(st.sampled_from(["number", "name", "other", "double", "nothing"]))
        if way == "name" or (way == "double" and size % 2):
            names[f"n{size}"] = size
            return Size.named(f"n{size}")
        if way == "other":
            names[f"o{len(names)}"] = size
            return Size.named(f"o{len(names) - 1}")
        if way == "double":
            names[f"h{size}"] = size // 2
            return Size.named(f"h{size}") * 2
        return Size.of(size) if way == "number" else None

    values: dict[str, Value] = {name: array_value(array, hidden) for name, array in arrays.items()}
    _check(expression, values, computed(expression, arrays), names)


def _check(
    expression: str, values: dict[str, Value], outcome: Outcome, names: dict[str, int]
) -> None:
    value = _followed_or_error(expression, values)
    if isinstance(value, ShapeError):
        assert isinstance(outcome, Exception), f"{expression}: {value}, but it is {outcome}"
    elif not isinstance(outcome, Exception):
        wrong = disagreement(value, outcome, names)
        assert not wrong, f"{expression}: {wrong}"


def _followed_or_error(expression: str, values: dict[str, Value]) -> Value | ShapeError:
    try:
        return followed(expression, values)
    except ShapeError as error:
        return error
