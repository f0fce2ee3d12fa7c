import jax
import numpy as np
import pytest
from jax.scipy.special import betainc

from datarax_typed.operators.batch.beta import symmetric_beta


@pytest.mark.parametrize("alpha", [0.2, 1.0, 8.0])
def test_shares_are_distributed_as_beta(alpha: float) -> None:
    keys = jax.random.split(jax.random.key(0), 4000)
    shares = np.sort(jax.vmap(lambda key: symmetric_beta(key, alpha))(keys))
    # As the test of Kolmogorov and Smirnov asks of one in twenty.
    expected = betainc(np.float32(alpha), np.float32(alpha), shares)
    np.testing.assert_allclose(np.arange(4000) / 4000, expected, atol=1.36 / 4000**0.5)
    np.testing.assert_allclose(shares.var(), 1 / (4 * (2 * alpha + 1)), rtol=0.06)


@pytest.mark.parametrize("alpha", [1e-6, 1e4])
def test_shares_at_the_ends_are_numbers(alpha: float) -> None:
    keys = jax.random.split(jax.random.key(1), 1000)
    shares = np.asarray(jax.vmap(lambda key: symmetric_beta(key, alpha))(keys))
    assert np.all((shares >= 0) & (shares <= 1))
    spread = 0.5 if alpha < 1 else 0.0
    np.testing.assert_allclose(shares.std(), spread, atol=0.01)
