import math

import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed.core.element_batch import Batch
from datarax_typed.core.modality import ModalityOperatorConfig
from datarax_typed.errors import ConfigError, ContractError, FieldError, RandomnessError
from datarax_typed.operators.audio import LearnedAudioOperator
from tests.operators.trees import symbolic

CONFIG = ModalityOperatorConfig(field_key="waveform")
RANDOM = ModalityOperatorConfig(field_key="waveform", stochastic=True, stream_name="augment")


def tones(size: int = 64) -> Batch:
    time = jnp.arange(size) / 8000
    pitches = jnp.array([440.0, 660.0, 880.0])
    waves = 0.4 * jnp.sin(2 * jnp.pi * jnp.outer(pitches, time))
    return Batch({"waveform": waves}, index=jnp.array([7, 1, 3]))


def test_the_gain_is_in_decibels_of_amplitude() -> None:
    batch = tones()
    for gain_db, factor in ((0.0, 1.0), (20.0, 10.0), (-6.0, 0.501187)):
        result = LearnedAudioOperator(CONFIG, gain_db=gain_db)(batch).data["waveform"]
        np.testing.assert_allclose(result, factor * batch.data["waveform"], rtol=1e-5)


def test_the_noise_has_its_level_relative_to_full_scale() -> None:
    silence = Batch({"waveform": jnp.zeros((4, 5000))})
    operator = LearnedAudioOperator(RANDOM, rngs=nnx.Rngs(0, augment=1), noise_db=-26.0)
    noise = np.asarray(operator(silence).data["waveform"])
    level_db = 20 * np.log10(np.sqrt(np.mean(noise**2, axis=1)))
    np.testing.assert_allclose(level_db, -26.0, atol=0.3)
    assert np.all(np.abs(np.corrcoef(noise)[~np.eye(4, dtype=bool)]) < 0.06)


def test_levels_learned_far_away_are_finite_in_half_precision() -> None:
    operator = LearnedAudioOperator(RANDOM, rngs=nnx.Rngs(augment=1))
    operator.gain_db, operator.noise_db = (nnx.Param(jnp.asarray(x)) for x in (1000.0, -1000.0))
    silence = Batch({"waveform": jnp.zeros((2, 20), jnp.float16)})
    result = operator(silence).data["waveform"]
    assert np.all(np.abs(result) < 1e-5)


def test_levels_that_are_none_are_refused() -> None:
    with pytest.raises(ConfigError) as error:
        LearnedAudioOperator(CONFIG, gain_db=200.0, noise_db=math.nan)
    assert str(error.value) == (
        "LearnedAudioOperator cannot be made:\n"
        "  - gain_db: expected a number <= 120.0, got 200.0\n"
        "  - noise_db: expected a number >= -120.0 and a number <= 120.0, got nan"
    )


def test_the_noise_is_not_amplified() -> None:
    silence = Batch({"waveform": jnp.zeros((2, 100))}, index=jnp.arange(2))
    quiet, loud = (
        LearnedAudioOperator(RANDOM, rngs=nnx.Rngs(augment=1), gain_db=gain_db)(silence)
        for gain_db in (0.0, 30.0)
    )
    np.testing.assert_array_equal(quiet.data["waveform"], loud.data["waveform"])


def test_the_clip_range_keeps_full_scale() -> None:
    config = ModalityOperatorConfig(field_key="waveform", clip_range=(-1.0, 1.0))
    limited = LearnedAudioOperator(config, gain_db=20.0)(tones()).data["waveform"]
    free = LearnedAudioOperator(CONFIG, gain_db=20.0)(tones()).data["waveform"]
    np.testing.assert_allclose(limited, np.clip(free, -1, 1))
    assert (limited.min(), limited.max()) == (-1.0, 1.0)
    assert free.max() > 3


def test_without_noise_the_gain_alone_is_learnt() -> None:
    operator = LearnedAudioOperator(CONFIG)

    def loss(op: LearnedAudioOperator) -> jnp.ndarray:
        return jnp.mean(op(tones()).data["waveform"] ** 2)

    gradients = nnx.grad(loss, argnums=nnx.DiffState(0, nnx.Param))(operator)
    power = float(loss(operator))
    assert float(gradients["gain_db"][...]) == pytest.approx(power * math.log(10) / 10, rel=1e-4)
    assert float(gradients["noise_db"][...]) == 0


def test_half_precision_stays() -> None:
    batch = Batch({"waveform": tones().data["waveform"].astype(jnp.bfloat16)})
    operator = LearnedAudioOperator(RANDOM, rngs=nnx.Rngs(augment=1))
    assert operator(batch).data["waveform"].dtype == jnp.bfloat16


def test_the_spec_is_known_for_every_length() -> None:
    waveform = symbolic("time")
    operator = LearnedAudioOperator(RANDOM, rngs=nnx.Rngs(augment=1))
    assert operator.output_spec({"waveform": waveform}) == {"waveform": waveform}


def test_a_recording_of_channels_is_refused() -> None:
    with pytest.raises(ContractError) as error:
        LearnedAudioOperator(CONFIG)(Batch({"waveform": jnp.zeros((2, 50, 2))}))
    assert str(error.value) == (
        "LearnedAudioOperator.transform does not fit its contract:\n"
        '  - data["waveform"]: expected Float[Array, "time"], got float32[50,2]'
    )


def test_noise_of_another_length_is_refused() -> None:
    with pytest.raises(ContractError) as error:
        LearnedAudioOperator(CONFIG).apply({"waveform": jnp.zeros(50)}, {}, None, jnp.zeros(49))
    assert str(error.value) == (
        "LearnedAudioOperator.transform does not fit its contract:\n"
        '  - random_params: expected Float[Array, "time"], got float32[49]\n'
        '  axis time = 50, bound by data["waveform"]'
    )


def test_a_missing_field_is_named() -> None:
    operator = LearnedAudioOperator(RANDOM, rngs=nnx.Rngs(augment=1), name="speech")
    with pytest.raises(FieldError) as error:
        operator(Batch({"waveforms": jnp.zeros((2, 50))}))
    assert str(error.value) == (
        "LearnedAudioOperator 'speech': expected a field 'waveform', got none of that name; "
        "available: 'waveforms'; did you mean 'waveforms'?"
    )


def test_a_stochastic_one_needs_rngs() -> None:
    with pytest.raises(RandomnessError) as error:
        LearnedAudioOperator(RANDOM)  # type: ignore[datarax-operator]  # refused, as it should be
    assert str(error.value) == (
        "LearnedAudioOperator: expected rngs, since its config says stochastic=True, got None; "
        "give rngs=nnx.Rngs(augment=0)"
    )
