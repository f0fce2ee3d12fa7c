import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxtyping import Array, Num

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import DomainError
from datarax_typed.operators.series import (
    LogCountsPerMillionOperator,
    LogCountsPerMillionOperatorConfig,
)

OPERATOR = LogCountsPerMillionOperator(LogCountsPerMillionOperatorConfig(field_key="counts"))


def expression(counts: Num[Array, "batch genes"]) -> Array:
    result: Array = OPERATOR(Batch({"counts": counts}, index=jnp.array([7, 8]))).data["counts"]
    return result


def test_counts_become_logarithms_of_their_share_in_a_million() -> None:
    counts = np.array([[0, 1, 999_999, 0], [30_000, 10_000, 0, 60_000]])
    found = expression(jnp.asarray(counts, jnp.int32))
    expected = np.log1p(counts / counts.sum(axis=1, keepdims=True) * 1e6)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert found.dtype == jnp.float32


def test_another_depth_of_sequencing_changes_nothing() -> None:
    counts = jnp.array([[5, 0, 15], [500, 0, 1500]], jnp.uint16)
    shallow, deep = expression(counts)
    np.testing.assert_allclose(shallow, deep, rtol=1e-6)


def test_the_sum_may_be_more_than_the_dtype_holds() -> None:
    for dtype in (jnp.int16, jnp.float16):
        found = expression(jnp.full((2, 4), 30_000, dtype))
        np.testing.assert_allclose(np.asarray(found, np.float32), np.log1p(250_000), rtol=1e-3)
        assert found.dtype == (jnp.float16 if dtype == jnp.float16 else jnp.float32)


def test_the_target_sum_may_be_another() -> None:
    config = LogCountsPerMillionOperatorConfig(field_key="counts", target_sum=10_000.0)
    result = LogCountsPerMillionOperator(config)(Batch({"counts": jnp.array([[1.0, 3.0]])}))
    np.testing.assert_allclose(np.expm1(result.data["counts"]), [[2500, 7500]], rtol=1e-5)


@pytest.mark.parametrize(
    "counts",
    [[0.0, 0.0], [-1.0, 5.0], [-5.0, -5.0], [float("nan"), 5.0], [float("inf"), 5.0]],
)
def test_what_are_no_counts_is_refused_and_its_record_named(counts: list[float]) -> None:
    with pytest.raises(DomainError) as error:
        expression(jnp.array([[3.0, 4.0], counts]))
    assert str(error.value) == (
        "LogCountsPerMillionOperator: expected that expression is finite and not negative, of "
        "counts that are neither negative nor all 0, got values from nan to nan in record 8"
    )


def test_gradients_are_finite_without_any_counts() -> None:
    jacobian = jax.jit(jax.jacobian(OPERATOR.transform))
    for counts in ([0.0, 0.0], [0.0, 2.0]):
        assert np.all(np.isfinite(jacobian(jnp.array(counts))))
