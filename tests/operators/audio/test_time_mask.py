import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError
from datarax_typed.operators.audio import TimeMaskOperator, TimeMaskOperatorConfig


def masked_frames(config: TimeMaskOperatorConfig, rows: int, frames: int) -> np.ndarray:
    """Return which frames are masked, after a check that whole frames are."""
    spectrograms = jnp.ones((rows, 3, frames))
    operator = TimeMaskOperator(config, rngs=nnx.Rngs(augment=0))
    result: Float[Array, "..."] = operator(Batch({"mel": spectrograms})).data["mel"]
    np.testing.assert_array_equal(result, np.broadcast_to(result[:, :1], result.shape))
    return np.asarray(result[:, 0] != 1)


def test_a_mask_is_one_stretch_of_any_width_anywhere() -> None:
    config = TimeMaskOperatorConfig(field_key="mel", time_mask_param=3)
    masked = masked_frames(config, rows=800, frames=7)
    widths = masked.sum(axis=1)
    # All widths are equally likely, and all places of each.
    np.testing.assert_allclose(np.bincount(widths) / 800, [0.25] * 4, atol=0.05)
    edges = np.diff(np.pad(masked, ((0, 0), (1, 1))).astype(int), axis=1)
    assert np.all((edges == 1).sum(axis=1) == (widths > 0))
    for width, places in ((1, 7), (2, 6), (3, 5)):
        starts = np.argmax(masked[widths == width], axis=1)
        assert np.all(np.bincount(starts, minlength=places) > 800 / 4 / places / 2)
        assert starts.max() == places - 1


def test_a_mask_has_no_more_than_its_share_of_all_frames() -> None:
    config = TimeMaskOperatorConfig(field_key="mel", time_mask_param=50, p=0.5)
    assert masked_frames(config, rows=200, frames=7).sum(axis=1).max() == 3


def test_there_may_be_several_masks() -> None:
    config = TimeMaskOperatorConfig(field_key="mel", time_mask_param=1, num_masks=3)
    assert set(masked_frames(config, rows=200, frames=9).sum(axis=1).tolist()) == {0, 1, 2, 3}


def test_a_mask_may_be_as_wide_as_integers_are() -> None:
    config = TimeMaskOperatorConfig(field_key="mel", time_mask_param=2**31 - 1)
    assert masked_frames(config, rows=200, frames=7).sum(axis=1).max() == 7


def test_masks_have_their_value_and_the_rest_stays() -> None:
    config = TimeMaskOperatorConfig(
        field_key="mel", time_mask_param=6, num_masks=4, mask_value=-80.0
    )
    spectrograms = jnp.arange(60, dtype=jnp.float16).reshape(2, 5, 6)
    result = TimeMaskOperator(config, rngs=nnx.Rngs(augment=0))(Batch({"mel": spectrograms}))
    found = np.asarray(result.data["mel"])
    assert found.dtype == jnp.float16
    assert np.any(found == -80)
    np.testing.assert_array_equal(np.where(found == -80, spectrograms, found), spectrograms)


def test_a_waveform_is_refused() -> None:
    config = TimeMaskOperatorConfig(field_key="mel", time_mask_param=3)
    with pytest.raises(ContractError) as error:
        TimeMaskOperator(config, rngs=nnx.Rngs(augment=0))(Batch({"mel": jnp.zeros((2, 9))}))
    assert str(error.value) == (
        "TimeMaskOperator.transform does not fit its contract:\n"
        '  - data["mel"]: expected Float[Array, "frequency time"], got float32[9]\n'
        "  axis masks = 1, bound by random_params"
    )


def test_every_wrong_value_of_a_config_is_named() -> None:
    with pytest.raises(ConfigError) as error:
        TimeMaskOperatorConfig(
            field_key="mel",
            stochastic=False,  # type: ignore[arg-type]  # mypy finds it too
            time_mask_param=0,  # type: ignore[datarax-config]  # refused, as it should be
            p=1.5,  # type: ignore[datarax-config]  # refused, as it should be
        )
    with pytest.raises(ConfigError, match="time_mask_param: expected a number <= 2147483647"):
        TimeMaskOperatorConfig(field_key="mel", time_mask_param=2**31)  # type: ignore[datarax-config]  # refused, as it should be
    assert str(error.value) == (
        "TimeMaskOperatorConfig is refused (3):\n"
        "  - stochastic: expected True, got False\n"
        "  - time_mask_param: expected a number >= 1, got 0\n"
        "  - p: expected a number <= 1, got 1.5"
    )
