"""Resizing an image, its masks and its boxes."""

from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from annotated_types import Ge
from jaxtyping import Array, Float, Int, Shaped

from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.precision import single_or_double
from datarax_typed.operators.image.boxes import Places
from datarax_typed.operators.image.geometry import pick
from datarax_typed.operators.image.motion import Motion, move_along
from datarax_typed.operators.image.sizes import require_size
from datarax_typed.protocols import PyTree, Statistics

Pixels: TypeAlias = Annotated[int, Ge(1)]


@dataclass(frozen=True)
class ResizeOperatorConfig(ModalityOperatorConfig):
    """Configuration of `ResizeOperator`.

    Attributes:
        stochastic: always False: nothing is random.
        size: the new height and width in pixels.
        interpolation: how values between pixels are found.
        antialias: whether a smaller image is smoothed first; "nearest" never is.
    """

    stochastic: Literal[False] = False
    size: tuple[Pixels, Pixels] = field(kw_only=True)
    interpolation: Literal["nearest", "bilinear", "bicubic"] = field(
        default="bilinear", kw_only=True
    )
    antialias: bool = field(default=True, kw_only=True)


class ResizeOperator(ModalityOperator[ResizeOperatorConfig]):
    """Makes an image of another size from the whole of it; the dtype stays.

    Auxiliary fields are resized along: masks by their nearest pixel, boxes in proportion; see
    `datarax_typed.operators.image.motion.move_along`.

    Source: `torchvision.transforms.v2.Resize` of a `(h, w)` size: the same with `antialias=True`,
    and "nearest", that of masks too, is its `NEAREST_EXACT`; without antialiasing its bicubic
    kernel and border differ.
    The kernels are those of `jax.image.resize`. Bicubic results overshoot: `clip_range` limits
    them. Half precision is computed in single.

    Args:
        config: the configuration.
        rngs: not used.
        name: a name for error messages.

    Raises:
        ContractError: in a call, the image is not `h w c` of floats or has no pixels, or an
            auxiliary field is neither a mask nor boxes.
    """

    def transform(
        self, image: Float[Array, "h w c"]
    ) -> Float[Array, "{self.config.size[0]} {self.config.size[1]} c"]:
        """Return the image of the new size."""
        mend = "leave out images without pixels"
        require_size(image, (1, 1), self.config.field_key, self.label, mend)
        exact = single_or_double(image)
        shape = (*self.config.size, image.shape[2])
        method, antialias = self.config.interpolation, self.config.antialias
        resized: Array = jax.image.resize(exact, shape, method, antialias=antialias)
        return resized.astype(image.dtype)

    def transform_auxiliary(
        self,
        key: str,
        auxiliary: PyTree,
        value: Float[Array, "h w c"],
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> PyTree:
        """Return masks and boxes as they belong to the new size; see `ModalityOperator`."""
        old, new = value.shape[:2], self.config.size

        def move_mask(mask: Shaped[Array, "..."]) -> Shaped[Array, "..."]:
            return pick(mask, _nearest(old[0], new[0]), _nearest(old[1], new[1]))

        def move_points(y: Places, x: Places) -> tuple[Places, Places]:
            height, width = (jnp.asarray(n, y.dtype) for n in old)
            return y * (new[0] / height), x * (new[1] / width)

        return move_along(Motion(move_mask, move_points, new), key, auxiliary, value, self.label)


def _nearest(old: int, new: int) -> Int[Array, "new"]:
    """Return which of the old pixels has the middle of each new one in it."""
    given: PyTree = old
    if isinstance(given, int):
        # Where it is known, so large that the product may be more than 32 bits hold.
        return jnp.asarray((2 * np.arange(new, dtype=np.int64) + 1) * old // (2 * new), jnp.int32)
    middles = 2 * jnp.arange(new, dtype=jnp.int32) + 1
    return middles * jnp.asarray(old, jnp.int32) // (2 * new)


__all__ = ["ResizeOperator", "ResizeOperatorConfig"]
