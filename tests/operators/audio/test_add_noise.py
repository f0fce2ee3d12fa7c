import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError, FieldError
from datarax_typed.operators.audio import AddNoiseOperator, AddNoiseOperatorConfig
from tests.operators.audio.cases import add_noise
from tests.operators.audio.recordings import excerpt, excerpt_batch, excerpts


def ratios_db(signal: Float[Array, "batch time"], noisy: Float[Array, "batch time"]) -> np.ndarray:
    wave, noise = (np.asarray(x, np.float64) for x in (signal, noisy - signal))
    return np.asarray(10 * np.log10(np.mean(wave**2, axis=1) / np.mean(noise**2, axis=1)))


def with_noise(noise: Float[Array, "batch noise"], length: int = 50) -> Batch:
    return Batch({"waveform": excerpts(length), "noise": noise}, index=jnp.array([4, 9, 2]))


def test_white_noise_has_its_level_in_every_record() -> None:
    signal = excerpts(400)
    noisy = add_noise()(excerpt_batch(400)).data["waveform"]
    np.testing.assert_allclose(ratios_db(signal, noisy), 10.0, atol=1e-3)
    noise = np.asarray(noisy - signal)
    assert np.all(np.abs(np.corrcoef(noise)[~np.eye(3, dtype=bool)]) < 0.2)
    # White: what follows a sample does not depend on it.
    assert np.all(np.abs([np.corrcoef(row[1:], row[:-1])[0, 1] for row in noise]) < 0.2)


def test_each_record_has_its_own_ratio_within_the_range() -> None:
    signal = jnp.ones((200, 20))
    noisy = add_noise((5.0, 40.0))(Batch({"waveform": signal})).data["waveform"]
    found = ratios_db(signal, noisy)
    assert 4.99 <= found.min() < 6
    assert 39 < found.max() <= 40.01


def test_short_noise_is_repeated_and_long_noise_cut() -> None:
    operator = add_noise(noise_field="noise", stochastic=False)
    for length in (20, 90):
        noise = excerpts(length)[::-1]
        added = operator(with_noise(noise)).data["waveform"] - excerpts(50)
        wanted = np.tile(noise, 3)[:, :50]
        shares = np.sum(added * wanted, axis=1) / np.sum(wanted**2, axis=1)
        np.testing.assert_allclose(added, shares[:, None] * wanted, atol=1e-6)
        np.testing.assert_allclose(ratios_db(excerpts(50), excerpts(50) + added), 10.0, atol=1e-3)


def test_random_noise_of_a_field_begins_anywhere() -> None:
    # A single click: it tells where the noise begins.
    noise = jnp.tile(jnp.zeros(5).at[0].set(1.0), (200, 1))
    batch = Batch({"waveform": jnp.ones((200, 5)), "noise": noise})
    added = add_noise(noise_field="noise")(batch).data["waveform"] - 1
    clicks = np.argmax(added, axis=1)
    assert np.all(np.bincount(clicks, minlength=5) > 20)
    assert np.all(np.sum(np.asarray(added) > 0.1, axis=1) == 1)


def test_silence_stays_silent_and_silent_noise_changes_nothing() -> None:
    silence = jnp.zeros((3, 50))
    assert not np.any(add_noise()(Batch({"waveform": silence})).data["waveform"])
    operator = add_noise(noise_field="noise", stochastic=False)
    result = operator(with_noise(silence)).data["waveform"]
    np.testing.assert_array_equal(result, excerpts(50))


def test_gradients_of_silence_are_finite() -> None:
    operator = add_noise(noise_field="noise", stochastic=False, learnable=True)

    def loss(op: AddNoiseOperator, wave: Array, noise: Array) -> Array:
        result = op.apply({"waveform": wave, "noise": noise}, {}, None)[0]["waveform"]
        return jnp.sum(result**2)

    sound, silence = excerpt(20), jnp.zeros(20)
    gradient = nnx.jit(nnx.grad(loss, argnums=(nnx.DiffState(0, nnx.Param), 1, 2)))
    for wave, noise in ((sound, silence), (silence, sound), (silence, silence)):
        for leaf in jax.tree.leaves(gradient(operator, wave, noise)):
            assert np.all(np.isfinite(leaf))


