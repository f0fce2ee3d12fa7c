"""Operators of audio, in every important configuration."""

from typing import Final

from flax import nnx

from datarax_typed.core.modality import ModalityOperatorConfig
from datarax_typed.operators.audio import (
    AddNoiseOperator,
    AddNoiseOperatorConfig,
    FrequencyMaskOperator,
    FrequencyMaskOperatorConfig,
    GainOperator,
    GainOperatorConfig,
    LearnedAudioOperator,
    MelSpectrogramOperator,
    MelSpectrogramOperatorConfig,
    SpectrogramOperator,
    SpectrogramOperatorConfig,
    TimeMaskOperator,
    TimeMaskOperatorConfig,
    TimeShiftOperator,
    TimeShiftOperatorConfig,
)
from tests.operators.case import Case

_WAVEFORM: Final = {"waveform": "f32[time]"}
_NOISY: Final = {"waveform": "f32[time]", "noise": "f32[length]"}
_SPECTROGRAM: Final = {"spectrogram": "f32[frequency,time]"}


def gain(*, stochastic: bool = False, learnable: bool = False) -> GainOperator:
    """Return a gain of 6 dB, or one of -12 to 12 dB a record."""
    config = GainOperatorConfig(
        field_key="waveform",
        gain_db=6.0,
        stochastic=stochastic,
        stream_name="augment" if stochastic else None,
        learnable=learnable,
    )
    return GainOperator(config, rngs=nnx.Rngs(augment=0))


def add_noise(
    snr_db_range: tuple[float, float] | None = None,
    noise_field: str | None = None,
    *,
    stochastic: bool = True,
    learnable: bool = False,
) -> AddNoiseOperator:
    """Return noise at 10 dB, or at a ratio of each record's own."""
    config = AddNoiseOperatorConfig(
        field_key="waveform",
        snr_db=10.0,
        snr_db_range=snr_db_range,
        noise_field=noise_field,
        stochastic=stochastic,
        stream_name="augment" if stochastic else None,
        learnable=learnable,
    )
    return AddNoiseOperator(config, rngs=nnx.Rngs(augment=0))


def time_shift(
    *, stochastic: bool = False, rollover: bool = True, auxiliary_fields: list[str] | None = None
) -> TimeShiftOperator:
    """Return a shift by two samples, or by up to three a record."""
    config = TimeShiftOperatorConfig(
        field_key="waveform",
        auxiliary_fields=auxiliary_fields,
        sample_rate_hz=100.0,
        shift_seconds=0.02,
        shift_seconds_range=(-0.03, 0.03),
        rollover=rollover,
        stochastic=stochastic,
        stream_name="augment" if stochastic else None,
    )
    return TimeShiftOperator(config, rngs=nnx.Rngs(augment=0))


def _time_mask() -> TimeMaskOperator:
    config = TimeMaskOperatorConfig(field_key="spectrogram", time_mask_param=4, num_masks=2, p=0.5)
    return TimeMaskOperator(config, rngs=nnx.Rngs(augment=0))


def _frequency_mask() -> FrequencyMaskOperator:
    config = FrequencyMaskOperatorConfig(
        field_key="spectrogram", freq_mask_param=4, num_masks=2, mask_value=-1.0
    )
    return FrequencyMaskOperator(config, rngs=nnx.Rngs(augment=0))


def _spectrogram(*, center: bool = True) -> SpectrogramOperator:
    config = SpectrogramOperatorConfig(
        field_key="waveform", target_key="spectrogram", n_fft=16, hop_length=5, center=center
    )
    return SpectrogramOperator(config)


def _magnitudes() -> SpectrogramOperator:
    config = SpectrogramOperatorConfig(
        field_key="waveform", n_fft=15, win_length=9, window="blackman", power=1
    )
    return SpectrogramOperator(config)


def _mel(*, decibels: bool = False) -> MelSpectrogramOperator:
    config = MelSpectrogramOperatorConfig(
        field_key="waveform", n_fft=32, sample_rate_hz=8000.0, n_mels=5, decibels=decibels
    )
    return MelSpectrogramOperator(config)


def _learned_audio(*, stochastic: bool) -> LearnedAudioOperator:
    config = ModalityOperatorConfig(
        field_key="waveform",
        stochastic=stochastic,
        stream_name="augment" if stochastic else None,
        clip_range=(-1.0, 1.0),
    )
    return LearnedAudioOperator(config, rngs=nnx.Rngs(augment=0), gain_db=-3.0)


CASES: Final[list[Case]] = [
    Case("gain-learned-stochastic", lambda: gain(stochastic=True, learnable=True), _WAVEFORM),
    Case("add-noise-field-stochastic", lambda: add_noise((5.0, 30.0), "noise"), _NOISY),
    Case(
        "time-shift-auxiliary",
        lambda: time_shift(stochastic=True, rollover=False, auxiliary_fields=["labels"]),
        {"waveform": "f32[time]", "labels": "i32[time,speakers]"},
    ),
    Case("time-mask", _time_mask, _SPECTROGRAM),
    Case("frequency-mask", _frequency_mask, _SPECTROGRAM),
    Case("spectrogram", _spectrogram, _WAVEFORM, {"time": 40}),
    Case("mel-spectrogram", _mel, _WAVEFORM, {"time": 40}),
    Case("learned-audio-stochastic", lambda: _learned_audio(stochastic=True), _WAVEFORM),
]
