import jax.numpy as jnp
import numpy as np
import pytest
from scipy import ndimage  # type: ignore[import-untyped]  # no stubs

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError
from datarax_typed.operators.audio import TimeShiftOperator, TimeShiftOperatorConfig
from tests.operators.audio.cases import time_shift
from tests.operators.audio.recordings import RATE_HZ, excerpt_batch, excerpts


def shifted(seconds: float, *, rollover: bool) -> np.ndarray:
    config = TimeShiftOperatorConfig(
        field_key="waveform", sample_rate_hz=RATE_HZ, shift_seconds=seconds, rollover=rollover
    )
    return np.asarray(TimeShiftOperator(config)(excerpt_batch(60)).data["waveform"])


@pytest.mark.parametrize("samples", [7, -100])
def test_a_shift_is_that_of_numpy_and_scipy(samples: int) -> None:
    seconds, signal = samples / RATE_HZ, np.asarray(excerpts(60))
    rolled = np.roll(signal, samples, axis=1)
    moved = ndimage.shift(signal, (0, samples), order=0, mode="constant")
    np.testing.assert_array_equal(shifted(seconds, rollover=True), rolled)
    np.testing.assert_array_equal(shifted(seconds, rollover=False), moved)


def test_a_shift_is_of_whole_samples() -> None:
    np.testing.assert_array_equal(
        shifted(2.4 / RATE_HZ, rollover=True), np.roll(excerpts(60), 2, 1)
    )


def test_every_shift_within_the_range_occurs() -> None:
    batch = Batch({"waveform": jnp.tile(jnp.zeros(9).at[4].set(1.0), (300, 1))})
    places = np.argmax(time_shift(stochastic=True)(batch).data["waveform"], axis=1)
    assert set(places.tolist()) == set(range(1, 8))


@pytest.mark.parametrize("rollover", [True, False])
def test_labels_move_along(rollover: bool) -> None:
    waves = jnp.tile(jnp.arange(1.0, 9.0), (3, 1))
    labels = jnp.stack([waves, 2 * waves], axis=-1).astype(jnp.int32)
    operator = time_shift(stochastic=True, rollover=rollover, auxiliary_fields=["labels"])
    result = operator(Batch({"waveform": waves, "labels": labels}, index=jnp.array([4, 9, 2])))
    whole = result.data["waveform"].astype(jnp.int32)
    np.testing.assert_array_equal(result.data["labels"], jnp.stack([whole, 2 * whole], axis=-1))
    assert not np.array_equal(whole, waves)


def test_what_has_another_time_cannot_move_along() -> None:
    operator = time_shift(auxiliary_fields=["word"])
    with pytest.raises(ContractError) as error:
        operator(Batch({"waveform": jnp.zeros((2, 8)), "word": jnp.zeros((2, 7), jnp.int32)}))
    assert str(error.value) == (
        "TimeShiftOperator cannot shift auxiliary fields along:\n"
        '  - data["word"]: expected a leading axis of 8 as the waveform\'s time, got int32[7]; '
        "leave it out of auxiliary_fields if it does not move with the waveform"
    )


def test_a_config_out_of_range_is_refused() -> None:
    with pytest.raises(ConfigError) as error:
        TimeShiftOperatorConfig(field_key="waveform", sample_rate_hz=0.0, shift_seconds=4000.0)  # type: ignore[datarax-config]  # refused, as it should be
    assert str(error.value) == (
        "TimeShiftOperatorConfig is refused (2):\n"
        "  - sample_rate_hz: expected a number > 0, got 0.0\n"
        "  - shift_seconds: expected a number <= 3600, got 4000.0"
    )
