"""Normalisation of an image's channels."""

from dataclasses import dataclass, field
from math import inf
from typing import Annotated, Literal, TypeAlias

import jax.numpy as jnp
from annotated_types import Interval, MinLen
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.errors import ConfigError, Problem, listing

Finite: TypeAlias = Annotated[float, Interval(gt=-inf, lt=inf)]
Positive: TypeAlias = Annotated[float, Interval(gt=0, lt=inf)]

Numbers: TypeAlias = tuple[float, ...]


@dataclass(frozen=True)
class NormalizeOperatorConfig(ModalityOperatorConfig):
    """Configuration of `NormalizeOperator`.

    Attributes:
        stochastic: always False: nothing is random.
        mean: what is subtracted, a number for each channel.
        std: what is then divided by, a number for each channel.
        learnable: whether mean and std are learned.

    Raises:
        ConfigError: with every violation; as of any config, and if there are not as many numbers in
            std as in mean.
    """

    stochastic: Literal[False] = False
    mean: Annotated[tuple[Finite, ...], MinLen(1)] = field(kw_only=True)
    std: Annotated[tuple[Positive, ...], MinLen(1)] = field(kw_only=True)
    learnable: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        count = len(self.mean)
        if len(self.std) != count:
            expected = f"{count} numbers, as many as in mean"
            problem = Problem("std", expected, repr(self.std), "give one for each channel")
            title = f"{type(self).__name__} is refused (1):"
            raise ConfigError(listing(title, [problem]), (problem,))


class NormalizeOperator(ModalityOperator[NormalizeOperatorConfig]):
    """Subtracts the mean from every channel of an image, and divides by the standard deviation.

    Both are of a whole data set, and given; the result is not limited to [0, 1]. Source:
    `Normalize` of torchvision v2. Learned, it is a channel's affine map, and std stays positive.

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
        mean, std = (
            jnp.asarray(given, image.dtype).reshape(1, 1, self.channels)
            for given in self._moments()
        )
        return (image - mean) / std

    def _moments(self) -> tuple[Float[Array, "c"] | Numbers, Float[Array, "c"] | Numbers]:
        if self.mean is not None and self.log_std is not None:
            return self.mean[...], jnp.exp(self.log_std[...])
        return self.config.mean, self.config.std


__all__ = ["NormalizeOperator", "NormalizeOperatorConfig"]
