"""Images of floats from images of integers."""

from dataclasses import dataclass
from typing import Literal

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float32, Real

from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig


@dataclass(frozen=True)
class ToFloatOperatorConfig(ModalityOperatorConfig):
    """Configuration of `ToFloatOperator`.

    Attributes:
        stochastic: always False: nothing is random.
    """

    stochastic: Literal[False] = False


class ToFloatOperator(ModalityOperator[ToFloatOperatorConfig]):
    """Turns an image into float32 of values in [0, 1].

    Integers are divided by the largest value of their dtype (negative ones stay negative), truth
    values become 0 and 1. Floats are taken to be in [0, 1] already: float32 is untouched, others
    are converted. Source: `ToDtype(torch.float32, scale=True)` of torchvision v2.

    Args:
        config: the configuration.
        rngs: not used.
        name: a name for error messages.

    Raises:
        ContractError: in a call, the image is not `h w c` of numbers.
    """

    def transform(
        self, image: Bool[Array, "h w c"] | Real[Array, "h w c"]
    ) -> Float32[Array, "h w c"]:
        """Return the image as float32."""
        converted = image.astype(jnp.float32)
        if not jnp.issubdtype(image.dtype, jnp.integer):
            return converted
        return converted / jnp.asarray(np.iinfo(image.dtype).max, jnp.float32)


__all__ = ["ToFloatOperator", "ToFloatOperatorConfig"]
