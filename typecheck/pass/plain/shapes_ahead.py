"""`eval_shape` knows the structure of a result before anything is computed."""

from typing import NamedTuple, TypedDict, assert_type

import jax
import jax.numpy as jnp
from jax import Array

from datarax_typed.transforms import eval_shape


class Crops(TypedDict):
    left: Array
    right: Array


class Split(NamedTuple):
    head: Array
    rest: Array


def halves(image: Array) -> Crops:
    middle = image.shape[1] // 2
    return {"left": image[:, :middle], "right": image[:, middle:]}


def grey(image: Array, *, weight: float = 1.0) -> Array:
    return image.mean(axis=-1) * weight


def split(image: Array) -> Split:
    return Split(image[0], image[1:])


spec = jax.ShapeDtypeStruct((4, 6, 3), jnp.float32)
assert_type(eval_shape(grey, spec), jax.ShapeDtypeStruct)
assert_type(eval_shape(halves, spec), Crops)
assert_type(eval_shape(split, image=spec), Split)

assert eval_shape(grey, spec, weight=0.5).shape == (4, 6)
assert eval_shape(halves, spec)["left"].shape == (4, 3, 3)
