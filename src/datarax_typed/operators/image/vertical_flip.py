"""Vertical flip of an image, its masks and its boxes."""

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
class VerticalFlipOperatorConfig(ModalityOperatorConfig):
    """Configuration of `VerticalFlipOperator`.

    Attributes:
        p: how likely each record is flipped if `stochastic=True`; else all are.
    """

    p: Annotated[float, Interval(ge=0, le=1)] = field(default=0.5, kw_only=True)


class VerticalFlipOperator(ModalityOperator[VerticalFlipOperatorConfig]):
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

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Bool[Array, ""]:
        """Return whether a record's image is flipped."""
        return jax.random.bernoulli(key, self.config.p)

    def transform(
        self, image: Float[Array, "h w c"], random_params: Bool[Array, ""] | None = None
    ) -> Float[Array, "h w c"]:
        """Return the image, flipped if it is to be."""
        return flip(image, 0, random_params)

    def transform_auxiliary(
        self,
        key: str,
        auxiliary: PyTree,
        value: Float[Array, "h w c"],
        random_params: Bool[Array, ""] | None = None,
        stats: Statistics | None = None,
    ) -> PyTree:
        """Return masks and boxes flipped with the image; see `ModalityOperator`."""
        height = value.shape[0]

        def move_points(y: Places, x: Places) -> tuple[Places, Places]:
            flipped = height - y
            return flipped if random_params is None else jnp.where(random_params, flipped, y), x

        motion = Motion(lambda mask: flip(mask, 0, random_params), move_points, value.shape[:2])
        return move_along(motion, key, auxiliary, value, self.label)


__all__ = ["VerticalFlipOperator", "VerticalFlipOperatorConfig"]
