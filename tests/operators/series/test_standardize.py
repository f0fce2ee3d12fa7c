from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError, DomainError, StatisticsError
from datarax_typed.operators.series import (
    StandardizeOperator,
    StandardizeOperatorConfig,
    moments,
)

REFERENCES = np.load(Path(__file__).with_name("references.npz"))
FLOWERS = jnp.asarray(REFERENCES["flowers"])


def by_statistics(mean: list[float], std: list[float]) -> StandardizeOperator:
    stats = {"mean": mean, "std": std}
    return StandardizeOperator(StandardizeOperatorConfig(field_key="x", precomputed_stats=stats))


def standardised(operator: StandardizeOperator, values: list[list[float]]) -> list[list[float]]:
    found: list[list[float]] = operator(Batch({"x": jnp.asarray(values)})).data["x"].tolist()
    return found


def test_flowers_are_standardised_as_by_scikit_learn() -> None:
    config = StandardizeOperatorConfig(field_key="x", batch_stats_fn=moments)
    operator = StandardizeOperator(config)
    operator.compute_statistics(FLOWERS)
    result = operator(Batch({"x": FLOWERS})).data["x"]
    np.testing.assert_allclose(result, REFERENCES["standardised"], atol=1e-5)
    # The same of any further axes.
    series = operator(Batch({"x": FLOWERS.reshape(5, 3, 2, 4)})).data["x"]
    np.testing.assert_array_equal(series.reshape(30, 4), result)


def test_a_constant_feature_is_divided_by_one() -> None:
    operator = by_statistics([0.1, 2.0], [0.0, 4.0])
    assert standardised(operator, [[0.1, 4.0], [3.1, 2.0]]) == [[0, 0.5], [3, 0]]


def test_a_deviation_up_to_epsilon_is_that_of_a_constant() -> None:
    stats = {"mean": [1.0], "std": [0.5]}
    config = StandardizeOperatorConfig(field_key="x", precomputed_stats=stats, epsilon=0.5)
    assert standardised(StandardizeOperator(config), [[3.0], [0.0]]) == [[2], [-1]]


@pytest.mark.parametrize("std", [-1.0, float("nan")])
def test_a_deviation_that_is_none_is_refused(std: float) -> None:
    with pytest.raises(DomainError) as error:
        standardised(by_statistics([0.0], [std]), [[1.0], [2.0]])
    assert str(error.value) == (
        "StandardizeOperator: expected that the standardised value is finite, "
        "got values from nan to nan in record 0"
    )


def test_a_small_deviation_is_none_of_half_precision() -> None:
    values = jnp.array([[1e-7], [-3e-7]], jnp.float16)
    result = by_statistics([0.0], [2e-8])(Batch({"x": values})).data["x"]
    assert result.dtype == jnp.float16
    np.testing.assert_allclose(result, np.asarray(values, np.float32) / 2e-8, rtol=1e-2)


def test_scale_and_bias_are_learned() -> None:
    config = StandardizeOperatorConfig(
        field_key="x",
        precomputed_stats={"mean": [1.0, 0.0], "std": [2.0, 1.0]},
        learnable=True,
        num_features=2,
    )
    operator = StandardizeOperator(config)
    assert standardised(operator, [[3.0, 5.0]]) == [[1, 5]]
    assert operator.scale is not None
    assert operator.bias is not None
    operator.scale[...], operator.bias[...] = jnp.array([10.0, 1.0]), jnp.array([0.5, 0.0])
    assert standardised(operator, [[3.0, 5.0]]) == [[10.5, 5]]
    with pytest.raises(ContractError) as error:
        operator(Batch({"x": FLOWERS}), {"mean": jnp.zeros(4), "std": jnp.ones(4)})
    assert str(error.value) == (
        "StandardizeOperator cannot standardise the value:\n"
        '  - data["x"]: expected num_features=2 on the last axis, got 4'
    )


def test_without_statistics_it_says_how_to_compute_them() -> None:
    operator = StandardizeOperator(StandardizeOperatorConfig(field_key="x", batch_stats_fn=moments))
    with pytest.raises(StatisticsError) as error:
        operator(Batch({"x": FLOWERS}))
    assert str(error.value) == (
        "StandardizeOperator: expected statistics in force, got none; call "
        "compute_statistics(values) with batch_stats_fn=moments, or give precomputed_stats"
    )


def test_other_features_than_those_of_the_statistics_are_refused() -> None:
    with pytest.raises(ContractError) as error:
        by_statistics([0.0, 0.0], [1.0, 1.0])(Batch({"x": FLOWERS}))
    assert str(error.value) == (
        "StandardizeOperator.transform does not fit its contract:\n"
        '  - stats["mean"]: expected Float[Array, "features"], got float32[2]\n'
        '  - stats["std"]: expected Float[Array, "features"], got float32[2]\n'
        '  axis features = 4, bound by data["x"]\n'
        '  axis *dims = (), bound by data["x"]'
    )


def test_other_statistics_are_refused() -> None:
    stats = {"mean": [0.0]}
    config = StandardizeOperatorConfig(field_key="x", precomputed_stats=stats)
    with pytest.raises(ContractError) as error:
        StandardizeOperator(config)(Batch({"x": jnp.zeros((2, 1))}))
    assert str(error.value) == (
        "StandardizeOperator.transform does not fit its contract:\n"
        "  - stats: expected the key 'std' of Moments, got no such key; available: 'mean'\n"
        '  axis features = 1, bound by data["x"]\n'
        '  axis *dims = (), bound by data["x"]'
    )


def test_learning_needs_the_number_of_features() -> None:
    with pytest.raises(ConfigError) as error:
        StandardizeOperatorConfig(field_key="x", learnable=True)  # type: ignore[datarax-config]  # refused, as it should be
    assert str(error.value) == (
        "StandardizeOperatorConfig is refused (1):\n"
        "  - num_features: expected a value, since learnable=True, got None; "
        "give num_features, or leave out learnable"
    )
