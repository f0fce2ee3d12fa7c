"""Asserted shapes: what is checked, which names are known, and what the error says."""

import sys
from contextlib import nullcontext
from typing import Any

import jax
import jax.export
import jax.numpy as jnp
import numpy as np
import pytest
from beartype import beartype
from jaxtyping import Array, Float, jaxtyped

from datarax_typed.core.assert_shape import assert_shape
from datarax_typed.core.contracts import contract, contracts_off, stage
from datarax_typed.core.modality import ModalityOperator
from datarax_typed.errors import ContractError
from tests.core.contracted import IMAGE, refusal
from tests.core.drawn import zeros


def message(x: Array, shape: str) -> str:
    return refusal(lambda: assert_shape(x, shape))


class TestAlone:
    """Outside any call that is checked."""

    @pytest.mark.parametrize(
        "shape", ["b 3", "2 3", "b=2 _", "...", "*b", "b b+1", "#b #3", " 2  3 "]
    )
    def test_what_fits_comes_back_as_it_is(self, shape: str) -> None:
        for x in (zeros(2, 3), zeros(2, 3, dtype="int32"), np.zeros((2, 3))):
            assert assert_shape(x, shape) is x
        spec = jax.ShapeDtypeStruct((2, 3), jnp.float32)
        assert assert_shape(spec, shape) is spec

    def test_the_error_says_where_and_what(self) -> None:
        line = sys._getframe().f_lineno + 2
        with pytest.raises(ContractError) as caught:
            assert_shape(zeros(2, 4), "b 3")
        here = f"{type(self).__qualname__}.test_the_error_says_where_and_what"
        assert str(caught.value) == (
            f"assert_shape in {here} (test_assert_shape.py, line {line}) does not hold:\n"
            '  - array: expected "b 3", got float32[2,4]'
        )
        (problem,) = caught.value.problems
        assert (problem.expected, problem.actual) == ('"b 3"', "float32[2,4]")

    def test_names_are_forgotten(self) -> None:
        assert_shape(zeros(2), "b")
        assert_shape(zeros(3), "b")
        assert "array: expected" in message(zeros(2, 3), "b b")

    def test_the_stage_of_a_composition_is_named(self) -> None:
        with stage("chain[1]"):
            assert ") at chain[1] does not hold:" in message(zeros(2), "")

    def test_what_is_no_array_is_refused(self) -> None:
        x: Any = [1.0]  # against the annotation
        assert 'array: expected "1", got list' in message(x, "1")

    def test_an_axis_that_nothing_binds_is_named(self) -> None:
        assert message(zeros(2), "2*h").endswith("; no argument binds the axes it refers to")

    @pytest.mark.parametrize("shape", ["b,c", "*a *b", "##b", "?t", 3, "a+"])
    def test_a_malformed_text_is_refused(self, shape: Any) -> None:
        assert f"{shape!r}"[1:-1] in message(zeros(2), shape)

    def test_the_reason_is_told(self) -> None:
        told = message(zeros(2), "b,c")
        assert "cannot be read:\n  - shape: expected a text such as" in told
        assert "got 'b,c'; Axes should be separated with spaces" in told


@contract
def grown(x: Float[Array, "h w"], y: Float[Array, "..."]) -> Float[Array, "..."]:
    assert_shape(y, "h k")
    return assert_shape(y.T, "k h")


