"""The mel scale of pitch, and triangular filters that are even on it."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

MelScale: TypeAlias = Literal["htk", "slaney"]
Numbers: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

# Slaney's scale is linear below the knee, logarithmic above it.
_KNEE_HZ: Final = 1000.0
_HZ_PER_MEL: Final = 200 / 3
_KNEE_MEL: Final = _KNEE_HZ / _HZ_PER_MEL
_LOG_STEP: Final = np.log(6.4) / 27


@dataclass(frozen=True)
class MelFilters:
    """Triangular filters, one a row, each from its lower neighbour's peak to its upper's.

    Attributes:
        sample_rate_hz: samples a second of the waveform.
        n_fft: samples of a frame.
        n_mels: how many filters there are.
        f_min_hz: where the first begins.
        f_max_hz: where the last ends.
        mel_scale: on which scale they are even.
        norm: "slaney" for filters of equal area in hertz; None for peaks of 1.
    """

    sample_rate_hz: float
    n_fft: int
    n_mels: int
    f_min_hz: float
    f_max_hz: float
    mel_scale: MelScale
    norm: Literal["slaney"] | None

    def weights(self) -> Numbers:
        """Return the weight of each frequency in each filter, `mels frequency`."""
        first, last = hz_to_mel(np.array([self.f_min_hz, self.f_max_hz]), self.mel_scale)
        corners = mel_to_hz(np.linspace(first, last, self.n_mels + 2), self.mel_scale)[:, None]
        low, peak, high = corners[:-2], corners[1:-1], corners[2:]
        at = np.fft.rfftfreq(self.n_fft, 1 / self.sample_rate_hz)[None, :]
        weights = np.maximum(np.minimum((at - low) / (peak - low), (high - at) / (high - peak)), 0)
        found: Numbers = weights if self.norm is None else weights * 2 / (high - low)
        return found

    def empty(self) -> int:
        """Return how many filters no frequency falls into."""
        return int(np.sum(~np.any(self.weights() > 0, axis=1)))


def hz_to_mel(hertz: Numbers, scale: MelScale) -> Numbers:
    """Return pitches on the mel scale."""
    if scale == "htk":
        return 2595 * np.log10(1 + hertz / 700)
    above = _KNEE_MEL + np.log(np.maximum(hertz, _KNEE_HZ) / _KNEE_HZ) / _LOG_STEP
    return np.where(hertz < _KNEE_HZ, hertz / _HZ_PER_MEL, above)


def mel_to_hz(mels: Numbers, scale: MelScale) -> Numbers:
    """Return pitches in hertz."""
    if scale == "htk":
        return 700 * (10 ** (mels / 2595) - 1)
    above = _KNEE_HZ * np.exp(_LOG_STEP * (np.maximum(mels, _KNEE_MEL) - _KNEE_MEL))
    return np.where(mels < _KNEE_MEL, mels * _HZ_PER_MEL, above)


__all__ = ["MelFilters", "MelScale", "hz_to_mel", "mel_to_hz"]
