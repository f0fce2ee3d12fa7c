"""A learnable crop and rotation of an image."""

import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed.core.limits import Finite, Positive
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.options import option_problems, randomness_problems
from datarax_typed.errors import refuse
from datarax_typed.operators.image.geometry import LEAST_SCALE, View, warp_image
from datarax_typed.operators.image.motion import motion_of_view, move_along
from datarax_typed.protocols import PyTree, Statistics


class LearnedImageOperator(ModalityOperator[ModalityOperatorConfig]):
    """Crops an image about its centre, turns it, and fills the whole size with it.

    Both the crop's scale and the angle are learnable: gradients reach them through the bilinear
    sampling. Auxiliary fields move along: masks by their nearest pixel, boxes as upright hulls; see
    `datarax_typed.operators.image.motion.move_along`. Pixels from outside are 0.

    Units: radians, counter-clockwise. Source: Jaderberg et al. 2015, Spatial Transformer Networks.

    Args:
        config: the configuration; any of an operator of one modality will do.
        rngs: not used.
        crop_scale: the initial scale: the crop's sides over the image's, more than 0.
        rotation_angle_radians: the initial angle.
        name: a name for error messages.

    Attributes:
        crop_scale: the learnable scale, `float32[]`.
        rotation_angle: the learnable angle in radians, `float32[]`.

    Raises:
        ConfigError: the initial scale is not more than 0, a number is not finite, or the config
            says `stochastic=True`: nothing is random.
        ContractError: in a call, the image is not `h w c` of floats, or an auxiliary field is
            neither a mask nor boxes.
    """

    def __init__(
        self,
        config: ModalityOperatorConfig,
        *,
        rngs: nnx.Rngs | None = None,
        crop_scale: float = 0.8,
        rotation_angle_radians: float = 0.1,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        options = option_problems(
            {
                "crop_scale": (crop_scale, Positive),
                "rotation_angle_radians": (rotation_angle_radians, Finite),
            }
        )
        refuse("LearnedImageOperator", [*randomness_problems(config), *options])
        self.crop_scale: nnx.Param[Array] = nnx.Param(jnp.asarray(crop_scale, jnp.float32))
        self.rotation_angle: nnx.Param[Array] = nnx.Param(
            jnp.asarray(rotation_angle_radians, jnp.float32)
        )

    def transform(self, image: Float[Array, "h w c"]) -> Float[Array, "h w c"]:
        """Return the crop, turned, of the image's size."""
        return warp_image(self._view(), image, fill=0.0)

    def transform_auxiliary(
        self,
        key: str,
        auxiliary: PyTree,
        value: Float[Array, "h w c"],
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> PyTree:
        """Return masks and boxes as they belong to the crop; see `ModalityOperator`."""
        motion = motion_of_view(self._view(), value.shape[:2])
        return move_along(motion, key, auxiliary, value, self.label)

    def _view(self) -> View:
        scale = jnp.maximum(self.crop_scale[...], LEAST_SCALE)
        return View.turned(self.rotation_angle[...], scale)


__all__ = ["LearnedImageOperator"]
