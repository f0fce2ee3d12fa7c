"""Gradients of colour operators where colours are extreme."""

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float

from tests.operators.case import AnyOperator

# Black, white, grey, primary and mixed colours, what is almost black, and what is almost grey.
EXTREME = jnp.array(
    [
        [[0, 0, 0], [1, 1, 1], [0.5, 0.5, 0.5], [1, 0, 0], [0, 1, 0]],
        [[0, 0, 1], [1, 1, 0], [1e-30, 0, 0], [1e-38, 1e-38, 2e-38], [0.5, 0.5, 0.50000006]],
    ],
    jnp.float32,
)


def check_extreme_gradients(operator: AnyOperator) -> None:
    """Assert that gradients in the image and in all parameters are finite at extreme colours."""

    @nnx.jit
    @nnx.grad(argnums=(nnx.DiffState(0, nnx.Param), 1))
    def gradients_of(made: AnyOperator, image: Float[Array, "h w 3"]) -> Float[Array, ""]:
        return jnp.sum(jnp.sin(3 * made.transform(image)))

    gradients = gradients_of(operator, EXTREME)
    for leaf in jax.tree.leaves(gradients):
        assert np.all(np.isfinite(leaf)), leaf
