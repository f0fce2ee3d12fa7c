import jax.numpy as jnp
import numpy as np
import pytest

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError, DomainError
from datarax_typed.operators.series import HeartRateOperator, HeartRateOperatorConfig

OPERATOR = HeartRateOperator(HeartRateOperatorConfig(field_key="rr_ms", target_key="bpm"))


def beats(*last: float) -> Batch:
    """Return intervals of two records; some of the second's are given."""
    calm = [800.0, 600.0, 750.0]
    return Batch({"rr_ms": jnp.array([calm, [*calm[len(last) :], *last]])}, index=jnp.array([7, 8]))


def test_a_minute_has_sixty_beats_of_a_second() -> None:
    result = OPERATOR(beats(1000.0, 200.0, 3000.0)).data
    np.testing.assert_allclose(result["bpm"][0], [75, 100, 80])
    np.testing.assert_array_equal(result["bpm"][1], [60, 300, 20])
    np.testing.assert_array_equal(result["rr_ms"], beats(1000.0, 200.0, 3000.0).data["rr_ms"])


@pytest.mark.parametrize(
    ("interval_ms", "found"),
    [
        (0.0, "80.0 to inf"),
        (-800.0, "-75.0 to 100.0"),
        (float("nan"), "nan to nan"),
        (float("inf"), "0.0 to 100.0"),
        (187.5, "80.0 to 320.0"),
        (0.75, "80.0 to 80000.0"),
    ],
)
def test_what_no_heart_does_is_refused_and_its_record_named(interval_ms: float, found: str) -> None:
    with pytest.raises(DomainError) as error:
        OPERATOR(beats(interval_ms))
    assert str(error.value) == (
        "HeartRateOperator: expected that heart rate is 20 to 300 bpm, "
        f"got values from {found} in record 8"
    )


def test_what_no_heart_does_is_not_clipped() -> None:
    with pytest.raises(ConfigError) as error:
        HeartRateOperatorConfig(
            field_key="rr_ms",
            clip_range=(20.0, 300.0),  # type: ignore[arg-type]  # refused, as it should be
        )
    assert str(error.value) == (
        "HeartRateOperatorConfig is refused (1):\n  - clip_range: expected None, got tuple of 2"
    )


def test_a_padding_row_is_no_record() -> None:
    batch = beats(0.0).replace(valid_mask=jnp.array([True, False]))
    assert OPERATOR(batch).data["bpm"][0, 0] == 75


def test_intervals_of_integers_are_refused() -> None:
    with pytest.raises(ContractError) as error:
        OPERATOR(Batch({"rr_ms": jnp.array([[800, 810]])}))
    assert str(error.value).startswith(
        "HeartRateOperator.transform does not fit its contract:\n"
        '  - data["rr_ms"]: expected Float[Array, "beats"], got int32[2]'
    )
