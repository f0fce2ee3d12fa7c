"""A real recording, out of pygame-ce's own wheel, which is never imported."""

import wave
from importlib.util import find_spec
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np

Clip: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.float32]]

RECORDING: Final = "examples/data/house_lo.wav"


def recording_path() -> Path:
    """Return where the recording lies.

    Raises:
        FileNotFoundError: pygame-ce is not installed, or its wheel has changed.
    """
    found = find_spec("pygame")
    if found is None or found.origin is None:
        raise FileNotFoundError("expected the package pygame-ce, found no module pygame")
    path = Path(found.origin).parent / RECORDING
    if not path.is_file():
        raise FileNotFoundError(f"expected the recording {path}, found no such file")
    return path


def read_recording(path: Path) -> tuple[Clip, int]:
    """Return the samples of a mono recording of 8 bits, in [-1, 1), and its rate in hertz."""
    with wave.open(str(path)) as recording:
        form = recording.getparams()
        if (form.nchannels, form.sampwidth) != (1, 1):
            raise ValueError(f"{path}: expected one channel of one byte a sample, got {form}")
        levels = np.frombuffer(recording.readframes(form.nframes), dtype=np.uint8)
    return (levels.astype(np.float32) - 128.0) / 128.0, form.framerate


def cut(samples: Clip, clips: int, multiple: int) -> Clip:
    """Return equal clips, one a row, their length a multiple of a number; the rest is left out."""
    length = len(samples) // clips // multiple * multiple
    return samples[: clips * length].reshape(clips, length)


__all__ = ["cut", "read_recording", "recording_path"]
