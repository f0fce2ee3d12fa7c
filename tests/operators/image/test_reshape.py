import jax.numpy as jnp
import numpy as np
import pytest
from jaxtyping import Array

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError
from datarax_typed.operators.image import ReshapeOperator, ReshapeOperatorConfig
from tests.operators.image.pictures import photo_batch
from tests.operators.trees import symbolic


def reshaped(value: Array, *shape: int) -> Array:
    operator = ReshapeOperator(ReshapeOperatorConfig(field_key="x", shape=shape))
    result: Array = operator(Batch({"x": value})).data["x"]
    return result


def test_values_stay_in_order_whatever_the_dtype() -> None:
    batch = photo_batch()
    for key in ("image", "mask"):
        value = batch.data[key]
        result = reshaped(value, 4, -1, 2)
        assert result.dtype == value.dtype
        np.testing.assert_array_equal(result, np.asarray(value).reshape(3, 4, -1, 2))


def test_a_number_becomes_a_vector_and_back() -> None:
    numbers = jnp.array([3, 5], jnp.int16)
    vectors = reshaped(numbers, 1)
    np.testing.assert_array_equal(vectors, [[3], [5]])
    np.testing.assert_array_equal(reshaped(vectors), [3, 5])


def test_it_may_write_elsewhere_and_labels_stay() -> None:
    batch = photo_batch()
    config = ReshapeOperatorConfig(
        field_key="image", target_key="flat", auxiliary_fields=["mask"], shape=(-1,)
    )
    result = ReshapeOperator(config)(batch).data
    assert result["flat"].shape == (3, 960)
    np.testing.assert_array_equal(result["image"], batch.data["image"])
    np.testing.assert_array_equal(result["mask"], batch.data["mask"])


def test_the_spec_is_known_where_symbols_can_be_divided() -> None:
    h, w = symbolic("h, w, 3").shape[:2]
    for shape, expected in (((-1,), (3 * h * w,)), ((-1, 3), (h * w, 3)), ((3, -1), (3, h * w))):
        operator = ReshapeOperator(ReshapeOperatorConfig(field_key="x", shape=shape))
        assert operator.output_spec({"x": symbolic("h, w, 3")})["x"].shape == expected


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((7, 4), "28 values"), ((-1, 4), "a multiple of 4 values"), ((), "1 values")],
)
def test_another_number_of_values_is_refused(shape: tuple[int, ...], expected: str) -> None:
    with pytest.raises(ContractError) as error:
        reshaped(jnp.zeros((2, 5, 6)), *shape)
    assert str(error.value) == (
        "ReshapeOperator cannot reshape the field:\n"
        f'  - data["x"]: expected {expected} for shape={shape}, got 30, float32[5,6]'
    )


def test_a_shape_without_sense_is_refused() -> None:
    with pytest.raises(ConfigError) as error:
        ReshapeOperatorConfig(field_key="x", shape=(0, -2))  # type: ignore[datarax-config]  # refused, as it should be
    assert str(error.value) == (
        "ReshapeOperatorConfig is refused (2):\n"
        "  - shape[0]: expected a value for which is_not_zero holds, got 0\n"
        "  - shape[1]: expected a number >= -1, got -2"
    )
    with pytest.raises(ConfigError) as error:
        ReshapeOperatorConfig(field_key="x", shape=(-1, -1))
    assert str(error.value) == (
        "ReshapeOperatorConfig is refused (1):\n"
        "  - shape: expected a value for which has_one_open_size_at_most holds, got tuple of 2"
    )
