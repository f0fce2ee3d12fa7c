"""The programs that a JAX programmer writes by hand, of the same arithmetic as the operators."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import dm_pix
import jax
import jax.numpy as jnp
from jax.scipy.ndimage import map_coordinates
from jaxtyping import Array, Float, Int, Key

Image: TypeAlias = Float[Array, "h w c"]
Images: TypeAlias = Float[Array, "batch h w c"]
Fields: TypeAlias = dict[str, Array]
Number: TypeAlias = float | Float[Array, ""]
# From a key and a batch to the next call's key and the result.
Carried: TypeAlias = Callable[..., tuple[Key[Array, ""], Array | Fields]]


@dataclass(frozen=True)
class Step:
    """One transformation of an image.

    Attributes:
        name: the operator that does the same.
        transform: maps an image and a number.
        value: the number, where nothing is random.
        low: the smallest random number.
        high: the largest random number.
    """

    name: str
    transform: Callable[[Image, Number], Image]
    value: float
    low: float
    high: float


def brightness(image: Image, delta: Number) -> Image:
    """Return a brighter image."""
    return jnp.clip(dm_pix.adjust_brightness(image, delta), 0.0, 1.0)


def contrast(image: Image, factor: Number) -> Image:
    """Return an image of more contrast."""
    return jnp.clip(dm_pix.adjust_contrast(image, factor), 0.0, 1.0)


def rotation(image: Image, angle_degrees: Number) -> Image:
    """Return an image turned about its centre, bilinear, 0 outside."""
    angle = jnp.deg2rad(jnp.asarray(angle_degrees, jnp.float32))
    cos, sin = jnp.cos(angle), jnp.sin(angle)
    half_y, half_x = ((size - 1) / 2 for size in image.shape[:2])
    rows, columns = (jnp.arange(size, dtype=jnp.float32) for size in image.shape[:2])
    y, x = jnp.meshgrid(rows - half_y, columns - half_x, indexing="ij")
    places = [cos * y + sin * x + half_y, cos * x - sin * y + half_x]

    def plane(channel: Float[Array, "h w"]) -> Float[Array, "h w"]:
        turned: Array = map_coordinates(channel, places, order=1, mode="constant", cval=0.0)
        return turned

    turned: Array = jax.vmap(plane, in_axes=-1, out_axes=-1)(image)
    return turned


BRIGHTNESS = Step("brightness", brightness, 0.1, -0.2, 0.2)
DARKNESS = Step("brightness", brightness, -0.1, -0.2, 0.2)
CONTRAST = Step("contrast", contrast, 1.2, 0.8, 1.2)
DULLNESS = Step("contrast", contrast, 0.8, 0.8, 1.2)
ROTATION = Step("rotation", rotation, 15.0, -30.0, 30.0)


def fixed(steps: Sequence[Step]) -> Callable[[Image], Image]:
    """Return the function of one image that goes through the steps."""

    def one(image: Image) -> Image:
        for step in steps:
            image = step.transform(image, step.value)
        return image

    return one


def drawn(steps: Sequence[Step]) -> Callable[[Key[Array, ""], Image], Image]:
    """Return the function of a key and an image that draws the number of every step."""

    def one(key: Key[Array, ""], image: Image) -> Image:
        keys = [key] if len(steps) == 1 else list(jax.random.split(key, len(steps)))
        for step, own in zip(steps, keys, strict=True):
            number = jax.random.uniform(own, minval=step.low, maxval=step.high)
            image = step.transform(image, number)
        return image

    return one


def by_index(
    steps: Sequence[Step],
) -> Callable[[Key[Array, ""], Int[Array, " batch"], Images], Images]:
    """Return the function of a batch whose records' keys are folded from their index."""

    def batch(key: Key[Array, ""], index: Int[Array, " batch"], images: Images) -> Images:
        keys = jax.vmap(jax.random.fold_in, (None, 0))(key, index)
        result: Array = jax.vmap(drawn(steps))(keys, images)
        return result

    return batch


def carried(steps: Sequence[Step]) -> Carried:
    """Return the function of a batch that splits its key, and returns the one for the next call."""

    def batch(key: Key[Array, ""], images: Images) -> tuple[Key[Array, ""], Images]:
        following, own = jax.random.split(key)
        keys = jax.random.split(own, images.shape[0])
        result: Array = jax.vmap(drawn(steps))(keys, images)
        return following, result

    return batch


def carried_fields(steps: Sequence[Step]) -> Carried:
    """Return the same of a dict of fields."""
    batch = jax.vmap(drawn(steps))

    def of_fields(key: Key[Array, ""], data: Fields) -> tuple[Key[Array, ""], Fields]:
        following, own = jax.random.split(key)
        keys = jax.random.split(own, data["image"].shape[0])
        return following, {**data, "image": batch(keys, data["image"])}

    return of_fields