@pytest.mark.parametrize("snr_db", [-1000.0, 1000.0])
def test_a_ratio_learned_far_away_has_finite_results_and_gradients(snr_db: float) -> None:
    operator = add_noise(noise_field="noise", stochastic=False, learnable=True)
    operator.snr_db.learned = nnx.Param(jnp.asarray(snr_db))

    def total(op: AddNoiseOperator, wave: Array) -> Array:
        data = {"waveform": wave, "noise": excerpt(20, 9000)}
        return jnp.sum(op.apply(data, {}, None)[0]["waveform"])

    found = nnx.grad(total, argnums=(nnx.DiffState(0, nnx.Param), 1))(operator, excerpt(20))
    assert all(np.all(np.isfinite(leaf)) for leaf in jax.tree.leaves(found))
    assert np.isfinite(total(operator, excerpt(20)))


@pytest.mark.parametrize(("signal", "noise"), [(1e30, 1e-30), (1e-30, 1e30)])
def test_the_level_is_right_of_samples_whose_squares_are_none(signal: float, noise: float) -> None:
    operator = add_noise(noise_field="noise", stochastic=False)
    wave, other = excerpts(50), excerpts(50)[::-1]
    expected = operator(Batch({"waveform": wave, "noise": other})).data["waveform"]
    extreme = Batch({"waveform": wave * signal, "noise": other * noise})
    np.testing.assert_allclose(
        operator(extreme).data["waveform"] / signal, expected, rtol=1e-4, atol=1e-6
    )


def test_the_ratio_is_learned_by_its_true_gradient() -> None:
    operator = add_noise(noise_field="noise", stochastic=False, learnable=True)
    wave, noise = excerpt(50), excerpt(50, 9000)

    def power(op: AddNoiseOperator) -> Array:
        data = {"waveform": wave, "noise": noise}
        return jnp.sum((op.apply(data, {}, None)[0]["waveform"] - wave) ** 2)

    gradient = nnx.jit(nnx.value_and_grad(power, argnums=nnx.DiffState(0, nnx.Param)))
    value, found = gradient(operator)
    expected = -math.log(10) / 10 * float(value)
    assert float(found["snr_db"]["learned"][...]) == pytest.approx(expected, rel=1e-4)


def test_half_precision_stays() -> None:
    batch = Batch({"waveform": excerpts(50).astype(jnp.float16)})
    noisy = add_noise()(batch).data["waveform"]
    assert noisy.dtype == jnp.float16
    np.testing.assert_allclose(ratios_db(excerpts(50), noisy.astype(jnp.float32)), 10, atol=0.1)


def test_missing_noise_is_named() -> None:
    with pytest.raises(FieldError) as error:
        add_noise(noise_field="noise")(Batch({"waveform": excerpts(50), "nose": excerpts(50)}))
    assert str(error.value) == (
        "AddNoiseOperator: expected a field 'noise', got none of that name; "
        "available: 'nose', 'waveform'; did you mean 'nose'?"
    )


def test_noise_of_channels_is_refused() -> None:
    with pytest.raises(ContractError) as error:
        add_noise(noise_field="noise")(with_noise(jnp.zeros((3, 50, 2))))  # type: ignore[datarax-shape]  # as it is meant: it is to be refused
    assert str(error.value) == (
        "AddNoiseOperator.transform does not fit its contract:\n"
        '  - data["noise"]: expected Float[Array, "noise"], got float32[50,2]\n'
        '  axis time = 50, bound by data["waveform"]'
    )


def test_empty_noise_is_refused() -> None:
    with pytest.raises(ContractError) as error:
        add_noise(noise_field="noise")(with_noise(jnp.zeros((3, 0))))
    assert str(error.value) == (
        "AddNoiseOperator has no noise to add:\n"
        '  - data["noise"]: expected noise of one sample or more, got none'
    )


def test_what_is_not_random_needs_its_noise_and_one_ratio() -> None:
    config = AddNoiseOperatorConfig(
        field_key="waveform", stochastic=False, snr_db_range=(5.0, 10.0)
    )
    with pytest.raises(ConfigError) as error:
        AddNoiseOperator(config)
    assert str(error.value) == (
        "AddNoiseOperator cannot be made:\n"
        "  - noise_field: expected a field, since stochastic=False, got None; "
        "say stochastic=True for white noise, or give noise_field\n"
        "  - snr_db_range: expected None, since stochastic=False, got (5.0, 10.0); "
        "say stochastic=True, or give snr_db"
    )


def test_a_waveform_is_not_its_own_noise() -> None:
    with pytest.raises(ConfigError) as error:
        AddNoiseOperatorConfig(field_key="waveform", noise_field="waveform")  # type: ignore[datarax-config]  # refused, as it should be
    assert str(error.value) == (
        "AddNoiseOperatorConfig is refused (1):\n"
        "  - noise_field: expected another value than field_key, got 'waveform'; "
        "give another value"
    )
