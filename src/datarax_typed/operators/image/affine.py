"""Affine maps of an image, its masks and its boxes."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, TypeAlias

import jax
import jax.numpy as jnp
from annotated_types import Interval
from flax import nnx
from jaxtyping import Array, Float, Key

from datarax_typed.core.limits import Finite, Positive
from datarax_typed.core.magnitude import Magnitude
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.precision import single_or_double
from datarax_typed.core.rules import Rule, increasing
from datarax_typed.operators.image.geometry import LEAST_SCALE, View, warp_image
from datarax_typed.operators.image.motion import motion_of_view, move_along
from datarax_typed.protocols import PyTree, Statistics

Degrees: TypeAlias = Annotated[float, Interval(ge=-360, le=360)]
# A shear by a right angle leaves nothing.
Shear: TypeAlias = Annotated[float, Interval(gt=-90, lt=90)]
Fraction: TypeAlias = Annotated[float, Interval(ge=-1, le=1)]


@dataclass(frozen=True)
class AffineOperatorConfig(ModalityOperatorConfig):
    """Configuration of `AffineOperator`.

    If `stochastic=True`, each record's number is uniform in the range that is given; where the
    range is None, and if `stochastic=False`, it is the single number.

    Attributes:
        angle_degrees: the angle, clockwise.
        angle_degrees_range: its range.
        translate_x: the way to the right, as a fraction of the image's width.
        translate_x_range: its range.
        translate_y: the way down, as a fraction of the image's height.
        translate_y_range: its range.
        scale: how many times larger the content becomes.
        scale_range: its range.
        shear_x_degrees: the angle by which upright lines lean, to the right at the top.
        shear_x_degrees_range: its range.
        shear_y_degrees: the angle by which level lines fall, to the left.
        shear_y_degrees_range: its range.
        learnable: whether the numbers, or the ends of the ranges, are learned.
        fill: the value of the image's pixels that come from outside.
    """

    angle_degrees: Degrees = field(default=0.0, kw_only=True)
    angle_degrees_range: tuple[Degrees, Degrees] | None = field(default=(-30.0, 30.0), kw_only=True)
    translate_x: Fraction = field(default=0.0, kw_only=True)
    translate_x_range: tuple[Fraction, Fraction] | None = field(default=None, kw_only=True)
    translate_y: Fraction = field(default=0.0, kw_only=True)
    translate_y_range: tuple[Fraction, Fraction] | None = field(default=None, kw_only=True)
    scale: Positive = field(default=1.0, kw_only=True)
    scale_range: tuple[Positive, Positive] | None = field(default=None, kw_only=True)
    shear_x_degrees: Shear = field(default=0.0, kw_only=True)
    shear_x_degrees_range: tuple[Shear, Shear] | None = field(default=None, kw_only=True)
    shear_y_degrees: Shear = field(default=0.0, kw_only=True)
    shear_y_degrees_range: tuple[Shear, Shear] | None = field(default=None, kw_only=True)
    learnable: bool = field(default=False, kw_only=True)
    fill: Finite = field(default=0.0, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (
        increasing("angle_degrees_range"),
        increasing("translate_x_range"),
        increasing("translate_y_range"),
        increasing("scale_range"),
        increasing("shear_x_degrees_range"),
        increasing("shear_y_degrees_range"),
    )


class AffineOperator(ModalityOperator[AffineOperatorConfig]):
    """Shears an image, scales it, turns it about its centre and moves it; size and dtype stay.

    Auxiliary fields move along: masks by their nearest pixel, boxes as upright hulls of their moved
    corners; see `datarax_typed.operators.image.motion.move_along`.

    Bilinear, pixels from outside are `fill`. Source: `torchvision.transforms.v2.RandomAffine`, and
    its `functional.affine` with `interpolation=BILINEAR`. From there comes that the angle is
    clockwise, where that of `RotationOperator` is not. Translations are not rounded to whole
    pixels here.

    Args:
        config: the configuration.
        rngs: random number generators; needed if the config says `stochastic=True`.
        name: a name for error messages.

    Attributes:
        angle_degrees, translate_x, translate_y, scale, shear_x_degrees, shear_y_degrees: the
            numbers; `learned` of each is an `nnx.Param` if the config says `learnable=True`.

    Raises:
        ContractError: in a call, the image is not `h w c` of floats, or an auxiliary field is
            neither a mask nor boxes.
    """

    def __init__(
        self, config: AffineOperatorConfig, *, rngs: nnx.Rngs | None = None, name: str | None = None
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        c, number = config, self._number
        self.angle_degrees: Magnitude = number(c.angle_degrees, c.angle_degrees_range)
        self.translate_x: Magnitude = number(c.translate_x, c.translate_x_range)
        self.translate_y: Magnitude = number(c.translate_y, c.translate_y_range)
        self.scale: Magnitude = number(c.scale, c.scale_range)
        self.shear_x_degrees: Magnitude = number(c.shear_x_degrees, c.shear_x_degrees_range)
        self.shear_y_degrees: Magnitude = number(c.shear_y_degrees, c.shear_y_degrees_range)

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Float[Array, "6"]:
        """Return a record's numbers: angle, x and y translation, scale, x and y shear."""
        keys = jax.random.split(key, 6)
        pairs = zip(self._numbers(), keys, strict=True)
        like = jnp.zeros((), jnp.float32)
        return jnp.stack([_drawn(number, own, like) for number, own in pairs])

    def transform(
        self, image: Float[Array, "h w c"], random_params: Float[Array, "6"] | None = None
    ) -> Float[Array, "h w c"]:
        """Return the image, mapped."""
        return warp_image(self._view(random_params, image), image, self.config.fill)

    def transform_auxiliary(
        self,
        key: str,
        auxiliary: PyTree,
        value: Float[Array, "h w c"],
        random_params: Float[Array, "6"] | None = None,
        stats: Statistics | None = None,
    ) -> PyTree:
        """Return masks and boxes mapped with the image; see `ModalityOperator`."""
        motion = motion_of_view(self._view(random_params, value), value.shape[:2])
        return move_along(motion, key, auxiliary, value, self.label)

    def _number(self, value: float, ends: tuple[float, float] | None) -> Magnitude:
        drawn = self.config.stochastic and ends is not None
        return Magnitude(
            value, ends or (value, value), stochastic=drawn, learnable=self.config.learnable
        )

    def _numbers(self) -> list[Magnitude]:
        places = [self.translate_x, self.translate_y, self.scale]
        return [self.angle_degrees, *places, self.shear_x_degrees, self.shear_y_degrees]

    def _view(self, drawn: Float[Array, "6"] | None, image: Float[Array, "h w c"]) -> View:
        like = single_or_double(image)
        found = [number(None, like) for number in self._numbers()] if drawn is None else drawn
        angle, right, down, scale, lean, fall = found
        height, width = (jnp.asarray(n, like.dtype) for n in image.shape[:2])
        shift = jnp.stack([down.astype(like.dtype) * height, right.astype(like.dtype) * width])
        return View(_inverse(angle, lean, fall) / jnp.maximum(scale, LEAST_SCALE), shift)


def _drawn(number: Magnitude, key: Key[Array, ""], like: Float[Array, ""]) -> Float[Array, ""]:
    return number.draw(key) if isinstance(number.given, tuple) else number(None, like)


def _inverse(
    angle_degrees: Float[Array, ""], lean: Float[Array, ""], fall: Float[Array, ""]
) -> Float[Array, "2 2"]:
    """Return the inverse, rows y and x, of the turn after the y shear after the x shear."""
    angle, lean, fall = map(jnp.deg2rad, (angle_degrees, lean, fall))
    # By columns x and y, the turn after the y shear; the x shear then adds to that of y.
    x_to_x, x_to_y = jnp.cos(angle - fall) / jnp.cos(fall), jnp.sin(angle - fall) / jnp.cos(fall)
    y_to_x = -x_to_x * jnp.tan(lean) - jnp.sin(angle)
    y_to_y = -x_to_y * jnp.tan(lean) + jnp.cos(angle)
    # The determinant is one.
    return jnp.stack([jnp.stack([x_to_x, -x_to_y]), jnp.stack([-y_to_x, y_to_y])])


__all__ = ["AffineOperator", "AffineOperatorConfig"]
