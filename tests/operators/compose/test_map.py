"""A function or a module applied to fields."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed import (
    Batch,
    ConfigError,
    ContractError,
    FieldError,
    MapOperator,
    MapOperatorConfig,
    OutputError,
    chain,
)
from datarax_typed.protocols import PyTree
from tests.operators.trees import symbolic


def batch() -> Batch:
    row = jnp.arange(6, dtype=jnp.float32).reshape(3, 2)
    return Batch({"a": row, "nested": {"b": row + 10.0}}, index=jnp.arange(3))


def double(value: Array) -> Array:
    return value * 2.0


def halves(value: Float[Array, " even"]) -> Float[Array, " half"]:
    return value[::2]


def untrue(value: Float[Array, " n"]) -> Float[Array, " n"]:
    return value[1:]  # type: ignore[datarax-shape]  # as it is meant: it is to be refused


def test_all_fields_are_mapped_by_default() -> None:
    result = MapOperator(MapOperatorConfig(), double)(batch()).data
    np.testing.assert_array_equal(result["a"], batch().data["a"] * 2)
    np.testing.assert_array_equal(result["nested"]["b"], batch().data["nested"]["b"] * 2)


def test_named_fields_are_mapped_and_others_left_alone() -> None:
    given = batch()
    result = MapOperator(MapOperatorConfig(fields=["nested.b"]), double)(given).data
    assert result["a"] is given.data["a"]
    np.testing.assert_array_equal(result["nested"]["b"], given.data["nested"]["b"] * 2)


def test_the_spec_is_that_of_the_function() -> None:
    operator = MapOperator(MapOperatorConfig(), jnp.sum)
    assert operator.output_spec({"a": symbolic("n")})["a"].shape == ()


def test_a_module_is_part_of_the_operator() -> None:
    linear = nnx.Linear(2, 2, rngs=nnx.Rngs(0))
    operator = MapOperator(MapOperatorConfig(fields=["a"]), linear)
    before = operator(batch()).data["a"]
    np.testing.assert_allclose(before, linear(batch().data["a"]), rtol=1e-6)
    linear.bias = nnx.Param(jnp.ones(2))
    np.testing.assert_allclose(operator(batch()).data["a"], before + 1.0, rtol=1e-6)
    assert operator.get_state()["function"].keys() >= {"kernel", "bias"}


def test_a_copy_has_a_module_of_its_own() -> None:
    operator = MapOperator(MapOperatorConfig(fields=["a"]), nnx.Linear(2, 2, rngs=nnx.Rngs(0)))
    copied = operator.copy(config=MapOperatorConfig())
    before = copied.get_state()
    function: PyTree = operator.function
    function.kernel[...] = jnp.zeros((2, 2))
    jax.tree.map(np.testing.assert_array_equal, before, copied.get_state())
    assert np.any(np.asarray(before["function"]["kernel"]) != 0.0)


def test_annotations_of_the_function_are_enforced_on_what_goes_in() -> None:
    wide = Batch({"a": jnp.ones((3, 2, 2))})
    with pytest.raises(ContractError) as caught:
        chain(MapOperator(MapOperatorConfig(), halves))(wide)
    assert str(caught.value) == (
        "halves at stages[0] does not fit its contract:\n"
        '  - data["a"]: expected Float[Array, "even"], got float32[2,2]'
    )


def test_annotations_of_the_function_are_enforced_on_what_comes_out() -> None:
    with pytest.raises(ContractError) as caught:
        MapOperator(MapOperatorConfig(fields=["a"]), untrue)(batch())
    assert str(caught.value) == (
        "untrue does not fit its contract:\n"
        '  - return value: expected Float[Array, "n"], got float32[1]\n'
        '  axis n = 2, bound by data["a"]'
    )


class Halves(nnx.Module):
    def __call__(self, value: Float[Array, " even"]) -> Float[Array, " half"]:
        return value[::2]


def test_annotations_of_a_module_are_enforced() -> None:
    operator = MapOperator(MapOperatorConfig(fields=["a"]), Halves())
    assert operator(batch()).data["a"].shape == (3, 1)
    with pytest.raises(ContractError) as caught:
        operator(Batch({"a": jnp.ones((3, 2, 2))}))
    assert str(caught.value) == (
        "Halves.__call__ does not fit its contract:\n"
        '  - data["a"]: expected Float[Array, "even"], got float32[2,2]'
    )


def test_a_function_that_returns_nothing_is_refused() -> None:
    def forgetful(value: Array) -> None:
        jnp.sum(value)

    function: PyTree = forgetful
    with pytest.raises(OutputError) as caught:
        MapOperator(MapOperatorConfig(fields=["a"]), function)(batch())
    assert str(caught.value) == (
        'MapOperator: expected an array from the function for data["a"], got None; return a value'
    )


def test_a_missing_field_names_what_is_there() -> None:
    with pytest.raises(FieldError) as caught:
        MapOperator(MapOperatorConfig(fields=["nested.c"]), double)(batch())
    assert str(caught.value) == (
        "MapOperator: expected a field 'nested.c', got none of that name; "
        "available: 'a', 'nested.b'; did you mean 'nested.b'?"
    )


def test_what_cannot_be_called_is_refused() -> None:
    number: PyTree = 3
    with pytest.raises(ConfigError) as caught:
        MapOperator(MapOperatorConfig(), number)
    assert str(caught.value) == (
        "MapOperator cannot be made:\n  - function: expected a function or a callable module, got 3"
    )


def test_wrong_fields_are_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        MapOperatorConfig(fields=["a", "a", ""])  # type: ignore[datarax-config]  # refused, as it should be
    assert str(caught.value) == (
        "MapOperatorConfig is refused (2):\n"
        "  - fields[2]: expected a length of at least 1, got ''\n"
        "  - fields: expected no value twice, got ['a', 'a', '']; keep 'a' only once"
    )
