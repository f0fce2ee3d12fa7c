"""Recordings read and cut."""

import wave
from pathlib import Path

import numpy as np
import pytest

from datarax_typed.demo.sound import cut, read_recording, recording_path


def write(path: Path, levels: bytes, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as recording:
        recording.setnchannels(channels)
        recording.setsampwidth(1)
        recording.setframerate(8000)
        recording.writeframes(levels)
    return path


def test_levels_become_amplitudes(tmp_path: Path) -> None:
    samples, rate_hz = read_recording(write(tmp_path / "short.wav", bytes([0, 64, 128, 192])))
    assert samples.tolist() == [-1.0, -0.5, 0.0, 0.5]
    assert rate_hz == 8000


def test_other_recordings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected one channel of one byte a sample"):
        read_recording(write(tmp_path / "stereo.wav", bytes(4), channels=2))


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datarax_typed.demo.sound.find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError, match="expected the package pygame-ce"):
        recording_path()


def test_clips_are_equal_and_a_multiple_long() -> None:
    clips = cut(np.arange(23, dtype=np.float32), clips=2, multiple=4)
    assert clips.tolist() == [[0, 1, 2, 3, 4, 5, 6, 7], [8, 9, 10, 11, 12, 13, 14, 15]]
