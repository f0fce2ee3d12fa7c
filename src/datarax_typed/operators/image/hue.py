"""Hue of an image."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, TypeAlias

import dm_pix
import jax
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

Turns: TypeAlias = Annotated[float, Interval(ge=-0.5, le=0.5)]


@dataclass(frozen=True)
class HueOperatorConfig(ModalityOperatorConfig):
    """Configuration of `HueOperator`.

    Attributes:
        delta: what is added to the hue if `stochastic=False`; 1/3 makes red green.
        delta_range: what is added is uniform in it, for each record, if `stochastic=True`.
        learnable: whether delta, or the ends of delta_range, are learned.
        clip_range: the smallest and the largest value of the result; None does not clip.
    """

    clip_range: tuple[float, float] | None = field(default=(0.0, 1.0), kw_only=True)
    delta: Turns = field(default=0.0, kw_only=True)
    delta_range: tuple[Turns, Turns] = field(default=(-0.1, 0.1), kw_only=True)
    learnable: bool = field(default=False, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (increasing("delta_range"),)


class HueOperator(ModalityOperator[HueOperatorConfig]):
    """Turns the hue of an image of values in [0, 1]; saturation and value of HSV stay.

    Grey pixels, whose channels differ by rounding at most, stay as they are. Half precision is
    computed in single.

    Units: turns of the circle of hues, as in torchvision v2. Source: `dm_pix.adjust_hue`, as
    `tf.image.adjust_hue`.

    Args:
        config: the configuration.
        rngs: random number generators; needed if the config says `stochastic=True`.
        name: a name for error messages.

    Attributes:
        delta: what is added; `delta.learned` is an `nnx.Param` if the config says `learnable=True`.

    Raises:
        ContractError: in a call, the image is not `h w 3` of floats.
    """

    def __init__(
        self,
        config: HueOperatorConfig,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        self.delta: Magnitude = Magnitude(
            config.delta,
            config.delta_range,
            stochastic=config.stochastic,
            learnable=config.learnable,
        )

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Float[Array, ""]:
        """Return what is added to the hue of a record's image, in turns."""
        return self.delta.draw(key)

    def transform(
        self, image: Float[Array, "h w 3"], random_params: Float[Array, ""] | None = None
    ) -> Float[Array, "h w 3"]:
        """Return the image of other colours."""
        exact = single_or_double(image)
        coloured = is_coloured(exact)
        # Any colour will do where the result is not used: its gradient is finite.
        red = jnp.zeros_like(exact).at[..., 0].set(1)
        turned = _turned(jnp.where(coloured, exact, red), self.delta(random_params, exact))
        return jnp.where(coloured, turned, exact).astype(image.dtype)


def _turned(image: Float[Array, "h w 3"], delta: Float[Array, ""]) -> Float[Array, "h w 3"]:
    # The kernel adds truth values to numbers, which a strict promotion of dtypes refuses.
    with jax.numpy_dtype_promotion("standard"):
        result: Array = dm_pix.adjust_hue(image, delta)
    return result


__all__ = ["HueOperator", "HueOperatorConfig"]
