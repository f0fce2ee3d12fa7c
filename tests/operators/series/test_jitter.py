import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from scipy import stats  # type: ignore[import-untyped]  # no stubs

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError
from datarax_typed.operators.series import JitterOperator, JitterOperatorConfig

CONFIG = JitterOperatorConfig(field_key="series", sigma=0.2)


def test_the_noise_is_gaussian_of_its_deviation() -> None:
    series = jnp.tile(jnp.arange(1000.0)[:, None] / 100, (2, 1, 3))
    result = JitterOperator(CONFIG, rngs=nnx.Rngs(augment=0))(Batch({"series": series}))
    noise = np.asarray(result.data["series"] - series, np.float64)
    for column in noise.transpose(0, 2, 1).reshape(6, 1000):
        assert stats.kstest(column / 0.2, "norm").pvalue > 0.01
    together = np.asarray(np.corrcoef(noise.transpose(0, 2, 1).reshape(6, 1000)))
    assert np.all(np.abs(together - np.eye(6)) < 0.1)


def test_no_deviation_is_no_noise_and_half_precision_stays() -> None:
    series = jnp.ones((2, 4, 3), jnp.bfloat16)
    config = JitterOperatorConfig(field_key="series", sigma=0.0)
    result = JitterOperator(config, rngs=nnx.Rngs(augment=0))(Batch({"series": series}))
    assert result.data["series"].dtype == jnp.bfloat16
    np.testing.assert_array_equal(result.data["series"], series)


def test_a_series_without_channels_is_refused() -> None:
    with pytest.raises(ContractError) as error:
        JitterOperator(CONFIG, rngs=nnx.Rngs(augment=0))(Batch({"series": jnp.zeros((2, 9))}))
    assert str(error.value) == (
        "JitterOperator.transform does not fit its contract:\n"
        '  - data["series"]: expected Float[Array, "time channels"], got float32[9]\n'
        '  - random_params: expected Float[Array, "time channels"], got float32[9]'
    )


def test_a_negative_deviation_is_refused() -> None:
    with pytest.raises(ConfigError) as error:
        JitterOperatorConfig(field_key="series", sigma=-0.1)  # type: ignore[datarax-config]  # refused, as it should be
    assert str(error.value) == (
        "JitterOperatorConfig is refused (1):\n  - sigma: expected a number >= 0, got -0.1"
    )
