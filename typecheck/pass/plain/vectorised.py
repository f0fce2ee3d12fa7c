"""`vmap` keeps the parameters' names and the structure of the result."""

from typing import TypedDict, assert_type

import jax.numpy as jnp
from jax import Array
from jaxtyping import Float

from datarax_typed.transforms import jit, vmap


class Moments(TypedDict):
    mean: Float[Array, ""]
    variance: Float[Array, ""]


def moments(image: Float[Array, "h w"], weight: Float[Array, ""] | None = None) -> Moments:
    weighted = image if weight is None else image * weight
    return {"mean": weighted.mean(), "variance": weighted.var()}


images = jnp.ones((5, 3, 3))
assert_type(vmap(moments)(images), Moments)
assert_type(vmap(moments, in_axes=(0, None))(images, jnp.array(2.0)), Moments)
assert_type(vmap(vmap(jnp.sin))(images), Array)
assert_type(jit(vmap(moments))(image=images)["mean"], Array)
assert vmap(moments, axis_name="batch")(images)["mean"].shape == (5,)
