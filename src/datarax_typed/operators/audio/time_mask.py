"""Masking of stretches of time of a spectrogram."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

import jax.numpy as jnp
from annotated_types import Ge, Interval, MinLen
from jaxtyping import Array, Float, Key

from datarax_typed.core.limits import Finite
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.operators.audio.masking import draw_bands, in_bands
from datarax_typed.protocols import PyTree


@dataclass(frozen=True)
class TimeMaskOperatorConfig(ModalityOperatorConfig):
    """Configuration of `TimeMaskOperator`.

    Attributes:
        stochastic: always True: where the masks lie is random.
        stream_name: the stream of `nnx.Rngs` to draw from.
        time_mask_param: how many frames a mask has at most, the paper's T.
        num_masks: how many masks there are, the paper's m_T.
        p: which share of all frames a mask has at most.
        mask_value: what masked values become.
    """

    stochastic: Literal[True] = True
    stream_name: Annotated[str, MinLen(1)] = "augment"
    time_mask_param: Annotated[int, Interval(ge=1, le=2**31 - 1)] = field(kw_only=True)
    num_masks: Annotated[int, Ge(1)] = field(default=1, kw_only=True)
    p: Annotated[float, Interval(ge=0, le=1)] = field(default=1.0, kw_only=True)
    mask_value: Finite = field(default=0.0, kw_only=True)


class TimeMaskOperator(ModalityOperator[TimeMaskOperatorConfig]):
    """Masks stretches of time of a spectrogram.

    The axes are `frequency time`, as of torchaudio. A mask's width is any of 0 to
    `min(time_mask_param, p * time)` frames, its first frame any at which it fits, all equally
    likely. Masks may overlap. Auxiliary fields are left alone.

    Source: Park et al. 2019, SpecAugment; named as torchaudio's `TimeMasking`. The value 0 is the
    paper's for spectrograms whose mean is 0.

    Args:
        config: the configuration.
        rngs: random number generators with the config's stream.
        name: a name for error messages.

    Raises:
        ContractError: in a call, the spectrogram is not `frequency time` of floats.
    """

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Float[Array, "masks 2"]:
        """Return what the masks of a record are made from; see `draw_bands`."""
        return draw_bands(key, self.config.num_masks)

    def transform(
        self,
        spectrogram: Float[Array, "frequency time"],
        random_params: Float[Array, "masks 2"],
    ) -> Float[Array, "frequency time"]:
        """Return the spectrogram with masked frames."""
        frames = spectrogram.shape[1]
        share = jnp.asarray(frames, jnp.float32) * self.config.p
        widest = jnp.minimum(self.config.time_mask_param, jnp.floor(share).astype(jnp.int32))
        masked = in_bands(random_params, widest, frames)
        value = jnp.asarray(self.config.mask_value, spectrogram.dtype)
        return jnp.where(masked[None, :], value, spectrogram)


__all__ = ["TimeMaskOperator", "TimeMaskOperatorConfig"]
