from pathlib import Path
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError
from datarax_typed.operators.audio import MelSpectrogramOperator, MelSpectrogramOperatorConfig
from datarax_typed.operators.audio.mel import MelScale, hz_to_mel, mel_to_hz
from tests.operators.audio.recordings import RATE_HZ, excerpt

REFERENCES = np.load(Path(__file__).with_name("references.npz"))


def config_of(scale: Literal["slaney", "htk"], *, decibels: bool) -> MelSpectrogramOperatorConfig:
    """Return the config of a recorded reference."""
    is_htk = scale == "htk"
    return MelSpectrogramOperatorConfig(
        field_key="waveform",
        n_fft=256,
        hop_length=128,
        n_mels=32,
        sample_rate_hz=RATE_HZ,
        mel_scale=scale,
        norm=None if is_htk else "slaney",
        f_min_hz=300.0 if is_htk else 0.0,
        f_max_hz=4000.0 if is_htk else None,
        power=1 if is_htk else 2,
        decibels=decibels,
    )


@pytest.mark.parametrize("scale", ["slaney", "htk"])
@pytest.mark.parametrize("decibels", [False, True])
def test_it_is_that_of_librosa(scale: Literal["slaney", "htk"], decibels: bool) -> None:
    operator = MelSpectrogramOperator(config_of(scale, decibels=decibels))
    found = operator(Batch({"waveform": excerpt(4000)[None]})).data["waveform"][0]
    expected = REFERENCES[f"mel_{scale}{'_db' if decibels else ''}"]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5 * float(expected.max()))


def test_silence_is_100_decibels_down_and_has_a_finite_gradient() -> None:
    for scale in ("slaney", "htk"):
        operator = MelSpectrogramOperator(config_of(scale, decibels=True))
        mean = jax.jit(jax.value_and_grad(lambda x, op=operator: jnp.mean(op.transform(x))))
        found, gradient = mean(jnp.zeros(200))
        assert float(found) == pytest.approx(-100.0)
        np.testing.assert_array_equal(gradient, np.zeros(200))


@pytest.mark.parametrize("scale", ["slaney", "htk"])
def test_pitches_come_back(scale: MelScale) -> None:
    hertz = np.array([0.0, 100.0, 999.9, 1000.0, 1000.1, 8000.0])
    np.testing.assert_allclose(mel_to_hz(hz_to_mel(hertz, scale), scale), hertz, atol=1e-9)
    assert hz_to_mel(np.array([1000.0]), scale) == pytest.approx(
        15 if scale == "slaney" else 1000, rel=1e-4
    )


def test_the_defaults_fill_every_filter() -> None:
    config = MelSpectrogramOperatorConfig(field_key="waveform", sample_rate_hz=16000.0)
    assert MelSpectrogramOperator(config).config.filters.empty() == 0


def test_empty_filters_are_refused() -> None:
    config = MelSpectrogramOperatorConfig(
        field_key="waveform", sample_rate_hz=16000.0, n_mels=128, mel_scale="htk"
    )
    with pytest.raises(ConfigError) as error:
        MelSpectrogramOperator(config)
    assert str(error.value) == (
        "MelSpectrogramOperator cannot be made:\n"
        "  - n_mels: expected a frequency of n_fft=400 in every filter, got 4 of 128 without any; "
        "give fewer n_mels, or a larger n_fft"
    )


def test_frequencies_beyond_half_the_sample_rate_are_refused() -> None:
    config = MelSpectrogramOperatorConfig(
        field_key="waveform", sample_rate_hz=8000.0, f_max_hz=5000.0
    )
    with pytest.raises(ConfigError) as error:
        MelSpectrogramOperator(config)
    assert str(error.value) == (
        "MelSpectrogramOperator cannot be made:\n"
        "  - f_max_hz: expected at most half the sample rate, 4000.0, got 5000.0"
    )
    config = MelSpectrogramOperatorConfig(
        field_key="waveform", sample_rate_hz=8000.0, f_min_hz=4000.0
    )
    with pytest.raises(ConfigError) as error:
        MelSpectrogramOperator(config)
    assert str(error.value) == (
        "MelSpectrogramOperator cannot be made:\n"
        "  - f_min_hz: expected less than half the sample rate, 4000.0, got 4000.0"
    )


def test_what_contradicts_itself_is_refused_by_the_config() -> None:
    with pytest.raises(ConfigError) as error:
        MelSpectrogramOperatorConfig(
            field_key="waveform",
            sample_rate_hz=8000.0,
            f_min_hz=99.0,
            f_max_hz=99.0,  # type: ignore[datarax-config]  # refused, as it should be
            win_length=500,  # type: ignore[datarax-config]  # refused, as it should be
        )
    assert str(error.value) == (
        "MelSpectrogramOperatorConfig is refused (2):\n"
        "  - win_length: expected a number <= n_fft=400, got 500; give a smaller win_length, "
        "or a larger n_fft\n"
        "  - f_min_hz: expected a number < f_max_hz=99.0, got 99.0; give a smaller f_min_hz, "
        "or a larger f_max_hz"
    )
