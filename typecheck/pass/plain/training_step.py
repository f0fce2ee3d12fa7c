"""A training step: compiled, differentiated, and still of the types that its author wrote."""

from typing import TypedDict, assert_type

import jax.numpy as jnp
from jax import Array
from jaxtyping import Float

from datarax_typed.transforms import grad, jit, tree_map, value_and_grad


class Params(TypedDict):
    weight: Float[Array, "inputs outputs"]
    bias: Float[Array, " outputs"]


Inputs = Float[Array, "batch inputs"]
Targets = Float[Array, "batch outputs"]


def predict(params: Params, x: Inputs) -> Targets:
    return x @ params["weight"] + params["bias"][None]


def loss(params: Params, x: Inputs, y: Targets, weight_decay: float = 0.0) -> Float[Array, ""]:
    return jnp.mean((predict(params, x) - y) ** 2) + weight_decay * jnp.sum(params["weight"] ** 2)


def descended(parameter: Array, gradient: Array) -> Array:
    return parameter - 0.1 * gradient


@jit
def step(params: Params, x: Inputs, y: Targets) -> tuple[Params, Array]:
    value, gradient = value_and_grad(loss)(params, x, y)
    return tree_map(descended, params, gradient), value


params: Params = {"weight": jnp.zeros((3, 2)), "bias": jnp.zeros(2)}
x, y = jnp.ones((4, 3)), jnp.ones((4, 2))

assert_type(step(params, x, y), tuple[Params, Array])
assert_type(grad(loss)(params, x, y, weight_decay=0.1), Params)
assert_type(grad(loss)(params, x, y)["bias"], Array)
assert_type(grad(loss, 1)(params, x, y), Array)
assert_type(grad(loss, argnums=(0, 1))(params, x, y), tuple[Params, Array])

params, before = step(params, x, y)
params, after = step(params, x=x, y=y)
assert after < before
