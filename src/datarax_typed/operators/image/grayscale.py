"""Grey images from colour images."""

from dataclasses import dataclass, field
from typing import Literal

import jax.numpy as jnp
from jaxtyping import Array, Float

from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.precision import single_or_double

# Of red, green and blue; the digits that torchvision, dm-pix and TensorFlow have.
_WEIGHTS = (0.2989, 0.587, 0.114)


@dataclass(frozen=True)
class GrayscaleOperatorConfig(ModalityOperatorConfig):
    """Configuration of `GrayscaleOperator`.

    Attributes:
        stochastic: always False: nothing is random.
        num_output_channels: 1, or 3 equal ones.
    """

    stochastic: Literal[False] = False
    num_output_channels: Literal[1, 3] = field(default=1, kw_only=True)


class GrayscaleOperator(ModalityOperator[GrayscaleOperatorConfig]):
    """Turns a colour image into a grey one: its luma, 0.2989 red + 0.587 green + 0.114 blue.

    The weights are those of ITU-R BT.601 as torchvision v2 has them; they add up to 0.9999. Half
    precision is computed in single.

    Args:
        config: the configuration.
        rngs: not used.
        name: a name for error messages.

    Raises:
        ContractError: in a call, the image is not `h w 3` of floats.
    """

    def transform(
        self, image: Float[Array, "h w 3"]
    ) -> Float[Array, "h w {self.config.num_output_channels}"]:
        """Return the grey image."""
        # A sum, not a matrix product: accelerators round what they multiply matrices of.
        exact = single_or_double(image)
        weights = jnp.asarray(_WEIGHTS, exact.dtype).reshape(1, 1, 3)
        grey = jnp.sum(exact * weights, axis=-1, keepdims=True).astype(image.dtype)
        return jnp.repeat(grey, self.config.num_output_channels, axis=-1)


__all__ = ["GrayscaleOperator", "GrayscaleOperatorConfig"]
