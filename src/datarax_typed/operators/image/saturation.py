"""Saturation of an image."""

from dataclasses import dataclass, field
from math import inf
from typing import Annotated, ClassVar, TypeAlias

import jax.numpy as jnp
from annotated_types import Interval
from flax import nnx
from jaxtyping import Array, Float, Key

from datarax_typed.core.magnitude import Magnitude
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.precision import single_or_double
from datarax_typed.core.rules import Rule, increasing
from datarax_typed.operators.image.pixels import is_coloured
from datarax_typed.protocols import PyTree

Factor: TypeAlias = Annotated[float, Interval(ge=0, lt=inf)]


@dataclass(frozen=True)
class SaturationOperatorConfig(ModalityOperatorConfig):
    """Configuration of `SaturationOperator`.

    Attributes:
        factor: the factor if `stochastic=False`; 0 leaves no colour, 1 changes nothing.
        factor_range: each record's factor is uniform in it if `stochastic=True`.
        learnable: whether the factor, or the ends of factor_range, are learned.
        clip_range: the smallest and the largest value of the result; None does not clip.
    """

    clip_range: tuple[float, float] | None = field(default=(0.0, 1.0), kw_only=True)
    factor: Factor = field(default=1.0, kw_only=True)
    factor_range: tuple[Factor, Factor] = field(default=(0.8, 1.2), kw_only=True)
    learnable: bool = field(default=False, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (increasing("factor_range"),)


class SaturationOperator(ModalityOperator[SaturationOperatorConfig]):
    """Multiplies the saturation of an image of values in [0, 1], up to the full one.

    It is the S of HSV, as in `dm_pix.adjust_saturation` and `tf.image.adjust_saturation`: hue and
    the largest channel of a pixel stay. torchvision blends with the grey picture instead, which
    keeps the luma and may leave [0, 1]. Computed without HSV, whose kernel divides by the colour.
    Half precision is computed in single.

    Args:
        config: the configuration.
        rngs: random number generators; needed if the config says `stochastic=True`.
        name: a name for error messages.

    Attributes:
        factor: the factor; `factor.learned` is an `nnx.Param` if the config says `learnable=True`.

    Raises:
        ContractError: in a call, the image is not `h w 3` of floats.
    """

    def __init__(
        self,
        config: SaturationOperatorConfig,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        self.factor: Magnitude = Magnitude(
            config.factor,
            config.factor_range,
            stochastic=config.stochastic,
            learnable=config.learnable,
        )

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Float[Array, ""]:
        """Return the factor of a record's image."""
        return self.factor.draw(key)

    def transform(
        self, image: Float[Array, "h w 3"], random_params: Float[Array, ""] | None = None
    ) -> Float[Array, "h w 3"]:
        """Return the image of stronger or weaker colours."""
        exact = single_or_double(image)
        value = exact.max(axis=-1, keepdims=True)
        # Multiplying the saturation multiplies the distances of all channels from the largest.
        factor = jnp.minimum(self.factor(random_params, exact), _largest_factor(exact))
        return (value - factor * (value - exact)).astype(image.dtype)


def _largest_factor(image: Float[Array, "h w 3"]) -> Float[Array, "h w 1"]:
    """Return the factor that makes a pixel's least channel 0; infinite for grey ones."""
    value = image.max(axis=-1, keepdims=True)
    coloured = is_coloured(image)
    distance = jnp.where(coloured, value - image.min(axis=-1, keepdims=True), 1)
    return jnp.where(coloured, value / distance, jnp.inf)


__all__ = ["SaturationOperator", "SaturationOperatorConfig"]
