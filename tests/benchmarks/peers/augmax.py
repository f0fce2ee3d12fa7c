"""augmax: its transformations of one image, by hand under `jax.vmap` and `jax.jit`."""

import jax
from jaxtyping import Array

from tests.benchmarks.by_hand import Image, Step
from tests.benchmarks.timing import Call


def call(step: Step, images: Array) -> Call:
    """Return a call of the transformation nearest to a step; its number is always drawn."""
    import augmax

    transformation = (
        augmax.Rotate(angle_range=(step.value, step.value))
        if step.name == "rotation"
        else augmax.RandomBrightness(range=(step.value, step.value), p=1.0)
    )
    chain = augmax.Chain(transformation)

    def one(key: Array, image: Image) -> Image:
        return chain(key, image)

    program, keys = jax.jit(jax.vmap(one)), jax.random.split(jax.random.key(0), images.shape[0])
    return lambda: program(keys, images)
