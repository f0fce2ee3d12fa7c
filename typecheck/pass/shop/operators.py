"""Operators of the configs next door."""

import jax
from jaxtyping import Array, Float, Int, Key
from shop.settings import CropConfig

from datarax_typed import ModalityOperator, PyTree


# 1: an operator that works with and without random numbers
class Crop(ModalityOperator[CropConfig]):
    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Int[Array, "2"]:
        height, width, _ = element_shapes[self.config.field_key]
        room = min(height, width) - self.config.size
        return jax.random.randint(key, (2,), 0, room + 1)

    def transform(
        self, image: Float[Array, "h w c"], random_params: Int[Array, "2"] | None = None
    ) -> Float[Array, "size size c"]:
        size = self.config.size
        if random_params is None:
            return image[:size, :size]
        top, left = random_params
        return jax.lax.dynamic_slice(image, (top, left, 0), (size, size, image.shape[2]))
