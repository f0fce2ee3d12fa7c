"""Rotation of an image, its masks and its boxes."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, TypeAlias

import jax
import jax.numpy as jnp
from annotated_types import Interval
from jaxtyping import Array, Float, Key

from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.rules import Rule, increasing
from datarax_typed.operators.image.geometry import View, move_along, warp_image
from datarax_typed.protocols import PyTree, Statistics

Degrees: TypeAlias = Annotated[float, Interval(ge=-360, le=360)]


@dataclass(frozen=True)
class RotationOperatorConfig(ModalityOperatorConfig):
    """Configuration of `RotationOperator`.

    Attributes:
        angle_degrees: the angle if `stochastic=False`; counter-clockwise.
        angle_degrees_range: each record's angle is uniform in it if `stochastic=True`.
        fill: the value of the image's pixels that come from outside.
    """

    angle_degrees: Degrees = field(default=0.0, kw_only=True)
    angle_degrees_range: tuple[Degrees, Degrees] = field(default=(-30.0, 30.0), kw_only=True)
    fill: float = field(default=0.0, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (increasing("angle_degrees_range"),)


class RotationOperator(ModalityOperator[RotationOperatorConfig]):
    """Turns an image about its centre; size and dtype stay, the corners may leave the image.

    Auxiliary fields turn along: masks by their nearest pixel, boxes as upright hulls of their
    turned corners; see `datarax_typed.operators.image.geometry.move_along`.

    Units: degrees, counter-clockwise as in torchvision v2. Bilinear.

    Args:
        config: the configuration.
        rngs: random number generators; needed if the config says `stochastic=True`.
        name: a name for error messages.

    Raises:
        ContractError: in a call, the image is not `h w c` of floats, or an auxiliary field is
            neither a mask nor boxes.
    """

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Float[Array, ""]:
        """Return a record's angle in degrees."""
        low, high = self.config.angle_degrees_range
        return jax.random.uniform(key, minval=low, maxval=high)

    def transform(
        self, image: Float[Array, "h w c"], random_params: Float[Array, ""] | None = None
    ) -> Float[Array, "h w c"]:
        """Return the turned image."""
        return warp_image(self._view(random_params), image, self.config.fill)

    def transform_auxiliary(
        self,
        key: str,
        auxiliary: PyTree,
        value: Float[Array, "h w c"],
        random_params: Float[Array, ""] | None = None,
        stats: Statistics | None = None,
    ) -> PyTree:
        """Return masks and boxes turned by the same angle; see `ModalityOperator`."""
        return move_along(self._view(random_params), key, auxiliary, value, self.label)

    def _view(self, angle_degrees: Float[Array, ""] | None) -> View:
        if angle_degrees is None:
            angle_degrees = jnp.asarray(self.config.angle_degrees, jnp.float32)
        return View(jnp.deg2rad(angle_degrees), jnp.ones((), jnp.float32))


__all__ = ["RotationOperator", "RotationOperatorConfig"]
