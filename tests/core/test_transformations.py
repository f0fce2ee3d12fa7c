"""Operators under JAX's transformations: without random numbers, by the batch, by the record."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jaxtyping import Array, Float, Key

from datarax_typed.core.element_batch import Batch
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.errors import RandomnessError
from datarax_typed.operators.compose import chain
from datarax_typed.protocols import PyTree

PLAIN = ModalityOperatorConfig(field_key="x")
RANDOM = ModalityOperatorConfig(field_key="x", stochastic=True, stream_name="noise")
SHIFT = {"mean": jnp.float32(0.5)}


class Scale(ModalityOperator):
    """Multiplies by a parameter and adds what was drawn."""

    def __init__(
        self,
        config: ModalityOperatorConfig,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        self.factor = nnx.Param(jnp.full((), 2.0, jnp.float32))

    def transform(
        self, x: Float[Array, "n"], random_params: Float[Array, ""] | None = None
    ) -> Float[Array, "n"]:
        return x * self.factor[...] + (0.0 if random_params is None else random_params)


class ByBatch(Scale):
    def generate_random_params(self, rng: Key[Array, ""], data_shapes: PyTree) -> PyTree:
        return jax.random.uniform(rng, (data_shapes["x"][0],))


class ByRecord(Scale):
    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Float[Array, ""]:
        return jax.random.uniform(key)


def plain() -> Scale:
    return Scale(PLAIN)


def by_batch() -> Scale:
    return ByBatch(RANDOM, rngs=nnx.Rngs(noise=0))


def by_record() -> Scale:
    return ByRecord(RANDOM, rngs=nnx.Rngs(noise=0))


def batch(start: int = 0) -> Batch:
    x = jnp.arange(6.0).reshape(2, 3) + start
    return Batch({"x": x}, valid_mask=jnp.array([True, False]), index=jnp.arange(2) + start)


def values(operator: Scale, start: int = 0) -> Array:
    result: Array = operator(batch(start)).data["x"]
    return result


# Those that draw nothing, or by the record's index, are functions of the batch.
PURE = pytest.mark.parametrize("make", [plain, by_record])
EVERY = pytest.mark.parametrize("make", [plain, by_batch, by_record])

REFUSED: dict[str, Callable[[Scale, Batch], object]] = {
    "jit": lambda op, given: jax.jit(op)(given),
    "vmap": lambda op, given: jax.vmap(op)(stacked(given)),
    "grad": lambda op, given: jax.grad(lambda x: total(op, given.replace(data={"x": x})))(
        x_of(given)
    ),
    "checkpoint": lambda op, given: jax.checkpoint(op)(given),
    "scan": lambda op, given: jax.lax.scan(lambda c, b: (c, op(b)), 0, stacked(given)),
    "eval_shape": jax.eval_shape,
}


def x_of(given: Batch) -> Array:
    x: Array = given.data["x"]
    return x


def stacked(*given: Batch) -> Batch:
    result: Batch = jax.tree.map(lambda *leaves: jnp.stack(leaves), *given)
    return result


def total(operator: Scale, given: Batch) -> Float[Array, ""]:
    return jnp.sum(operator(given).data["x"])


def close(left: PyTree, right: PyTree) -> None:
    np.testing.assert_allclose(left, right, rtol=1e-6)


@pytest.mark.parametrize("run", REFUSED.values(), ids=REFUSED)
def test_random_numbers_never_repeat_silently(run: Callable[[Scale, Batch], object]) -> None:
    operator = by_batch()
    before = operator.get_state()
    with pytest.raises(RandomnessError, match="expected a call that moves the random stream on"):
        run(operator, batch())
    jax.tree.map(np.testing.assert_array_equal, operator.get_state(), before)


@PURE
def test_jit(make: Callable[[], Scale]) -> None:
    compiled = jax.jit(make())
    for start in (0, 4):
        close(compiled(batch(start)).data["x"], values(make(), start))


@EVERY
def test_jit_with_the_operator_as_an_argument(make: Callable[[], Scale]) -> None:
    graphdef, state = nnx.split(make())

    @jax.jit
    def step(state: PyTree, given: Batch) -> tuple[PyTree, Batch]:
        operator = nnx.merge(graphdef, state)
        result = operator(given)
        return nnx.state(operator), result

    plainly = make()
    for start in (0, 4):
        state, result = step(state, batch(start))
        close(result.data["x"], values(plainly, start))
    found = nnx.merge(graphdef, state)
    jax.tree.map(np.testing.assert_array_equal, found.get_state(), plainly.get_state())


@EVERY
def test_nnx_jit(make: Callable[[], Scale]) -> None:
    inside, plainly = make(), make()
    step = nnx.jit(lambda operator, given: operator(given))
    for start in (0, 4):
        result = step(inside, batch(start))
        close(result.data["x"], values(plainly, start))
        np.testing.assert_array_equal(result.index, batch(start).index)
    assert inside.get_operation_stats() == {"applied_count": 2, "skipped_count": 0}
    jax.tree.map(np.testing.assert_array_equal, inside.get_state(), plainly.get_state())


def test_nnx_jit_of_a_method() -> None:
    operator = chain(by_batch(), by_batch())
    first, second = (nnx.jit(type(operator).apply_batch)(operator, batch()) for _ in range(2))
    assert (first.data["x"] != second.data["x"]).all()


@PURE
def test_vmap(make: Callable[[], Scale]) -> None:
    result = jax.vmap(make())(stacked(batch(0), batch(4)))
    close(result.data["x"], jnp.stack([values(make(), 0), values(make(), 4)]))
    np.testing.assert_array_equal(result.valid_mask, [[True, False]] * 2)


@PURE
def test_grad_by_the_input(make: Callable[[], Scale]) -> None:
    operator = make()
    slope = jax.grad(lambda x: total(operator, batch().replace(data={"x": x})))(x_of(batch()))
    close(slope, jnp.full((2, 3), 2.0))
    assert operator.get_operation_stats() == {"applied_count": 0, "skipped_count": 0}


@EVERY
def test_grad_by_the_parameters(make: Callable[[], Scale]) -> None:
    operator = make()
    slope = nnx.grad(total)(operator, batch())
    close(slope["factor"][...], jnp.sum(x_of(batch())))
    # What was drawn and counted inside is not lost.
    assert operator.get_operation_stats() == {"applied_count": 1, "skipped_count": 0}
    again = make()
    values(again)
    close(values(operator), values(again))


def test_grad_through_five_stages_reaches_every_parameter() -> None:
    stages = [plain(), by_batch(), by_record(), plain(), by_batch()]
    operator = chain(*stages)

    def loss(operator: Any, given: Batch) -> Float[Array, ""]:
        return jnp.mean(operator(given).data["x"] ** 2)

    slopes = jax.tree.leaves(nnx.grad(loss)(operator, batch()))
    assert len(slopes) == 5
    assert all(jnp.isfinite(slope) and slope != 0 for slope in slopes)


@PURE
def test_checkpoint(make: Callable[[], Scale]) -> None:
    operator = make()
    close(jax.checkpoint(operator)(batch()).data["x"], values(make()))

    def loss(x: Float[Array, "b n"]) -> Float[Array, ""]:
        return total(operator, batch().replace(data={"x": x}))

    close(jax.grad(jax.checkpoint(loss))(x_of(batch())), jnp.full((2, 3), 2.0))


@EVERY
def test_remat_with_the_operator_as_an_argument(make: Callable[[], Scale]) -> None:
    operator = make()
    slope = nnx.grad(nnx.remat(total))(operator, batch())
    close(slope["factor"][...], jnp.sum(x_of(batch())))
    assert operator.get_operation_stats() == {"applied_count": 1, "skipped_count": 0}


@PURE
def test_scan_over_batches(make: Callable[[], Scale]) -> None:
    operator = make()
    _, result = jax.lax.scan(lambda c, b: (c, operator(b)), 0, stacked(batch(0), batch(4)))
    close(result.data["x"], jnp.stack([values(make(), 0), values(make(), 4)]))


@PURE
def test_scan_with_the_batch_as_the_carry(make: Callable[[], Scale]) -> None:
    operator, plainly = make(), make()
    last, _ = jax.lax.scan(lambda given, _: (operator(given), None), batch(), length=2)
    close(last.data["x"], plainly(plainly(batch())).data["x"])


@EVERY
def test_nnx_scan_with_the_operator_as_the_carry(make: Callable[[], Scale]) -> None:
    operator, plainly = make(), make()
    axes: Any = (nnx.Carry, 0)  # flax does not type it

    @nnx.scan(in_axes=axes, out_axes=axes)
    def steps(operator: Scale, given: Batch) -> tuple[Scale, Array]:
        return operator, operator(given).data["x"]

    _, result = steps(operator, stacked(batch(0), batch(4)))
    close(result, jnp.stack([values(plainly, 0), values(plainly, 4)]))
    jax.tree.map(np.testing.assert_array_equal, operator.get_state(), plainly.get_state())


@EVERY
def test_shapes_alone(make: Callable[[], Scale]) -> None:
    operator = make()
    result = nnx.eval_shape(lambda operator, given: operator(given), operator, batch())
    assert result.data["x"] == jax.ShapeDtypeStruct((2, 3), jnp.float32)
    values(operator)


@EVERY
def test_statistics_of_a_call_are_traced(make: Callable[[], Scale]) -> None:
    step = nnx.jit(lambda operator, given, stats: operator(given, stats))
    close(step(make(), batch(), SHIFT).data["x"], values(make()))


@PURE
def test_nnx_vmap_counts_the_elements_of_all_batches(make: Callable[[], Scale]) -> None:
    operator, plainly = make(), make()
    run: Any = nnx.vmap(lambda operator, given: operator(given), in_axes=(None, 0))
    result = run(operator, stacked(batch(0), batch(4)))
    close(result.data["x"], jnp.stack([values(plainly, 0), values(plainly, 4)]))
    jax.tree.map(np.testing.assert_array_equal, operator.get_state(), plainly.get_state())


def test_nnx_vmap_with_a_stream_for_each_batch() -> None:
    operator = by_batch()
    axes = nnx.StateAxes([(nnx.RngState, 0), (..., None)])
    run: Any = nnx.vmap(lambda operator, given: operator(given), in_axes=(axes, 0))
    split: Any = nnx.split_rngs(splits=2)(run)
    result = split(operator, stacked(batch(), batch())).data["x"]
    assert (result[0] != result[1]).all()
    assert operator.get_operation_stats() == {"applied_count": 2, "skipped_count": 0}
