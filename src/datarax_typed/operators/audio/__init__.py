"""Operators of audio: `time`, floats of full scale 1."""

from datarax_typed.operators.audio.learned_audio import LearnedAudioOperator

__all__ = ["LearnedAudioOperator"]
