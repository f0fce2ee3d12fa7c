"""Horizontal flip of an image, its masks and its boxes."""

from dataclasses import dataclass, field
from typing import Annotated

import jax
import jax.numpy as jnp
from annotated_types import Interval
from jaxtyping import Array, Bool, Float, Key

from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.operators.image.boxes import Places
from datarax_typed.operators.image.geometry import flip
from datarax_typed.operators.image.motion import Motion, move_along
from datarax_typed.protocols import PyTree, Statistics


@dataclass(frozen=True)
class HorizontalFlipOperatorConfig(ModalityOperatorConfig):
    """Configuration of `HorizontalFlipOperator`.

    Attributes:
        p: how likely each record is flipped if `stochastic=True`; else all are.
    """

    p: Annotated[float, Interval(ge=0, le=1)] = field(default=0.5, kw_only=True)


class HorizontalFlipOperator(ModalityOperator[HorizontalFlipOperatorConfig]):
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

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Bool[Array, ""]:
        """Return whether a record's image is flipped."""
        return jax.random.bernoulli(key, self.config.p)

    def transform(
        self, image: Float[Array, "h w c"], random_params: Bool[Array, ""] | None = None
    ) -> Float[Array, "h w c"]:
        """Return the image, flipped if it is to be."""
        return flip(image, 1, random_params)

    def transform_auxiliary(
        self,
        key: str,
        auxiliary: PyTree,
        value: Float[Array, "h w c"],
        random_params: Bool[Array, ""] | None = None,
        stats: Statistics | None = None,
    ) -> PyTree:
        """Return masks and boxes flipped with the image; see `ModalityOperator`."""
        width = value.shape[1]

        def move_points(y: Places, x: Places) -> tuple[Places, Places]:
            flipped = width - x
            return y, flipped if random_params is None else jnp.where(random_params, flipped, x)

        motion = Motion(lambda mask: flip(mask, 1, random_params), move_points, value.shape[:2])
        return move_along(motion, key, auxiliary, value, self.label)


__all__ = ["HorizontalFlipOperator", "HorizontalFlipOperatorConfig"]
