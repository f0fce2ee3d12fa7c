from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import signal  # type: ignore[import-untyped]  # no stubs

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError, DomainError
from datarax_typed.operators.audio import SpectrogramOperator, SpectrogramOperatorConfig
from datarax_typed.operators.audio.stft import WindowName
from tests.operators.audio.recordings import excerpt, excerpts
from tests.operators.trees import symbolic

REFERENCES = np.load(Path(__file__).with_name("references.npz"))


def spectrogram_of(config: SpectrogramOperatorConfig, waveform: np.ndarray) -> np.ndarray:
    batch = Batch({"waveform": jnp.asarray(waveform)[None]})
    return np.asarray(SpectrogramOperator(config)(batch).data["waveform"][0])


def assert_close(found: np.ndarray, expected: np.ndarray) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5 * float(expected.max()))


def test_power_is_that_of_librosa() -> None:
    config = SpectrogramOperatorConfig(field_key="waveform", n_fft=256, hop_length=128)
    assert_close(spectrogram_of(config, np.asarray(excerpt(4000))), REFERENCES["power"])


def test_magnitudes_of_a_short_window_are_those_of_librosa() -> None:
    config = SpectrogramOperatorConfig(
        field_key="waveform",
        n_fft=300,
        win_length=200,
        hop_length=150,
        window="hamming",
        power=1,
        center=False,
    )
    assert_close(spectrogram_of(config, np.asarray(excerpt(4000))), REFERENCES["magnitude"])


@pytest.mark.parametrize(
    ("window", "center"),
    [("hann", True), ("hamming", False), ("blackman", True), ("boxcar", False)],
)
def test_magnitudes_are_those_of_scipy(window: WindowName, center: bool) -> None:
    waveform = np.asarray(excerpt(1003))
    config = SpectrogramOperatorConfig(
        field_key="waveform", n_fft=128, hop_length=50, window=window, power=1, center=center
    )
    _, _, expected = signal.stft(
        waveform,
        window=window,
        nperseg=128,
        noverlap=78,
        boundary="even" if center else None,
        padded=False,
    )
    # scipy's are scaled so that a window of ones, too, has a sum of 1.
    scale = signal.get_window(window, 128).sum()
    assert_close(spectrogram_of(config, waveform), scale * np.abs(expected))


def test_a_hop_is_a_quarter_of_the_window() -> None:
    config = SpectrogramOperatorConfig(field_key="waveform", n_fft=100, win_length=80)
    waveform = symbolic("time")
    time = waveform.shape[0]
    found = SpectrogramOperator(config).output_spec({"waveform": waveform})["waveform"]
    assert found.shape == (51, time // 20 + 1)


def test_silence_has_a_finite_gradient() -> None:
    for power in (1, 2):
        config = SpectrogramOperatorConfig(field_key="waveform", n_fft=8, power=power)
        transform = SpectrogramOperator(config).transform
        gradient = jax.jit(jax.grad(lambda wave, t=transform: jnp.sum(t(wave))))(jnp.zeros(20))
        np.testing.assert_array_equal(gradient, np.zeros(20))


def test_a_waveform_that_is_too_short_is_refused() -> None:
    batch = Batch({"waveform": excerpts(200)})
    with pytest.raises(ContractError) as error:
        SpectrogramOperator(SpectrogramOperatorConfig(field_key="waveform"))(batch)
    assert str(error.value) == (
        "SpectrogramOperator cannot cut the waveform into frames:\n"
        '  - data["waveform"]: expected 201 samples or more for n_fft=400, center=True, got 200; '
        "pad it, or give a smaller n_fft"
    )
    free = SpectrogramOperatorConfig(field_key="waveform", n_fft=201, center=False)
    with pytest.raises(ContractError, match="expected 201 samples or more for n_fft=201, center=F"):
        SpectrogramOperator(free)(batch)


def test_a_window_that_is_longer_than_its_frame_is_refused() -> None:
    with pytest.raises(ConfigError) as error:
        SpectrogramOperatorConfig(field_key="waveform", win_length=401)  # type: ignore[datarax-config]  # refused, as it should be
    assert str(error.value) == (
        "SpectrogramOperatorConfig is refused (1):\n"
        "  - win_length: expected a number <= n_fft=400, got 401; give a smaller win_length, "
        "or a larger n_fft"
    )


def test_power_beyond_half_precision_is_refused() -> None:
    batch = Batch({"waveform": jnp.ones((2, 600), jnp.float16)}, index=jnp.array([5, 6]))
    config = SpectrogramOperatorConfig(field_key="waveform", n_fft=600)
    with pytest.raises(DomainError) as error:
        SpectrogramOperator(config)(batch)
    assert str(error.value) == (
        "SpectrogramOperator: expected that the spectrogram is finite, "
        "got values from 0.0 to inf in record 5"
    )
    bfloat = Batch({"waveform": batch.data["waveform"].astype(jnp.bfloat16)})
    assert SpectrogramOperator(config)(bfloat).data["waveform"].dtype == jnp.bfloat16


def test_a_window_of_one_sample_lets_it_through() -> None:
    config = SpectrogramOperatorConfig(field_key="waveform", n_fft=2, win_length=1, hop_length=1)
    result = SpectrogramOperator(config)(Batch({"waveform": jnp.ones((1, 4))}))
    assert bool(jnp.all(result.data["waveform"] == 1))
