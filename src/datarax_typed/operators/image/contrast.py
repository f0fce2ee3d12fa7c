"""Contrast of an image."""

from dataclasses import dataclass, field
from math import inf
from typing import Annotated, ClassVar, TypeAlias

import dm_pix
from annotated_types import Interval
from flax import nnx
from jaxtyping import Array, Float, Key

from datarax_typed.core.magnitude import Magnitude
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.rules import Rule, increasing
from datarax_typed.protocols import PyTree

Factor: TypeAlias = Annotated[float, Interval(ge=0, lt=inf)]


@dataclass(frozen=True)
class ContrastOperatorConfig(ModalityOperatorConfig):
    """Configuration of `ContrastOperator`.

    Attributes:
        factor: the factor if `stochastic=False`; 0 leaves the mean, 1 changes nothing.
        factor_range: each record's factor is uniform in it if `stochastic=True`.
        learnable: whether the factor, or the ends of factor_range, are learned.
        clip_range: the smallest and the largest value of the result; None does not clip.
    """

    clip_range: tuple[float, float] | None = field(default=(0.0, 1.0), kw_only=True)
    factor: Factor = field(default=1.0, kw_only=True)
    factor_range: tuple[Factor, Factor] = field(default=(0.8, 1.2), kw_only=True)
    learnable: bool = field(default=False, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (increasing("factor_range"),)


class ContrastOperator(ModalityOperator[ContrastOperatorConfig]):
    """Moves the values of an image of values in [0, 1] away from their mean, or towards it.

    Every channel has its own mean. Source: `dm_pix.adjust_contrast`, as `tf.image.adjust_contrast`;
    torchvision takes one mean, of the grey picture.

    Args:
        config: the configuration.
        rngs: random number generators; needed if the config says `stochastic=True`.
        name: a name for error messages.

    Attributes:
        factor: the factor; `factor.learned` is an `nnx.Param` if the config says `learnable=True`.

    Raises:
        ContractError: in a call, the image is not `h w c` of floats.
    """

    def __init__(
        self,
        config: ContrastOperatorConfig,
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
        self, image: Float[Array, "h w c"], random_params: Float[Array, ""] | None = None
    ) -> Float[Array, "h w c"]:
        """Return the image of more or less contrast."""
        result: Array = dm_pix.adjust_contrast(image, self.factor(random_params, image))
        return result


__all__ = ["ContrastOperator", "ContrastOperatorConfig"]
