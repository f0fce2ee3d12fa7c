"""Normalisation of an image's channels."""

from dataclasses import dataclass, field
from math import inf, log
from typing import Annotated, ClassVar, Final, Literal, TypeAlias

import jax.numpy as jnp
from annotated_types import Interval, MinLen
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.precision import single_or_double
from datarax_typed.core.rules import Rule, same_length

Finite: TypeAlias = Annotated[float, Interval(gt=-inf, lt=inf)]
# Beyond, the quotients of single precision are 0 or infinite.
Deviation: TypeAlias = Annotated[float, Interval(ge=1e-30, le=1e30)]

Numbers: TypeAlias = tuple[float, ...]

_MOST_LOG_STD: Final = log(1e30)


@dataclass(frozen=True)
class NormalizeOperatorConfig(ModalityOperatorConfig):
    """Configuration of `NormalizeOperator`.

    Attributes:
        stochastic: always False: nothing is random.
        mean: what is subtracted, a number for each channel.
        std: what is then divided by, a number for each channel.
        learnable: whether mean and std are learned.
    """

    stochastic: Literal[False] = False
    mean: Annotated[tuple[Finite, ...], MinLen(1)] = field(kw_only=True)
    std: Annotated[tuple[Deviation, ...], MinLen(1)] = field(kw_only=True)
    learnable: bool = field(default=False, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (same_length("mean", "std"),)


class NormalizeOperator(ModalityOperator[NormalizeOperatorConfig]):
    """Subtracts the mean from every channel of an image, and divides by the standard deviation.

    Both are of a whole data set, and given; the result is not limited to [0, 1]. Source:
    `Normalize` of torchvision v2. Learned, it is a channel's affine map, and std stays positive,
    1e-30 to 1e30. Half precision is computed in single.

    Args:
        config: the configuration.
        rngs: not used.
        name: a name for error messages.

    Attributes:
        channels: how many channels there are.
        mean: the learned mean `float32[channels]`; None if the config says `learnable=False`.
        log_std: the learned logarithm of std `float32[channels]`; None likewise.

    Raises:
        ContractError: in a call, the image is not `h w channels` of floats.
    """

    def __init__(
        self,
        config: NormalizeOperatorConfig,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        self.channels: int = nnx.static(len(config.mean))
        mean, std = (jnp.asarray(given, jnp.float32) for given in (config.mean, config.std))
        learnable = config.learnable
        self.mean: nnx.Param[Array] | None = nnx.data(nnx.Param(mean) if learnable else None)
        log_std = nnx.Param(jnp.log(std)) if learnable else None
        self.log_std: nnx.Param[Array] | None = nnx.data(log_std)

    def transform(
        self, image: Float[Array, "h w {self.channels}"]
    ) -> Float[Array, "h w {self.channels}"]:
        """Return the normalised image."""
        exact = single_or_double(image)
        mean, scale = (
            jnp.asarray(given, exact.dtype).reshape(1, 1, self.channels)
            for given in self._mean_and_scale()
        )
        return ((exact - mean) * scale).astype(image.dtype)

    def _mean_and_scale(self) -> tuple[Float[Array, "c"] | Numbers, Float[Array, "c"] | Numbers]:
        if self.mean is not None and self.log_std is not None:
            log_std = jnp.clip(self.log_std[...], -_MOST_LOG_STD, _MOST_LOG_STD)
            # The gradient of a quotient by exp(log_std) would be infinite.
            return self.mean[...], jnp.exp(-log_std)
        return self.config.mean, tuple(1.0 / std for std in self.config.std)


__all__ = ["NormalizeOperator", "NormalizeOperatorConfig"]
