"""Compositions under the transformations of JAX and NNX."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jaxtyping import Array

from datarax_typed import Batch, CompositeOperatorModule, RandomnessError, chain
from datarax_typed.protocols import PyTree
from tests.operators.compose.stages import (
    BatchNoise,
    Centre,
    Noise,
    Scale,
    Shift,
    config,
    numbers,
    random_config,
)


def deterministic() -> CompositeOperatorModule:
    return chain(Scale(config()), Centre(config()), chain(Shift(config()), Scale(config())))


def random() -> CompositeOperatorModule:
    rngs = nnx.Rngs(0)
    return chain(
        Scale(config()),
        Noise(random_config(), rngs=rngs),
        BatchNoise(random_config(), rngs=rngs),
    )


def run(module: CompositeOperatorModule, batch: Batch) -> Batch:
    return module(batch)


def total(module: CompositeOperatorModule, values: Array) -> Array:
    return jnp.sum(module(Batch({"x": values})).data["x"] ** 2)


def test_a_random_chain_under_nnx_jit_does_what_it_does_without() -> None:
    plain, compiled = random(), random()
    step = nnx.jit(run)
    for _ in range(2):
        expected, actual = plain(numbers(1, 2)), step(compiled, numbers(1, 2))
        np.testing.assert_allclose(expected.data["x"], actual.data["x"], rtol=1e-6)
    jax.tree.map(np.testing.assert_array_equal, plain.get_state(), compiled.get_state())


def test_a_deterministic_chain_under_jax_jit() -> None:
    module = deterministic()
    result = jax.jit(module)(numbers(1, 2, 3))
    np.testing.assert_array_equal(result.data["x"], [-2, 2, 6])


def test_a_random_chain_under_jax_jit_is_refused_by_stage() -> None:
    with pytest.raises(RandomnessError) as caught:
        jax.jit(random())(numbers(1, 2))
    assert str(caught.value).startswith(
        "Noise at stages[1]: expected a call that moves the random stream on"
    )


def test_the_gradient_with_respect_to_the_input() -> None:
    module = chain(Scale(config()), Shift(config()))
    gradient = jax.grad(lambda values: total(module, values))(jnp.array([1.0, 2.0]))
    np.testing.assert_allclose(gradient, [2 * (2 * 1 + 1) * 2, 2 * (2 * 2 + 1) * 2])


def test_jax_checkpoint_changes_no_gradient() -> None:
    module = chain(Scale(config()), Shift(config()))
    values = jnp.array([1.0, 2.0])
    again = jax.checkpoint(lambda given: total(module, given))
    np.testing.assert_allclose(
        jax.grad(again)(values), jax.grad(lambda given: total(module, given))(values)
    )


def test_the_gradient_of_a_shared_stage_is_that_of_both_places() -> None:
    def square(module: CompositeOperatorModule) -> Array:
        return jnp.sum(module(numbers(3)).data["x"])

    double = Scale(config())
    gradients = nnx.grad(square)(chain(double, double))
    (gradient,) = jax.tree.leaves(gradients)
    np.testing.assert_allclose(gradient, 2 * 2 * 3)


def test_a_chain_over_batches_by_lax_scan() -> None:
    module = deterministic()
    batches = jax.tree.map(lambda *rows: jnp.stack(rows), numbers(1, 2), numbers(5, 9))

    def step(carry: Array, batch: Batch) -> tuple[Array, Array]:
        values = module(batch).data["x"]
        return carry + values.sum(), values

    carry, values = jax.lax.scan(step, jnp.zeros(()), batches)
    expected = [module(numbers(1, 2)).data["x"], module(numbers(5, 9)).data["x"]]
    np.testing.assert_allclose(values, jnp.stack(expected))
    np.testing.assert_allclose(carry, jnp.stack(expected).sum())


def test_a_random_chain_carried_by_lax_scan_draws_anew_in_every_step() -> None:
    plain, module = random(), random()
    graphdef, state = nnx.split(module)

    def step(carry: PyTree, values: Array) -> tuple[PyTree, Array]:
        inner = nnx.merge(graphdef, carry)
        result = inner(Batch({"x": values})).data["x"]
        return nnx.state(inner), result

    final, values = jax.lax.scan(step, state, jnp.ones((2, 3)))
    expected = [plain(numbers(1, 1, 1)).data["x"] for _ in range(2)]
    np.testing.assert_allclose(values, jnp.stack(expected), rtol=1e-6)
    nnx.update(module, final)
    jax.tree.map(np.testing.assert_array_equal, plain.get_state(), module.get_state())


def test_a_chain_under_vmap_over_batches() -> None:
    module = deterministic()
    values = jnp.array([[1.0, 2.0], [5.0, 9.0]])
    mapped = jax.vmap(lambda row: module(Batch({"x": row})).data["x"])(values)
    expected = [module(numbers(1, 2)).data["x"], module(numbers(5, 9)).data["x"]]
    np.testing.assert_allclose(mapped, jnp.stack(expected))
