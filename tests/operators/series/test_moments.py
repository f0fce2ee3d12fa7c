from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

from datarax_typed.errors import StatisticsError
from datarax_typed.operators.series import moments

REFERENCES = np.load(Path(__file__).with_name("references.npz"))


def test_moments_are_those_of_scikit_learn() -> None:
    found = moments(REFERENCES["flowers"])
    np.testing.assert_allclose(found["mean"], REFERENCES["mean"], rtol=1e-6)
    np.testing.assert_allclose(found["std"], REFERENCES["std"], rtol=1e-5)


def test_all_axes_but_the_last_are_gone_through() -> None:
    flowers = REFERENCES["flowers"]
    table, series = moments(flowers), moments(jnp.asarray(flowers).reshape(5, 6, 4))
    for key in ("mean", "std"):
        np.testing.assert_array_equal(series[key], table[key])


def test_a_constant_feature_does_not_vary() -> None:
    # Numbers that single precision cannot add up without rounding.
    values = np.full((1000, 2), [0.1, 1e7 + 1], np.float32)
    found = moments(values)
    np.testing.assert_array_equal(found["mean"], values[0])
    np.testing.assert_array_equal(found["std"], [0, 0])


def test_integers_and_half_precision_are_computed_in_single() -> None:
    for dtype in (jnp.int32, jnp.float16):
        found = moments(jnp.array([[60_000], [60_004]]).astype(dtype))
        assert found["std"].dtype == jnp.float32
        assert found["mean"].shape == (1,)
    assert moments(jnp.array([[60_000], [60_004]], jnp.int32))["std"] == 2


def test_no_data_is_refused() -> None:
    with pytest.raises(StatisticsError) as error:
        moments(np.zeros((0, 3)))
    assert str(error.value) == "moments: expected values, features last, got shape [0,3]"
