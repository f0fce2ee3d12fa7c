"""Operators of audio: `time`, floats of full scale 1, and spectrograms, `frequency time`."""

from datarax_typed.operators.audio.add_noise import AddNoiseOperator, AddNoiseOperatorConfig
from datarax_typed.operators.audio.frequency_mask import (
    FrequencyMaskOperator,
    FrequencyMaskOperatorConfig,
)
from datarax_typed.operators.audio.gain import GainOperator, GainOperatorConfig
from datarax_typed.operators.audio.learned_audio import LearnedAudioOperator
from datarax_typed.operators.audio.mel_spectrogram import (
    MelSpectrogramOperator,
    MelSpectrogramOperatorConfig,
)
from datarax_typed.operators.audio.spectrogram import (
    SpectrogramOperator,
    SpectrogramOperatorConfig,
)
from datarax_typed.operators.audio.time_mask import TimeMaskOperator, TimeMaskOperatorConfig
from datarax_typed.operators.audio.time_shift import TimeShiftOperator, TimeShiftOperatorConfig

__all__ = [
    "AddNoiseOperator",
    "AddNoiseOperatorConfig",
    "FrequencyMaskOperator",
    "FrequencyMaskOperatorConfig",
    "GainOperator",
    "GainOperatorConfig",
    "LearnedAudioOperator",
    "MelSpectrogramOperator",
    "MelSpectrogramOperatorConfig",
    "SpectrogramOperator",
    "SpectrogramOperatorConfig",
    "TimeMaskOperator",
    "TimeMaskOperatorConfig",
    "TimeShiftOperator",
    "TimeShiftOperatorConfig",
]
