"""Gamma correction of an image."""

from dataclasses import dataclass, field
from math import inf
from typing import Annotated, ClassVar, TypeAlias

import dm_pix
import jax.numpy as jnp
from annotated_types import Interval
from flax import nnx
from jaxtyping import Array, Float, Key

from datarax_typed.core.magnitude import Magnitude
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.precision import single_or_double
from datarax_typed.core.rules import Rule, increasing
from datarax_typed.protocols import PyTree

Positive: TypeAlias = Annotated[float, Interval(gt=0, lt=inf)]


@dataclass(frozen=True)
class GammaOperatorConfig(ModalityOperatorConfig):
    """Configuration of `GammaOperator`.

    Attributes:
        gamma: the exponent if `stochastic=False`; more than 1 darkens.
        gamma_range: each record's exponent is uniform in it if `stochastic=True`.
        gain: what the result is multiplied by.
        learnable: whether gamma, or the ends of gamma_range, are learned.
        clip_range: the smallest and the largest value of the result; None does not clip.
    """

    clip_range: tuple[float, float] | None = field(default=(0.0, 1.0), kw_only=True)
    gamma: Positive = field(default=1.0, kw_only=True)
    gamma_range: tuple[Positive, Positive] = field(default=(0.8, 1.2), kw_only=True)
    gain: Positive = field(default=1.0, kw_only=True)
    learnable: bool = field(default=False, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (increasing("gamma_range"),)


class GammaOperator(ModalityOperator[GammaOperatorConfig]):
    """Raises every value of an image of values in [0, 1] to a power: `gain * image ** gamma`.

    0 and what is less becomes 0, and has the gradient 0; that of a root there is infinite. A gamma
    that is learned to be less than 0 counts as 0. Half precision is computed in single.

    Source: `dm_pix.adjust_gamma`, as `tf.image.adjust_gamma` and torchvision's `adjust_gamma`.

    Args:
        config: the configuration.
        rngs: random number generators; needed if the config says `stochastic=True`.
        name: a name for error messages.

    Attributes:
        gamma: the exponent; `gamma.learned` is an `nnx.Param` if the config says `learnable=True`.

    Raises:
        ContractError: in a call, the image is not `h w c` of floats.
    """

    def __init__(
        self,
        config: GammaOperatorConfig,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        self.gamma: Magnitude = Magnitude(
            config.gamma,
            config.gamma_range,
            stochastic=config.stochastic,
            learnable=config.learnable,
        )

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Float[Array, ""]:
        """Return the exponent for a record's image."""
        return self.gamma.draw(key)

    def transform(
        self, image: Float[Array, "h w c"], random_params: Float[Array, ""] | None = None
    ) -> Float[Array, "h w c"]:
        """Return the corrected image."""
        exact = single_or_double(image)
        gamma = jnp.maximum(self.gamma(random_params, exact), 0)
        positive = exact > 0
        base = jnp.where(positive, exact, 1)
        power: Array = dm_pix.adjust_gamma(
            base, gamma, gain=self.config.gain, assume_in_bounds=True
        )
        # What is no number stays none.
        rest = jnp.where(jnp.isnan(exact), exact, 0)
        return jnp.where(positive, power, rest).astype(image.dtype)


__all__ = ["GammaOperator", "GammaOperatorConfig"]
