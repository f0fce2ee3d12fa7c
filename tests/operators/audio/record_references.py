"""Records what librosa makes of an excerpt of the real recording, into references.npz.

    pip install librosa==0.11.0 pygame-ce==2.5.8
    PYTHONPATH=src python tests/operators/audio/record_references.py

The excerpt is `recordings.excerpt(4000)`. Recorded with librosa 0.11.0, NumPy 2.4.6, SciPy 1.17.1.
"""

from pathlib import Path

import librosa  # type: ignore[import-not-found]  # only who records needs it
import numpy as np

from datarax_typed.demo.sound import read_recording, recording_path

samples, rate_hz = read_recording(recording_path())
waveform = samples[2000:6000]

framed = {"n_fft": 256, "hop_length": 128, "window": "hann", "pad_mode": "reflect"}
power = np.abs(librosa.stft(waveform, center=True, **framed)) ** 2
short = {"n_fft": 300, "win_length": 200, "hop_length": 150, "window": "hamming"}
magnitude = np.abs(librosa.stft(waveform, center=False, **short))
pitch = {"y": waveform, "sr": rate_hz, "n_mels": 32, **framed}
slaney = librosa.feature.melspectrogram(**pitch)
htk = librosa.feature.melspectrogram(fmin=300.0, fmax=4000.0, htk=True, norm=None, power=1, **pitch)

np.savez_compressed(
    Path(__file__).with_name("references.npz"),
    power=power,
    magnitude=magnitude,
    mel_slaney=slaney,
    mel_slaney_db=librosa.power_to_db(slaney, top_db=None),
    mel_htk=htk,
    mel_htk_db=librosa.amplitude_to_db(htk, top_db=None),
    db_to_amplitude=librosa.db_to_amplitude(np.array([-30.0, -6.0, 0.0, 11.5])),
)
