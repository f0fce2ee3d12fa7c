"""Noise on an image."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

import jax
import jax.numpy as jnp
from annotated_types import MinLen
from flax import nnx
from jaxtyping import Array, Float, Key

from datarax_typed.core.fields import get_field
from datarax_typed.core.limits import Finite, NotNegative
from datarax_typed.core.magnitude import Magnitude
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.protocols import PyTree


@dataclass(frozen=True)
class GaussianNoiseOperatorConfig(ModalityOperatorConfig):
    """Configuration of `GaussianNoiseOperator`.

    Attributes:
        stochastic: always True: noise is random.
        stream_name: the stream of `nnx.Rngs` to draw from.
        mean: the mean of what is added.
        sigma: the standard deviation of what is added.
        learnable: whether sigma is learned.
        clip_range: the smallest and the largest value of the result; None does not clip.
    """

    stochastic: Literal[True] = True
    stream_name: Annotated[str, MinLen(1)] = "augment"
    clip_range: tuple[float, float] | None = field(default=(0.0, 1.0), kw_only=True)
    mean: Finite = field(default=0.0, kw_only=True)
    sigma: NotNegative = field(default=0.1, kw_only=True)
    learnable: bool = field(default=False, kw_only=True)


class GaussianNoiseOperator(ModalityOperator[GaussianNoiseOperatorConfig]):
    """Adds to every value of an image a number from a normal distribution, each independently.

    Gradients reach a learned sigma through the noise. Source: `GaussianNoise` of torchvision v2;
    the noise is drawn in single precision.

    Args:
        config: the configuration.
        rngs: random number generators with the config's stream.
        name: a name for error messages.

    Attributes:
        sigma: the standard deviation; `sigma.learned` is an `nnx.Param` if the config says
            `learnable=True`.

    Raises:
        ContractError: in a call, the image is not `h w c` of floats.
    """

    def __init__(
        self,
        config: GaussianNoiseOperatorConfig,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        # The noise is random, its strength is not.
        self.sigma: Magnitude = Magnitude(
            config.sigma, (0.0, config.sigma), stochastic=False, learnable=config.learnable
        )

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Float[Array, "..."]:
        """Return a number of mean 0 and standard deviation 1 for each value of a record's image."""
        return jax.random.normal(key, get_field(element_shapes, self.config.field_key, self.label))

    def transform(
        self, image: Float[Array, "h w c"], random_params: Float[Array, "h w c"]
    ) -> Float[Array, "h w c"]:
        """Return the noisy image."""
        noise = self.sigma(None, random_params) * random_params
        shifted = noise + jnp.asarray(self.config.mean, noise.dtype)
        return image + shifted.astype(image.dtype)


__all__ = ["GaussianNoiseOperator", "GaussianNoiseOperatorConfig"]
