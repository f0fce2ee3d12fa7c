"""An operator of the config next door."""

import jax
from jaxtyping import Array, Float, Key
from studio.configs import GlowConfig

from datarax_typed import ModalityOperator, PyTree


class Glow(ModalityOperator[GlowConfig]):
    """Adds light."""

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Float[Array, ""]:
        """Return how much light a record gets."""
        return jax.random.uniform(key)

    def transform(
        self, image: Float[Array, "h w c"], random_params: Float[Array, ""] | None = None
    ) -> Float[Array, "h w c"]:
        """Return the lighter image."""
        light = self.config.strength if random_params is None else random_params
        return image + light
