"""Transformations of functions: JAX's own results, and errors that tell operators from functions.

What type checkers see of them is held by the programs in `typecheck/`.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypedDict, assert_type

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed import Batch, BrightnessOperator, BrightnessOperatorConfig, PyTree, Statistics
from datarax_typed.transforms import (
    CompiledOperator,
    eval_shape,
    grad,
    jit,
    tree_map,
    value_and_grad,
    vmap,
)


class Params(TypedDict):
    weight: Float[Array, "inputs outputs"]
    bias: Float[Array, " outputs"]


def predict(
    params: Params, x: Float[Array, " inputs"], *, scale: float = 1.0
) -> Float[Array, " outputs"]:
    return (x @ params["weight"] + params["bias"]) * scale


def loss(params: Params, x: Float[Array, " inputs"]) -> Float[Array, ""]:
    return jnp.square(predict(params, x)).sum()


def loss_and_size(params: Params, x: Array) -> tuple[Array, int]:
    return loss(params, x), x.size


def repeated(x: Array, times: int) -> Array:
    # A traced number has no `range`.
    return jnp.concatenate([x for _ in range(times)])


PARAMS: Params = {"weight": jnp.ones((2, 3)), "bias": jnp.arange(3.0)}
X = jnp.array([1.0, 2.0])
XS = jnp.arange(8.0).reshape(4, 2)


def brightness() -> BrightnessOperator:
    return BrightnessOperator(BrightnessOperatorConfig(field_key="image", delta=0.25))


def same(found: object, expected: object) -> None:
    jax.tree.map(partial(np.testing.assert_allclose, rtol=1e-6), found, expected)


# Values


def test_a_compiled_function_is_that_of_jax() -> None:
    compiled = jit(predict)
    same(compiled(PARAMS, X, scale=2.0), jax.jit(predict)(PARAMS, X, scale=2.0))
    # It is compiled by JAX itself: nothing is traced twice.
    assert isinstance(compiled, type(jax.jit(predict)))


def test_static_arguments_are_part_of_the_program() -> None:
    for compiled in (jit(repeated, static_argnames="times"), jit(repeated, static_argnums=1)):
        assert compiled(X, 3).tolist() == [1, 2, 1, 2, 1, 2]
    with pytest.raises(jax.errors.TracerIntegerConversionError):
        jit(repeated)(X, 3)


@pytest.mark.parametrize("options", [{"donate_argnums": 0}, {"donate_argnames": ["x"]}])
def test_a_donated_argument_is_gone(options: Any) -> None:
    def doubled(x: Array) -> Array:
        return x * 2.0

    given = jnp.ones(2)
    assert jit(doubled, **options)(given).tolist() == [2, 2]
    assert given.is_deleted()


def test_it_is_a_decorator_with_options_and_without() -> None:
    @jit
    def doubled(x: Array) -> Array:
        return x * 2.0

    @jit(static_argnames="times")
    def again(x: Array, times: int) -> Array:
        return jnp.tile(x, times)

    assert assert_type(doubled(X), Array).tolist() == [2, 4]
    assert assert_type(again(X, times=2), Array).tolist() == [1, 2, 1, 2]
    assert again.__name__ == "again"


def test_the_vectorised_function_is_that_of_jax() -> None:
    found = vmap(predict, in_axes=(None, 0))(PARAMS, XS)
    same(assert_type(found, Array), jax.vmap(predict, in_axes=(None, 0))(PARAMS, XS))
    assert found.shape == (4, 3)
    assert vmap(predict, (None, 1), 1)(PARAMS, XS.T).shape == (3, 4)


def test_the_axis_of_a_vectorised_function_has_its_name_and_size() -> None:
    def centred(x: Array) -> Array:
        mean: Array = jax.lax.pmean(x, "batch")
        return x - mean

    same(vmap(centred, axis_name="batch")(XS), XS - XS.mean(axis=0, keepdims=True))
    assert vmap(jnp.square, in_axes=None, axis_size=3)(X).shape == (3, 2)


def test_the_gradient_is_that_of_jax() -> None:
    same(assert_type(grad(loss)(PARAMS, X), Params), jax.grad(loss)(PARAMS, X))
    same(assert_type(grad(loss, 1)(PARAMS, X), Array), jax.grad(loss, 1)(PARAMS, X))
    both = assert_type(grad(loss, argnums=(0, 1))(PARAMS, X), tuple[Params, Array])
    same(both, jax.grad(loss, (0, 1))(PARAMS, X))
    same(grad(loss, argnums=[1, 0])(PARAMS, X), both[::-1])


def test_what_comes_beside_the_gradient_is_kept() -> None:
    found = assert_type(grad(loss_and_size, has_aux=True)(PARAMS, X), tuple[Params, int])
    same(found, (jax.grad(loss)(PARAMS, X), 2))
    value = value_and_grad(loss_and_size, has_aux=True)(PARAMS, X)
    same(assert_type(value, tuple[tuple[Array, int], Params]), ((loss(PARAMS, X), 2), found[0]))


def test_value_and_gradient_are_those_of_jax() -> None:
    found = assert_type(value_and_grad(loss)(PARAMS, X), tuple[Array, Params])
    same(found, jax.value_and_grad(loss)(PARAMS, X))
    same(value_and_grad(loss, argnums=1)(PARAMS, X), jax.value_and_grad(loss, 1)(PARAMS, X))


def test_shapes_are_found_without_computing() -> None:
    spec = jax.ShapeDtypeStruct((2,), jnp.float32)
    found = assert_type(eval_shape(predict, PARAMS, spec, scale=2.0), jax.ShapeDtypeStruct)
    assert found == jax.ShapeDtypeStruct((3,), jnp.float32)


def test_a_structure_of_shapes_has_the_type_of_the_result() -> None:
    def zeros(size: Array) -> Params:
        return {"weight": jnp.zeros((2, size.shape[0])), "bias": jnp.zeros(size.shape)}

    found = assert_type(eval_shape(zeros, XS), Params)
    assert found["weight"].shape == (2, 4)
    assert isinstance(found["bias"], jax.ShapeDtypeStruct)


def test_a_mapped_tree_is_that_of_jax() -> None:
    def doubled(leaf: Array) -> Array:
        return leaf * 2.0

    def added(leaf: Array, other: Array) -> Array:
        return leaf + other

    same(assert_type(tree_map(doubled, PARAMS), Params), jax.tree.map(doubled, PARAMS))
    two = assert_type(tree_map(added, PARAMS, PARAMS), Params)
    same(two, tree_map(doubled, PARAMS))
    three = tree_map(lambda a, b, c: a + b - c, PARAMS, PARAMS, PARAMS)
    same(three, PARAMS)
    assert tree_map(jnp.shape, PARAMS) == {"weight": (2, 3), "bias": (3,)}
    assert tree_map(len, {"a": [1, 2]}, is_leaf=lambda node: isinstance(node, list)) == {"a": 2}


# Refusals


class Doubler:
    """An operator that inherits nothing of ours, and can be called."""

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        return batch

    def output_spec(self, input_spec: PyTree) -> PyTree:
        return input_spec

    def __call__(self, batch: Batch) -> Batch:
        return batch


@pytest.mark.parametrize(
    ("make", "got"),
    [
        (lambda: 3, "3"),
        (Doubler, "Doubler; give chain(operator) for what only fulfils the protocol"),
        (
            lambda: BrightnessOperator,
            "the class BrightnessOperator; make it first: BrightnessOperator(...)",
        ),
        (lambda: jit(brightness()), "CompiledOperator; it is compiled already"),
        (
            lambda: nnx.Linear(2, 3, rngs=nnx.Rngs(0)),
            "Linear; give a function that has it as an argument: lambda module, x: module(x)",
        ),
    ],
    ids=["number", "protocol", "class", "compiled", "module"],
)
def test_what_is_neither_is_refused(make: Callable[[], Any], got: str) -> None:
    with pytest.raises(TypeError) as caught:
        jit(make())
    assert str(caught.value) == f"jit: expected an operator or a function, got {got}"


def test_options_of_functions_are_refused_for_operators() -> None:
    options: list[Any] = [{"static_argnames": "stats"}, {"donate_argnums": 0}]
    messages = []
    for each in options:
        with pytest.raises(TypeError) as caught:
            jit(brightness(), **each)
        messages.append(str(caught.value))
    expected = "jit: expected donate and no other option with an operator, got"
    assert messages == [
        f"{expected} static_argnames='stats'; leave out static_argnames",
        f"{expected} donate_argnums=0; give donate=True",
    ]


def test_options_of_operators_are_refused_for_functions() -> None:
    option: Any = {"donate": True}
    with pytest.raises(TypeError) as caught:
        jit(repeated, **option)
    assert str(caught.value) == (
        "jit: expected donate_argnums or donate_argnames with a function, got donate=True; "
        "give donate_argnums=0 to give its first argument away"
    )


def test_an_operator_stays_an_operator() -> None:
    assert_type(jit(brightness()), CompiledOperator)
    assert_type(jit(operator=brightness(), donate=True), CompiledOperator)
    assert repr(jit(operator=brightness(), donate=True)) == "jit(BrightnessOperator, donate=True)"
