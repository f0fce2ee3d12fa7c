"""Blur of an image."""

from dataclasses import dataclass, field
from math import inf
from typing import Annotated, ClassVar, TypeAlias

import jax
import jax.numpy as jnp
from annotated_types import Ge, Interval, Predicate
from flax import nnx
from jaxtyping import Array, Float, Key

from datarax_typed.core.describe import describe_value
from datarax_typed.core.magnitude import Magnitude
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.precision import single_or_double
from datarax_typed.core.rules import Rule, increasing
from datarax_typed.errors import ContractError, Problem, listing
from datarax_typed.protocols import PyTree

Pixels: TypeAlias = Annotated[float, Interval(gt=0, lt=inf)]

# The next pixel of a kernel this narrow weighs exp(-5000): nothing, in any precision.
_NO_BLUR = 0.01


def is_odd(number: int) -> bool:
    """Return whether a number is odd."""
    return number % 2 == 1


@dataclass(frozen=True)
class GaussianBlurOperatorConfig(ModalityOperatorConfig):
    """Configuration of `GaussianBlurOperator`.

    Attributes:
        kernel_size: height and width of the kernel in pixels; odd.
        sigma: the kernel's standard deviation in pixels if `stochastic=False`.
        sigma_range: each record's is uniform in it if `stochastic=True`.
        learnable: whether sigma, or the ends of sigma_range, are learned.
    """

    kernel_size: Annotated[int, Ge(1), Predicate(is_odd)] = field(kw_only=True)
    sigma: Pixels = field(default=1.0, kw_only=True)
    sigma_range: tuple[Pixels, Pixels] = field(default=(0.1, 2.0), kw_only=True)
    learnable: bool = field(default=False, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (increasing("sigma_range"),)


class GaussianBlurOperator(ModalityOperator[GaussianBlurOperatorConfig]):
    """Blurs an image by a Gaussian kernel; beyond its border, the image is mirrored at it.

    The kernel ends at `kernel_size` and adds up to one. The pixels of the border itself are not
    repeated. A sigma that is learned to be less than 0.01 blurs nothing. Half precision is
    computed in single.

    Units: pixels. Source: `GaussianBlur` of torchvision v2.

    Args:
        config: the configuration.
        rngs: random number generators; needed if the config says `stochastic=True`.
        name: a name for error messages.

    Attributes:
        sigma: the standard deviation; `sigma.learned` is an `nnx.Param` if the config says
            `learnable=True`.

    Raises:
        ContractError: in a call, the image is not `h w c` of floats, or it is no larger than half
            of the kernel, so that its mirror image does not reach as far as the kernel.
    """

    def __init__(
        self,
        config: GaussianBlurOperatorConfig,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        self.sigma: Magnitude = Magnitude(
            config.sigma,
            config.sigma_range,
            stochastic=config.stochastic,
            learnable=config.learnable,
        )

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Float[Array, ""]:
        """Return the standard deviation for a record's image, in pixels."""
        return self.sigma.draw(key)

    def transform(
        self, image: Float[Array, "h w c"], random_params: Float[Array, ""] | None = None
    ) -> Float[Array, "h w c"]:
        """Return the blurred image."""
        self._check_size(image)
        size = self.config.kernel_size
        exact = single_or_double(image)
        sigma = jnp.maximum(self.sigma(random_params, exact), _NO_BLUR)
        kernel = _gaussian(sigma, size)
        blurred = _convolved(_convolved(exact, kernel, axis=0), kernel, axis=1)
        return blurred.astype(image.dtype)

    def _check_size(self, image: Float[Array, "h w c"]) -> None:
        size = self.config.kernel_size
        least = size // 2 + 1
        if any(_is_less(length, least) for length in image.shape[:2]):
            where = f'data["{self.config.field_key}"]'
            expected = f"height and width of at least {least} for kernel_size={size}"
            mend = "take a smaller kernel, or larger images"
            problem = Problem(where, expected, describe_value(image), mend)
            title = f"{self.label} cannot blur the image:"
            raise ContractError(listing(title, [problem]), (problem,))


def _is_less(length: object, least: int) -> bool:
    # A symbol stands for every length, and compares with none.
    return isinstance(length, int) and length < least


def _gaussian(sigma: Float[Array, ""], size: int) -> Float[Array, "size"]:
    places = jnp.arange(size, dtype=sigma.dtype) - size // 2
    weights = jnp.exp(-0.5 * (places / sigma) ** 2)
    return weights / jnp.sum(weights)


def _convolved(
    image: Float[Array, "h w c"], kernel: Float[Array, "size"], *, axis: int
) -> Float[Array, "h w c"]:
    # XLA's convolution of one channel at a time is dozens of times slower than shifted sums on CPU.
    size, length = kernel.shape[0], image.shape[axis]
    padded = _mirrored(image, size // 2, axis=axis)
    parts = [jax.lax.slice_in_dim(padded, i, i + length, axis=axis) for i in range(size)]
    blurred = parts[size // 2] * kernel[size // 2]
    for i in range(size // 2):
        blurred += (parts[i] + parts[-1 - i]) * kernel[i]
    return blurred


def _mirrored(image: Float[Array, "h w c"], margin: int, *, axis: int) -> Float[Array, "..."]:
    """Return an image with margins of its mirror image; `jnp.pad` does not know symbolic sizes."""
    size = image.shape[axis]
    last = jnp.asarray(size - 1, jnp.int32)
    places = jax.lax.iota(jnp.int32, size + 2 * margin) - margin
    return jnp.take(image, last - jnp.abs(last - jnp.abs(places)), axis=axis, mode="clip")


__all__ = ["GaussianBlurOperator", "GaussianBlurOperatorConfig"]
