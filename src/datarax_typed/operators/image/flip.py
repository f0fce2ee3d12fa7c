"""Flips of an image, its masks and its boxes: left and right, or top and bottom."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar

import jax
import jax.numpy as jnp
from annotated_types import Interval
from jaxtyping import Array, Bool, Float, Key
from typing_extensions import TypeVar

from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.operators.image.boxes import Places
from datarax_typed.operators.image.geometry import flip
from datarax_typed.operators.image.motion import Motion, move_along
from datarax_typed.protocols import PyTree, Statistics


@dataclass(frozen=True)
class _FlipConfig(ModalityOperatorConfig):
    p: Annotated[float, Interval(ge=0, le=1)] = field(default=0.5, kw_only=True)


@dataclass(frozen=True)
class HorizontalFlipOperatorConfig(_FlipConfig):
    """Configuration of `HorizontalFlipOperator`.

    Attributes:
        p: how likely each record is flipped if `stochastic=True`; else all are.
    """


@dataclass(frozen=True)
class VerticalFlipOperatorConfig(_FlipConfig):
    """Configuration of `VerticalFlipOperator`.

    Attributes:
        p: how likely each record is flipped if `stochastic=True`; else all are.
    """


_ConfigT_co = TypeVar("_ConfigT_co", covariant=True, bound=_FlipConfig, default=_FlipConfig)


class _FlipOperator(ModalityOperator[_ConfigT_co]):
    # The axis of the image that is turned round.
    axis: ClassVar[int]

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Bool[Array, ""]:
        """Return whether a record's image is flipped."""
        return jax.random.bernoulli(key, self.config.p)

    def transform(
        self, image: Float[Array, "h w c"], random_params: Bool[Array, ""] | None = None
    ) -> Float[Array, "h w c"]:
        """Return the image, flipped if it is to be."""
        return flip(image, self.axis, random_params)

    def transform_auxiliary(
        self,
        key: str,
        auxiliary: PyTree,
        value: Float[Array, "h w c"],
        random_params: Bool[Array, ""] | None = None,
        stats: Statistics | None = None,
    ) -> PyTree:
        """Return masks and boxes flipped with the image; see `ModalityOperator`."""
        size = value.shape[self.axis]

        def moved(at: Places) -> Places:
            return size - at if random_params is None else jnp.where(random_params, size - at, at)

        def move_points(y: Places, x: Places) -> tuple[Places, Places]:
            return (moved(y), x) if self.axis == 0 else (y, moved(x))

        def move_mask(mask: Array) -> Array:
            return flip(mask, self.axis, random_params)

        motion = Motion(move_mask, move_points, value.shape[:2])
        return move_along(motion, key, auxiliary, value, self.label)


class HorizontalFlipOperator(_FlipOperator[HorizontalFlipOperatorConfig]):
    """Swaps left and right of an image, exactly.

    Auxiliary fields flip along, masks and boxes; see
    `datarax_typed.operators.image.motion.move_along`. Source:
    `torchvision.transforms.v2.RandomHorizontalFlip`; Krizhevsky et al. 2012.

    Args:
        config: the configuration.
        rngs: random number generators; needed if the config says `stochastic=True`.
        name: a name for error messages.

    Raises:
        ContractError: in a call, the image is not `h w c` of floats, or an auxiliary field is
            neither a mask nor boxes.
    """

    axis = 1


class VerticalFlipOperator(_FlipOperator[VerticalFlipOperatorConfig]):
    """Swaps top and bottom of an image, exactly.

    Auxiliary fields flip along, masks and boxes; see
    `datarax_typed.operators.image.motion.move_along`. Source:
    `torchvision.transforms.v2.RandomVerticalFlip`.

    Args:
        config: the configuration.
        rngs: random number generators; needed if the config says `stochastic=True`.
        name: a name for error messages.

    Raises:
        ContractError: in a call, the image is not `h w c` of floats, or an auxiliary field is
            neither a mask nor boxes.
    """

    axis = 0


__all__ = [
    "HorizontalFlipOperator",
    "HorizontalFlipOperatorConfig",
    "VerticalFlipOperator",
    "VerticalFlipOperatorConfig",
]
