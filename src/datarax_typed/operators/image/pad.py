"""Padding an image, its masks and its boxes."""

from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

import jax.numpy as jnp
from annotated_types import Ge
from jaxtyping import Array, Float, Int, Shaped

from datarax_typed.core.limits import Finite
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.operators.image.boxes import Places
from datarax_typed.operators.image.geometry import pick
from datarax_typed.operators.image.motion import Motion, move_along
from datarax_typed.operators.image.sizes import require_size
from datarax_typed.protocols import PyTree, Statistics

Pixels: TypeAlias = Annotated[int, Ge(0)]


@dataclass(frozen=True)
class PadOperatorConfig(ModalityOperatorConfig):
    """Configuration of `PadOperator`.

    Attributes:
        stochastic: always False: nothing is random.
        padding: how many pixels are added on the left, top, right and bottom.
        padding_mode: what is added: `fill`, the pixels of the edge, or the image reflected there
            (the edge itself is not repeated).
        fill: the value of what is added by the mode "constant".
    """

    stochastic: Literal[False] = False
    padding: tuple[Pixels, Pixels, Pixels, Pixels] = field(kw_only=True)
    padding_mode: Literal["constant", "edge", "reflect"] = field(default="constant", kw_only=True)
    fill: Finite = field(default=0.0, kw_only=True)


class PadOperator(ModalityOperator[PadOperatorConfig]):
    """Adds pixels around an image; the dtype stays.

    Auxiliary fields are padded along: masks as the image is, where that takes `fill` with 0, and
    boxes stay around what they are around; see `datarax_typed.operators.image.motion.move_along`.
    Source: `torchvision.transforms.v2.Pad`, with four numbers.

    Args:
        config: the configuration.
        rngs: not used.
        name: a name for error messages.

    Raises:
        ContractError: in a call, the image is not `h w c` of floats, or it is not larger than the
            padding that is to reflect it, or empty where the padding repeats its edge (where its
            size is a symbol it is taken to be large enough), or an auxiliary field is neither a
            mask nor boxes.
    """

    def transform(self, image: Float[Array, "h w c"]) -> Float[Array, "new_h new_w c"]:
        """Return the padded image."""
        self._check_size(image)
        return self._padded(image, self.config.fill)

    def transform_auxiliary(
        self,
        key: str,
        auxiliary: PyTree,
        value: Float[Array, "h w c"],
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> PyTree:
        """Return masks and boxes as they belong to the padded image; see `ModalityOperator`."""
        left, top, right, bottom = self.config.padding
        height, width = value.shape[:2]

        def move_points(y: Places, x: Places) -> tuple[Places, Places]:
            return y + top, x + left

        size = (top + height + bottom, left + width + right)
        motion = Motion(lambda mask: self._padded(mask, 0), move_points, size)
        return move_along(motion, key, auxiliary, value, self.label)

    def _padded(
        self, array: Shaped[Array, "h w *rest"], fill: float
    ) -> Shaped[Array, "new_h new_w *rest"]:
        left, top, right, bottom = self.config.padding
        if self.config.padding_mode == "constant":
            widths = [(top, bottom), (left, right), *[(0, 0)] * (array.ndim - 2)]
            return jnp.pad(array, widths, constant_values=jnp.asarray(fill, array.dtype))
        at = _reflected if self.config.padding_mode == "reflect" else _at_edge
        rows, columns = at(array.shape[0], top, bottom), at(array.shape[1], left, right)
        return pick(array, rows, columns)

    def _check_size(self, image: Float[Array, "h w c"]) -> None:
        left, top, right, bottom = self.config.padding
        least = {
            "constant": (0, 0),
            "edge": (1, 1),
            "reflect": (max(top, bottom) + 1, max(left, right) + 1),
        }[self.config.padding_mode]
        mend = "pad less, or with another padding_mode"
        require_size(image, least, self.config.field_key, self.label, mend)


def _at_edge(size: int, before: int, after: int) -> Int[Array, "places"]:
    places = jnp.arange(before + size + after, dtype=jnp.int32) - before
    return jnp.clip(places, 0, jnp.asarray(size - 1, jnp.int32))


def _reflected(size: int, before: int, after: int) -> Int[Array, "places"]:
    places = jnp.arange(before + size + after, dtype=jnp.int32) - before
    last = jnp.asarray(size - 1, jnp.int32)
    return last - jnp.abs(last - jnp.abs(places))


__all__ = ["PadOperator", "PadOperatorConfig"]