class TestWithin:
    """In a call whose contract is checked."""

    def test_names_are_those_of_the_call(self) -> None:
        # Three times: the second call is remembered.
        for _ in range(3):
            assert grown(zeros(2, 3), zeros(2, 5)).shape == (5, 2)
        told = refusal(lambda: grown(zeros(2, 3), zeros(3, 5)))
        assert 'array: expected "h k", got float32[3,5]' in told
        assert "\n  axis h = 2\n  axis w = 3" in told

    def test_names_of_a_remembered_call_are_not_those_around_it(self) -> None:
        sizes = [3]

        @contract
        def inner(x: Float[Array, "b"]) -> None:
            assert_shape(zeros(*sizes), "b")

        @contract
        def outer(x: Float[Array, "b"]) -> None:
            inner(zeros(3))

        inner(zeros(3))
        outer(zeros(2))
        outer(zeros(2))
        sizes[0] = 2
        assert 'expected "b", got float32[2]' in refusal(lambda: outer(zeros(2)))

    def test_new_names_hold_until_the_result(self) -> None:
        @contract
        def made(x: Float[Array, "h"], size: int) -> Float[Array, "k"]:
            assert_shape(zeros(4), "k")
            return zeros(size)

        assert made(zeros(2), 4).shape == (4,)
        told = refusal(lambda: made(zeros(2), 3))
        assert told.endswith(
            '  - return value: expected Float[Array, "k"], got float32[3]\n'
            "  axis h = 2, bound by x\n"
            "  axis k = 4, bound by an assertion"
        )

    def test_operators_assert_per_element(self) -> None:
        operator = Asserting(IMAGE)
        assert operator.transform(zeros(2, 3)).shape == (2, 3)
        batched = jax.vmap(operator.transform)(zeros(7, 2, 3))
        assert batched.shape == (7, 2, 3)
        told = refusal(lambda: Asserting(IMAGE).transform(zeros(2, 4)))
        assert 'expected "h 3", got float32[2,4]' in told

    def test_jaxtyped_functions_have_names_too(self) -> None:
        @jaxtyped(typechecker=beartype)
        def doubled(x: Float[Array, "n"]) -> Float[Array, "2*n"]:
            return assert_shape(jnp.concatenate([x, x]), "2*n")

        assert doubled(zeros(2)).shape == (4,)

        @jaxtyped(typechecker=beartype)
        def wrong(x: Float[Array, "n"]) -> Array:
            return assert_shape(zeros(3), "n")

        assert "\n  axis n = 2" in refusal(lambda: wrong(zeros(2)))

    def test_sizes_may_be_symbols(self) -> None:
        h, w = jax.export.symbolic_shape("h, w")
        x = jax.ShapeDtypeStruct((h, w), jnp.float32)
        y = jax.ShapeDtypeStruct((h, 2 * w), jnp.float32)
        assert jax.eval_shape(grown, x, y).shape == (2 * w, h)
        assert 'expected "h k"' in refusal(lambda: jax.eval_shape(grown, y, y.update(shape=(w, h))))


class Asserting(ModalityOperator):
    """Asserts what its annotation does not say."""

    def transform(self, value: Float[Array, "h w"]) -> Float[Array, "h w"]:
        return assert_shape(value, "h 3")


class TestOff:
    """Nothing is paid for what nobody wants."""

    def test_it_is_off_with_the_contracts(self) -> None:
        x = zeros(2)
        with contracts_off():
            assert assert_shape(x, "3") is x
            assert assert_shape(x, "##") is x

    def test_the_program_is_the_same_with_and_without(self) -> None:
        def text() -> str | None:
            # Made anew, as JAX remembers what it has traced.
            def program(x: Array) -> Array:
                return jnp.tanh(assert_shape(x, "b 3")) + 1

            return jax.jit(program).lower(zeros(2, 3)).compile().as_text()

        texts = []
        for layer in (nullcontext(), contracts_off()):
            with layer:
                texts.append(text())
        assert texts[0] == texts[1]
        assert "tanh" in str(texts[0])

    def test_it_is_checked_when_jax_traces(self) -> None:
        def program(x: Array) -> Array:
            return assert_shape(x, "b 3")

        told = refusal(lambda: jax.jit(program).lower(zeros(2, 4)))
        assert 'expected "b 3", got float32[2,4]' in told
        assert str(jax.make_jaxpr(program)(zeros(2, 3))) == str(
            jax.make_jaxpr(lambda x: x)(zeros(2, 3))
        )
