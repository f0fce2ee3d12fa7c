"""Cutting a hole into an image."""

from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

import jax
import jax.numpy as jnp
from annotated_types import Interval, MinLen
from jaxtyping import Array, Bool, Float, Key

from datarax_typed.core.limits import Finite
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.protocols import PyTree

Pixels: TypeAlias = Annotated[int, Interval(ge=1, le=2**31 - 1)]


@dataclass(frozen=True)
class CutOutOperatorConfig(ModalityOperatorConfig):
    """Configuration of `CutOutOperator`.

    Attributes:
        stochastic: always True: where the hole is, is random.
        stream_name: the stream of `nnx.Rngs` to draw from.
        size: the hole's height and width in pixels.
        fill: the value within the hole.
    """

    stochastic: Literal[True] = True
    stream_name: Annotated[str, MinLen(1)] = "augment"
    size: tuple[Pixels, Pixels] = field(default=(16, 16), kw_only=True)
    fill: Finite = field(default=0.0, kw_only=True)


class CutOutOperator(ModalityOperator[CutOutOperatorConfig]):
    """Fills a rectangle of an image, each record's elsewhere, with one value.

    The rectangle's middle is any pixel of the image, each as likely: at the border only a part of
    it is seen. Masks and boxes stay: what is hidden is still there. Source: DeVries and Taylor
    2017, Improved Regularization of Convolutional Neural Networks with Cutout; its code loses a
    row and a column of an odd size, this one does not.

    Args:
        config: the configuration.
        rngs: random number generators with the config's stream.
        name: a name for error messages.

    Raises:
        ContractError: in a call, the image is not `h w c` of floats.
    """

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Float[Array, "2"]:
        """Return where a record's hole is between top and bottom, left and right, in [0, 1)."""
        return jax.random.uniform(key, (2,))

    def transform(
        self, image: Float[Array, "h w c"], random_params: Float[Array, "2"]
    ) -> Float[Array, "h w c"]:
        """Return the image with the hole."""
        inside = [
            _is_inside(fraction, whole, part)
            for fraction, whole, part in zip(
                random_params, image.shape[:2], self.config.size, strict=True
            )
        ]
        hole = inside[0][:, None, None] & inside[1][None, :, None]
        return jnp.where(hole, jnp.asarray(self.config.fill, image.dtype), image)


def _is_inside(fraction: Float[Array, ""], whole: int, part: int) -> Bool[Array, "whole"]:
    places = jnp.arange(whole, dtype=jnp.int32)
    middle = jnp.floor(fraction * jnp.asarray(whole, fraction.dtype)).astype(jnp.int32)
    first = middle - part // 2
    return (first <= places) & (places < first + part)


__all__ = ["CutOutOperator", "CutOutOperatorConfig"]
