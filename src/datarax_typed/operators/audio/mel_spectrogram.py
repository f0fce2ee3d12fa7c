"""Mel spectrogram of a waveform."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Final, Literal

import jax.numpy as jnp
from annotated_types import Ge
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed.core.domain import DomainConstraint, finite
from datarax_typed.core.limits import NotNegative, Positive
from datarax_typed.core.modality import ModalityOperator
from datarax_typed.core.rules import Rule, less
from datarax_typed.errors import Problem, refuse
from datarax_typed.operators.audio.mel import MelFilters, MelScale
from datarax_typed.operators.audio.spectrogram import SpectrogramOperatorConfig
from datarax_typed.operators.audio.stft import magnitudes

_LEAST_POWER: Final = 1e-10


@dataclass(frozen=True)
class MelSpectrogramOperatorConfig(SpectrogramOperatorConfig):
    """Configuration of `MelSpectrogramOperator`: that of a spectrogram, and of the filters.

    Attributes:
        sample_rate_hz: how many samples a second has.
        n_mels: how many mel filters there are.
        f_min_hz: where the first begins.
        f_max_hz: where the last ends; None is half the sample rate.
        mel_scale: on which scale they are even: "slaney" (Auditory Toolbox) or "htk".
        norm: "slaney" for filters of equal area in hertz; None for peaks of 1.
        decibels: whether the result is in decibels of power, at least -100.
    """

    sample_rate_hz: Positive = field(kw_only=True)
    n_mels: Annotated[int, Ge(1)] = field(default=80, kw_only=True)
    f_min_hz: NotNegative = field(default=0.0, kw_only=True)
    f_max_hz: Positive | None = field(default=None, kw_only=True)
    mel_scale: MelScale = field(default="slaney", kw_only=True)
    norm: Literal["slaney"] | None = field(default="slaney", kw_only=True)
    decibels: bool = field(default=False, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (less("f_min_hz", "f_max_hz"),)

    @property
    def filters(self) -> MelFilters:
        """The mel filters."""
        half = self.sample_rate_hz / 2
        return MelFilters(
            self.sample_rate_hz,
            self.n_fft,
            self.n_mels,
            self.f_min_hz,
            half if self.f_max_hz is None else self.f_max_hz,
            self.mel_scale,
            self.norm,
        )


class MelSpectrogramOperator(ModalityOperator[MelSpectrogramOperatorConfig]):
    """Turns a waveform `time` into its mel spectrogram, `mels frames`.

    The spectrogram of `SpectrogramOperator`, with its frequencies gathered by triangular filters.
    In decibels it is 10 log10 of power, or 20 log10 of magnitudes, relative to 1; what lies below
    -100 dB, such as silence, becomes -100 dB, and no gradient passes there. Half precision is
    computed in single; what then exceeds it is not finite, which the domain refuses.

    Source: `librosa.feature.melspectrogram`, and `librosa.power_to_db` with `top_db=None`; "htk"
    and `norm=None` are the defaults of `torchaudio.transforms.MelSpectrogram`.

    Args:
        config: the configuration.
        rngs: random number generators; there is no need for any.
        name: a name for error messages.

    Raises:
        ConfigError: f_max_hz is more than half the sample rate, f_min_hz is not less than that, or
            filters would be empty.
        ContractError: in a call, the waveform is not `time` of floats, or is shorter than n_fft,
            or no longer than half of it if `center=True`.
    """

    domain: ClassVar[tuple[DomainConstraint, ...]] = (finite("the mel spectrogram"),)

    def __init__(
        self,
        config: MelSpectrogramOperatorConfig,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        refuse(type(self).__name__, [*_problems(config.filters)])

    def transform(
        self, waveform: Float[Array, "time"]
    ) -> Float[Array, "{self.config.n_mels} frames"]:
        """Return the mel spectrogram."""
        config = self.config
        place = f'data["{config.field_key}"]'
        spectrum = config.short_time.spectrum(waveform, place, self.label)
        spectrogram = magnitudes(spectrum, config.power)
        filters = jnp.asarray(config.filters.weights(), spectrogram.dtype)
        # Accelerators multiply matrices in less than single precision unless they are told.
        mel = jnp.matmul(filters, spectrogram, precision="highest")
        if config.decibels:
            least = _LEAST_POWER ** (config.power / 2)
            mel = 20 / config.power * jnp.log10(jnp.maximum(mel, least))
        return mel.astype(waveform.dtype)


def _problems(filters: MelFilters) -> Iterator[Problem]:
    half = filters.sample_rate_hz / 2
    if filters.f_max_hz > half:
        yield Problem("f_max_hz", f"at most half the sample rate, {half}", str(filters.f_max_hz))
    elif filters.f_min_hz >= half:
        yield Problem("f_min_hz", f"less than half the sample rate, {half}", str(filters.f_min_hz))
    elif empty := filters.empty():
        expected = f"a frequency of n_fft={filters.n_fft} in every filter"
        mend = "give fewer n_mels, or a larger n_fft"
        yield Problem("n_mels", expected, f"{empty} of {filters.n_mels} without any", mend)


__all__ = ["MelSpectrogramOperator", "MelSpectrogramOperatorConfig"]
