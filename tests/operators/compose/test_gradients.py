"""Gradients end to end: through a chain of five operators of all families into a loss."""

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed import (
    Batch,
    CompositeOperatorModule,
    CrossModalOperatorConfig,
    MapOperator,
    MapOperatorConfig,
    ModalityOperatorConfig,
    chain,
)
from datarax_typed.operators.audio import LearnedAudioOperator
from datarax_typed.operators.cross_modal import BatchContrastiveOperator, FusionOperator
from datarax_typed.operators.image import (
    BrightnessOperator,
    BrightnessOperatorConfig,
    LearnedImageOperator,
)
from datarax_typed.protocols import PyTree

WIDTH = 6


class Embed(nnx.Module):
    """Any array as a vector: a learned projection of all its numbers."""

    def __init__(self, size: int, rngs: nnx.Rngs) -> None:
        self.project = nnx.Linear(size, WIDTH, rngs=rngs)

    def __call__(self, value: Float[Array, "..."]) -> Float[Array, " width"]:
        return nnx.tanh(self.project(value.reshape(-1)))


def pipeline() -> CompositeOperatorModule:
    rngs = nnx.Rngs(0, noise=1)
    random: dict[str, PyTree] = {"stochastic": True, "stream_name": "noise"}
    return chain(
        BrightnessOperator(BrightnessOperatorConfig(field_key="image", **random), rngs=rngs),
        LearnedImageOperator(ModalityOperatorConfig(field_key="image")),
        LearnedAudioOperator(ModalityOperatorConfig(field_key="sound", **random), rngs=rngs),
        MapOperator(MapOperatorConfig(fields=["image"]), Embed(4 * 5 * 3, rngs)),
        BatchContrastiveOperator(
            CrossModalOperatorConfig(
                input_fields=["image", "sound"], output_fields=["similarities", "loss"]
            ),
            dims=(WIDTH, 7),
            rngs=rngs,
        ),
    )


def batch() -> Batch:
    image, sound = jax.random.split(jax.random.key(0))
    data = {
        "image": jax.random.uniform(image, (3, 4, 5, 3)),
        "sound": jax.random.normal(sound, (3, 7)),
    }
    return Batch(data, index=jnp.arange(3))


def loss(module: CompositeOperatorModule, given: Batch) -> Float[Array, ""]:
    return jnp.mean(module(given).data["loss"])


def test_the_gradient_reaches_every_parameter_of_five_operators() -> None:
    value, gradients = nnx.jit(nnx.value_and_grad(loss))(pipeline(), batch())
    assert np.isfinite(value)
    found = {
        jax.tree_util.keystr(path, simple=True, separator="/"): np.asarray(gradient)
        for path, gradient in jax.tree_util.tree_leaves_with_path(nnx.to_pure_dict(gradients))
    }
    assert found.keys() == {
        "stages/1/crop_scale",
        "stages/1/rotation_angle",
        "stages/2/gain_db",
        "stages/2/noise_db",
        "stages/3/function/project/bias",
        "stages/3/function/project/kernel",
        "stages/4/space/anchor_head/kernel",
        "stages/4/space/log_temperature",
        "stages/4/space/other_head/kernel",
    }
    for name, gradient in found.items():
        assert np.all(np.isfinite(gradient)), name
        assert np.any(gradient != 0.0), name


def test_the_gradient_is_that_of_differences() -> None:
    module, given = pipeline(), batch()
    graphdef, *states = nnx.split(module, nnx.Param, ...)
    params, rest = states

    @jax.jit
    def value(flat: PyTree) -> PyTree:
        return loss(nnx.merge(graphdef, flat, rest), given)

    def cosines(leaf: Array) -> Array:
        return jnp.cos(jnp.arange(leaf.size)).reshape(leaf.shape)

    gradients = jax.jit(jax.grad(value))(params)
    direction = jax.tree.map(cosines, params)
    step = 1e-3

    def moved(sign: float) -> PyTree:
        return value(jax.tree.map(lambda p, d: p + sign * step * d, params, direction))

    slope = (moved(1.0) - moved(-1.0)) / (2 * step)
    expected = sum(
        jnp.vdot(g, d)
        for g, d in zip(jax.tree.leaves(gradients), jax.tree.leaves(direction), strict=True)
    )
    np.testing.assert_allclose(slope, expected, rtol=2e-2)


def test_steps_down_the_gradient_lower_the_loss() -> None:
    module, given = pipeline(), batch()

    @nnx.jit
    def step(module: CompositeOperatorModule, given: Batch) -> PyTree:
        value, gradients = nnx.value_and_grad(loss)(module, given)
        moved = jax.tree.map(lambda p, g: p - 0.01 * g, nnx.state(module, nnx.Param), gradients)
        nnx.update(module, moved)
        return value

    values = [float(step(module, given)) for _ in range(5)]
    assert values == sorted(values, reverse=True)
    assert values[-1] < values[0]
    assert module.get_operation_stats()["applied_count"] == 15


def test_the_gradient_reaches_the_input() -> None:
    module, given = pipeline(), batch()

    def of_input(data: PyTree) -> PyTree:
        return loss(module, given.replace(data=data))

    gradients = jax.jit(jax.grad(of_input))(given.data)
    assert gradients.keys() == {"image", "sound"}
    assert all(np.any(np.asarray(leaf) != 0.0) for leaf in gradients.values())


def test_the_gradient_reaches_weights_of_a_fusion_after_its_embeddings() -> None:
    fused = CrossModalOperatorConfig(input_fields=["image", "sound"], output_fields=["joint"])
    embedding = nnx.Linear(7, WIDTH, rngs=nnx.Rngs(1))
    module = chain(
        LearnedImageOperator(ModalityOperatorConfig(field_key="image")),
        LearnedAudioOperator(ModalityOperatorConfig(field_key="sound")),
        MapOperator(MapOperatorConfig(fields=["image"]), Embed(4 * 5 * 3, nnx.Rngs(0))),
        MapOperator(MapOperatorConfig(fields=["sound"]), embedding),
        FusionOperator(fused),
    )

    def energy(module: CompositeOperatorModule) -> Array:
        return jnp.sum(module(batch()).data["joint"] ** 2)

    gradients = nnx.to_pure_dict(nnx.grad(energy)(module))["stages"]
    assert np.all(np.asarray(gradients[4]["fusion_weights"]) != 0.0)
    assert float(gradients[1]["gain_db"]) != 0.0
    assert float(gradients[0]["rotation_angle"]) != 0.0
