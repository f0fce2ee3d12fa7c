"""dm-pix: its functions of one image, by hand under `jax.vmap` and `jax.jit`."""

from math import radians

import dm_pix
import jax
import jax.numpy as jnp
from jaxtyping import Array

from tests.benchmarks.by_hand import Image, Step
from tests.benchmarks.timing import Call


def call(step: Step, images: Array) -> Call:
    """Return a call of the function that does what a step does."""

    def one(image: Image) -> Image:
        if step.name == "rotation":
            turned: Array = dm_pix.rotate(image, radians(step.value), mode="constant")
            return turned
        return jnp.clip(dm_pix.adjust_brightness(image, step.value), 0.0, 1.0)

    program = jax.jit(jax.vmap(one))
    return lambda: program(images)
