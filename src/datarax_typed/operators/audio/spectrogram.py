"""Spectrogram of a waveform."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge
from jaxtyping import Array, Float

from datarax_typed.core.domain import DomainConstraint, finite
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.rules import Rule, at_most
from datarax_typed.operators.audio.stft import ShortTime, WindowName, magnitudes


@dataclass(frozen=True)
class SpectrogramOperatorConfig(ModalityOperatorConfig):
    """Configuration of `SpectrogramOperator`.

    Attributes:
        stochastic: always False: nothing is random.
        n_fft: samples of a frame; a spectrogram has `n_fft // 2 + 1` frequencies.
        win_length: samples of the window, in the frame's middle; None is n_fft.
        hop_length: samples from one frame to the next; None is a quarter of the window.
        window: the window, periodic, named as in scipy.
        power: 1 for magnitudes, 2 for power.
        center: whether frames are centred on multiples of hop_length, the waveform reflected at
            both ends; else the first frame begins with the waveform.
    """

    stochastic: Literal[False] = False
    n_fft: Annotated[int, Ge(2)] = field(default=400, kw_only=True)
    win_length: Annotated[int, Ge(1)] | None = field(default=None, kw_only=True)
    hop_length: Annotated[int, Ge(1)] | None = field(default=None, kw_only=True)
    window: WindowName = field(default="hann", kw_only=True)
    power: Literal[1, 2] = field(default=2, kw_only=True)
    center: bool = field(default=True, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (at_most("win_length", "n_fft"),)

    @property
    def short_time(self) -> ShortTime:
        """How the waveform is cut into frames."""
        window = self.n_fft if self.win_length is None else self.win_length
        hop = max(window // 4, 1) if self.hop_length is None else self.hop_length
        return ShortTime(self.n_fft, window, hop, self.window, self.center)


class SpectrogramOperator(ModalityOperator[SpectrogramOperatorConfig]):
    """Turns a waveform `time` into its spectrogram, `frequency frames`.

    There are `time // hop_length + 1` frames of an even `n_fft` if `center=True`, else
    `(time - n_fft) // hop_length + 1`. Rows are 0 Hz to half the sample rate, evenly. Nothing is
    scaled. Half precision is computed in single; what then exceeds it is not finite, which the
    domain refuses.

    Source: `librosa.stft` with `pad_mode="reflect"`, and `torchaudio.transforms.Spectrogram`, which
    has hops of half a window if none are given.

    Args:
        config: the configuration.
        rngs: random number generators; there is no need for any.
        name: a name for error messages.

    Raises:
        ContractError: in a call, the waveform is not `time` of floats, or is shorter than n_fft,
            or no longer than half of it if `center=True`.
    """

    domain: ClassVar[tuple[DomainConstraint, ...]] = (finite("the spectrogram"),)

    def transform(
        self, waveform: Float[Array, "time"]
    ) -> Float[Array, "{self.config.n_fft//2+1} frames"]:
        """Return the spectrogram."""
        place = f'data["{self.config.field_key}"]'
        spectrum = self.config.short_time.spectrum(waveform, place, self.label)
        return magnitudes(spectrum, self.config.power).astype(waveform.dtype)


__all__ = ["SpectrogramOperator", "SpectrogramOperatorConfig"]
