"""Cropping an image, its masks and its boxes."""

from dataclasses import dataclass, field
from typing import Annotated, TypeAlias

import jax
import jax.numpy as jnp
from annotated_types import Ge
from jaxtyping import Array, Float, Int, Key

from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.operators.image.boxes import Places
from datarax_typed.operators.image.geometry import pick
from datarax_typed.operators.image.motion import Motion, move_along
from datarax_typed.operators.image.sizes import require_size
from datarax_typed.protocols import PyTree, Statistics

Pixels: TypeAlias = Annotated[int, Ge(1)]


@dataclass(frozen=True)
class CropOperatorConfig(ModalityOperatorConfig):
    """Configuration of `CropOperator`.

    Attributes:
        size: the crop's height and width in pixels.
    """

    size: tuple[Pixels, Pixels] = field(kw_only=True)


class CropOperator(ModalityOperator[CropOperatorConfig]):
    """Cuts a rectangle out of an image: its centre, or anywhere within if `stochastic=True`.

    Auxiliary fields are cropped along, masks and boxes; see
    `datarax_typed.operators.image.motion.move_along`. Where the crop cannot be in the very middle,
    its top and left are rounded to even. Source: `CenterCrop` and `RandomCrop` of torchvision v2.

    Args:
        config: the configuration.
        rngs: random number generators; needed if the config says `stochastic=True`.
        name: a name for error messages.

    Raises:
        ContractError: in a call, the image is not `h w c` of floats or is smaller than the crop
            (where its size is a symbol it is taken to be large enough), or an auxiliary field is
            neither a mask nor boxes.
    """

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Float[Array, "2"]:
        """Return where a record's crop is between top and bottom, left and right, in [0, 1)."""
        return jax.random.uniform(key, (2,))

    def transform(
        self, image: Float[Array, "h w c"], random_params: Float[Array, "2"] | None = None
    ) -> Float[Array, "{self.config.size[0]} {self.config.size[1]} c"]:
        """Return the crop."""
        mend = "pad it first, for example with PadOperator, or make the crop smaller"
        require_size(image, self.config.size, self.config.field_key, self.label, mend)
        return pick(image, *self._places(image.shape[:2], random_params))

    def transform_auxiliary(
        self,
        key: str,
        auxiliary: PyTree,
        value: Float[Array, "h w c"],
        random_params: Float[Array, "2"] | None = None,
        stats: Statistics | None = None,
    ) -> PyTree:
        """Return masks and boxes as they belong to the crop; see `ModalityOperator`."""
        rows, columns = self._places(value.shape[:2], random_params)

        def move_points(y: Places, x: Places) -> tuple[Places, Places]:
            return y - rows[0].astype(y.dtype), x - columns[0].astype(x.dtype)

        motion = Motion(lambda mask: pick(mask, rows, columns), move_points, self.config.size)
        return move_along(motion, key, auxiliary, value, self.label)

    def _places(
        self, size: tuple[int, ...], drawn: Float[Array, "2"] | None
    ) -> tuple[Int[Array, "rows"], Int[Array, "columns"]]:
        spare = [whole - part for whole, part in zip(size, self.config.size, strict=True)]
        first = [_half(n) for n in spare] if drawn is None else map(_part, drawn, spare)
        rows, columns = (
            at + jnp.arange(n, dtype=jnp.int32)
            for at, n in zip(first, self.config.size, strict=True)
        )
        return rows, columns


def _half(spare: int) -> Int[Array, ""]:
    # Rounded to even, in whole numbers: a symbol cannot be rounded.
    below = spare // 2
    return jnp.asarray(below + spare % 2 * (below % 2), jnp.int32)


def _part(fraction: Float[Array, ""], spare: int) -> Int[Array, ""]:
    count = jnp.asarray(spare + 1, jnp.int32)
    place = jnp.floor(fraction * count.astype(fraction.dtype)).astype(jnp.int32)
    # The product of a number just below one may be rounded up.
    return jnp.minimum(place, count - 1)


__all__ = ["CropOperator", "CropOperatorConfig"]
