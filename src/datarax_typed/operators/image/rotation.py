"""Rotation of an image, its masks and its boxes."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, TypeAlias

import jax.numpy as jnp
from annotated_types import Interval
from flax import nnx
from jaxtyping import Array, Float, Key

from datarax_typed.core.limits import Finite
from datarax_typed.core.magnitude import Magnitude
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.precision import single_or_double
from datarax_typed.core.rules import Rule, increasing
from datarax_typed.operators.image.geometry import View, warp_image
from datarax_typed.operators.image.motion import motion_of_view, move_along
from datarax_typed.protocols import PyTree, Statistics

Degrees: TypeAlias = Annotated[float, Interval(ge=-360, le=360)]


@dataclass(frozen=True)
class RotationOperatorConfig(ModalityOperatorConfig):
    """Configuration of `RotationOperator`.

    Attributes:
        angle_degrees: the angle if `stochastic=False`; counter-clockwise.
        angle_degrees_range: each record's angle is uniform in it if `stochastic=True`.
        learnable: whether the angle, or the ends of its range, are learned.
        fill: the value of the image's pixels that come from outside.
    """

    angle_degrees: Degrees = field(default=0.0, kw_only=True)
    angle_degrees_range: tuple[Degrees, Degrees] = field(default=(-30.0, 30.0), kw_only=True)
    learnable: bool = field(default=False, kw_only=True)
    fill: Finite = field(default=0.0, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (increasing("angle_degrees_range"),)


class RotationOperator(ModalityOperator[RotationOperatorConfig]):
    """Turns an image about its centre; size and dtype stay, the corners may leave the image.

    Auxiliary fields turn along: masks by their nearest pixel, boxes as upright hulls of their
    turned corners; see `datarax_typed.operators.image.motion.move_along`.

    Units: degrees, counter-clockwise. Bilinear, pixels from outside are `fill`. Source:
    `torchvision.transforms.v2.RandomRotation`, and its `functional.rotate` with
    `interpolation=BILINEAR`.

    Args:
        config: the configuration.
        rngs: random number generators; needed if the config says `stochastic=True`.
        name: a name for error messages.

    Attributes:
        angle_degrees: the angle; `angle_degrees.learned` is an `nnx.Param` if the config says
            `learnable=True`.

    Raises:
        ContractError: in a call, the image is not `h w c` of floats, or an auxiliary field is
            neither a mask nor boxes.
    """

    def __init__(
        self,
        config: RotationOperatorConfig,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        self.angle_degrees: Magnitude = Magnitude(
            config.angle_degrees,
            config.angle_degrees_range,
            stochastic=config.stochastic,
            learnable=config.learnable,
        )

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Float[Array, ""]:
        """Return a record's angle in degrees."""
        return self.angle_degrees.draw(key)

    def transform(
        self, image: Float[Array, "h w c"], random_params: Float[Array, ""] | None = None
    ) -> Float[Array, "h w c"]:
        """Return the turned image."""
        return warp_image(self._view(random_params, image), image, self.config.fill)

    def transform_auxiliary(
        self,
        key: str,
        auxiliary: PyTree,
        value: Float[Array, "h w c"],
        random_params: Float[Array, ""] | None = None,
        stats: Statistics | None = None,
    ) -> PyTree:
        """Return masks and boxes turned by the same angle; see `ModalityOperator`."""
        motion = motion_of_view(self._view(random_params, value), value.shape[:2])
        return move_along(motion, key, auxiliary, value, self.label)

    def _view(self, drawn: Float[Array, ""] | None, image: Float[Array, "h w c"]) -> View:
        angle = self.angle_degrees(drawn, single_or_double(image))
        return View.turned(jnp.deg2rad(angle), jnp.ones_like(angle))


__all__ = ["RotationOperator", "RotationOperatorConfig"]
