"""Brightness of an image."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, TypeAlias

import dm_pix
from annotated_types import Interval
from flax import nnx
from jaxtyping import Array, Float, Key

from datarax_typed.core.magnitude import Magnitude
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.rules import Rule, increasing
from datarax_typed.protocols import PyTree

Delta: TypeAlias = Annotated[float, Interval(ge=-1, le=1)]


@dataclass(frozen=True)
class BrightnessOperatorConfig(ModalityOperatorConfig):
    """Configuration of `BrightnessOperator`.

    Attributes:
        delta: what is added if `stochastic=False`.
        delta_range: what is added is uniform in it, for each record, if `stochastic=True`.
        learnable: whether delta, or the ends of delta_range, are learned.
        clip_range: the smallest and the largest value of the result; None does not clip.
    """

    clip_range: tuple[float, float] | None = field(default=(0.0, 1.0), kw_only=True)
    delta: Delta = field(default=0.0, kw_only=True)
    delta_range: tuple[Delta, Delta] = field(default=(-0.2, 0.2), kw_only=True)
    learnable: bool = field(default=False, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (increasing("delta_range"),)


class BrightnessOperator(ModalityOperator[BrightnessOperatorConfig]):
    """Adds a number to every value of an image of values in [0, 1].

    Source: `dm_pix.adjust_brightness`, as `tf.image.adjust_brightness`.

    Args:
        config: the configuration.
        rngs: random number generators; needed if the config says `stochastic=True`.
        name: a name for error messages.

    Attributes:
        delta: what is added; `delta.learned` is an `nnx.Param` if the config says `learnable=True`.

    Raises:
        ContractError: in a call, the image is not `h w c` of floats.
    """

    def __init__(
        self,
        config: BrightnessOperatorConfig,
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
        """Return what is added to a record's image."""
        return self.delta.draw(key)

    def transform(
        self, image: Float[Array, "h w c"], random_params: Float[Array, ""] | None = None
    ) -> Float[Array, "h w c"]:
        """Return the brighter or darker image."""
        result: Array = dm_pix.adjust_brightness(image, self.delta(random_params, image))
        return result


__all__ = ["BrightnessOperator", "BrightnessOperatorConfig"]
