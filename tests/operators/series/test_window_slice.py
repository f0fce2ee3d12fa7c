import jax.numpy as jnp
import numpy as np
import pytest

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ContractError
from tests.operators.series.cases import window_slice
from tests.operators.trees import symbolic


def steps(time: int, rows: int = 2) -> Batch:
    """Return series that count their steps, in two channels, and labels that do."""
    count = jnp.tile(jnp.arange(time, dtype=jnp.int32), (rows, 1))
    series = jnp.stack([count, 10 * count], axis=-1).astype(jnp.float32)
    return Batch({"series": series, "labels": count})


@pytest.mark.parametrize(("time", "first"), [(3, 0), (4, 0), (5, 1), (6, 1), (9, 3)])
def test_the_window_lies_in_the_middle(time: int, first: int) -> None:
    result = window_slice(3)(steps(time)).data["series"]
    np.testing.assert_array_equal(result, steps(time).data["series"][:, first : first + 3])


def test_a_random_window_lies_anywhere_and_labels_with_it() -> None:
    operator = window_slice(3, stochastic=True, auxiliary_fields=["labels"])
    result = operator(steps(7, rows=400)).data
    np.testing.assert_array_equal(result["series"][..., 0], result["labels"])
    np.testing.assert_array_equal(result["series"][..., 1], 10 * result["labels"])
    np.testing.assert_array_equal(np.diff(result["labels"], axis=1), np.ones((400, 2)))
    assert result["labels"].dtype == jnp.int32
    starts = np.bincount(result["labels"][:, 0]) / 400
    np.testing.assert_allclose(starts, [0.2] * 5, atol=0.06)


def test_a_series_may_be_of_truth_values() -> None:
    series = steps(7).data["series"] > 3
    result = window_slice(3)(Batch({"series": series})).data["series"]
    np.testing.assert_array_equal(result, series[:, 2:5])
    assert result.dtype == jnp.bool_


def test_the_length_is_known_whatever_the_series() -> None:
    found = window_slice(3).output_spec({"series": symbolic("time, channels", jnp.int32)})
    assert found == {"series": symbolic("3, channels", jnp.int32)}


@pytest.mark.parametrize("stochastic", [False, True])
def test_a_series_that_is_too_short_is_refused(stochastic: bool) -> None:
    with pytest.raises(ContractError) as error:
        window_slice(8, stochastic=stochastic)(steps(7))
    assert str(error.value) == (
        "WindowSliceOperator cannot cut the window:\n"
        '  - data["series"]: expected size=8 steps or more, got 7; pad it, or give a smaller size'
    )


def test_what_has_another_time_is_refused() -> None:
    batch = Batch({"series": jnp.zeros((2, 7, 3)), "labels": jnp.zeros((2, 6))})
    with pytest.raises(ContractError) as error:
        window_slice(3, auxiliary_fields=["labels"])(batch)
    assert str(error.value) == (
        "WindowSliceOperator cannot cut the window:\n"
        '  - data["labels"]: expected a leading axis of 7 as the series\' time, got float32[6]; '
        "leave it out of auxiliary_fields if it is not cut with the series"
    )
