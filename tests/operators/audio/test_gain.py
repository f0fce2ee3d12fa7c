from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError
from datarax_typed.operators.audio import GainOperator, GainOperatorConfig
from tests.operators.audio.cases import gain
from tests.operators.audio.recordings import excerpt_batch, excerpts

REFERENCES = np.load(Path(__file__).with_name("references.npz"))


def test_the_gain_is_that_of_librosa() -> None:
    batch = excerpt_batch(50)
    for gain_db, factor in zip(
        (-30.0, -6.0, 0.0, 11.5), REFERENCES["db_to_amplitude"], strict=True
    ):
        config = GainOperatorConfig(field_key="waveform", gain_db=gain_db)
        result = GainOperator(config)(batch).data["waveform"]
        np.testing.assert_allclose(result, factor * np.asarray(excerpts(50)), rtol=1e-6)


def test_each_record_has_its_own_gain_within_the_range() -> None:
    config = GainOperatorConfig(
        field_key="waveform", gain_db_range=(-20.0, 6.0), stochastic=True, stream_name="augment"
    )
    result = GainOperator(config, rngs=nnx.Rngs(augment=0))(Batch({"waveform": jnp.ones((500, 2))}))
    gains_db = 20 * np.log10(result.data["waveform"])
    np.testing.assert_array_equal(gains_db[:, 0], gains_db[:, 1])
    assert -20.0 <= gains_db.min() < -19.5
    assert 5.5 < gains_db.max() <= 6.0001


def test_half_precision_has_the_gain_of_single() -> None:
    batch = Batch({"waveform": jnp.ones((2, 3), jnp.bfloat16)})
    config = GainOperatorConfig(field_key="waveform", gain_db=-11.3)
    result = GainOperator(config)(batch).data["waveform"]
    np.testing.assert_array_equal(result, np.full((2, 3), 10 ** (-11.3 / 20), jnp.bfloat16))


def test_silence_of_half_precision_stays_silent() -> None:
    batch = Batch({"waveform": jnp.zeros((2, 3), jnp.float16)})
    config = GainOperatorConfig(field_key="waveform", gain_db=120.0)
    assert not np.any(GainOperator(config)(batch).data["waveform"])


@pytest.mark.parametrize(("learned", "factor"), [(-1000.0, 1e-6), (1000.0, 1e6)])
def test_a_gain_learned_far_away_leaves_silence(learned: float, factor: float) -> None:
    operator = gain(learnable=True)
    operator.gain_db.learned = nnx.Param(jnp.asarray(learned))
    result = operator(Batch({"waveform": jnp.array([[0.0, 1.0]])})).data["waveform"]
    np.testing.assert_allclose(result, [[0, factor]], rtol=1e-5)


def test_the_clip_range_keeps_full_scale() -> None:
    config = GainOperatorConfig(field_key="waveform", gain_db=40.0, clip_range=(-1.0, 1.0))
    result = GainOperator(config)(excerpt_batch(50)).data["waveform"]
    assert (result.min(), result.max()) == (-1.0, 1.0)


def test_channels_are_refused() -> None:
    with pytest.raises(ContractError) as error:
        gain()(Batch({"waveform": jnp.zeros((2, 50, 2))}))
    assert str(error.value) == (
        "GainOperator.transform does not fit its contract:\n"
        '  - data["waveform"]: expected Float[Array, "time"], got float32[50,2]'
    )


def test_a_config_out_of_range_is_refused() -> None:
    with pytest.raises(ConfigError) as error:
        GainOperatorConfig(field_key="waveform", gain_db=200.0, gain_db_range=(6.0, 6.0))  # type: ignore[datarax-config]  # refused, as it should be
    assert str(error.value) == (
        "GainOperatorConfig is refused (2):\n"
        "  - gain_db: expected a number <= 120.0, got 200.0\n"
        "  - gain_db_range: expected strictly increasing numbers, got (6.0, 6.0); "
        "put the smaller number first"
    )
