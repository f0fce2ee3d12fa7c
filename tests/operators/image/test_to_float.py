import jax.numpy as jnp
import numpy as np
import pytest

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ContractError
from datarax_typed.operators.image import ToFloatOperator, ToFloatOperatorConfig
from datarax_typed.protocols import PyTree
from tests.operators.image.colour_references import reference, result_of
from tests.operators.trees import symbolic

TO_FLOAT = ToFloatOperator(ToFloatOperatorConfig(field_key="image"))


def converted(values: list[float], dtype: PyTree) -> list[float]:
    image = jnp.asarray(values, dtype).reshape(1, 1, -1, 1)
    result = TO_FLOAT(Batch({"image": image})).data["image"]
    assert result.dtype == jnp.float32
    found: list[float] = result.ravel().tolist()
    return found


@pytest.mark.parametrize(
    ("dtype", "values", "expected"),
    [
        (jnp.uint8, [0, 51, 255], [0, 51 / 255, 1]),
        (jnp.uint16, [0, 65535], [0, 1]),
        (jnp.int16, [-32767, 32767], [-1, 1]),
        (jnp.int32, [0, 2**31 - 1], [0, 1]),
        (jnp.bool_, [0, 1], [0, 1]),
        (jnp.float32, [0.25, 7], [0.25, 7]),
        (jnp.float16, [0.25, 7], [0.25, 7]),
    ],
)
def test_integers_are_scaled_and_floats_are_not(
    dtype: PyTree, values: list[float], expected: list[float]
) -> None:
    np.testing.assert_allclose(converted(values, dtype), expected, rtol=1e-6)


def test_the_spec_is_known_for_every_size() -> None:
    image = symbolic("h, w, 3", jnp.uint8)
    result = TO_FLOAT.output_spec({"image": image})["image"]
    assert (result.shape, result.dtype) == (image.shape, jnp.float32)


def test_the_largest_value_becomes_one_exactly() -> None:
    assert converted([255], jnp.uint8) == [1.0]


def test_values_are_those_of_torchvision() -> None:
    result = result_of(TO_FLOAT, source="photo")
    np.testing.assert_allclose(result, reference("to_float"), rtol=1e-6)


def test_an_image_without_channels_is_refused() -> None:
    with pytest.raises(ContractError) as error:
        TO_FLOAT(Batch({"image": jnp.zeros((2, 5, 6), jnp.uint8)}))
    assert str(error.value) == (
        "ToFloatOperator.transform does not fit its contract:\n"
        '  - data["image"]: expected Bool[Array, "h w c"] | Real[Array, "h w c"], got uint8[5,6]'
    )
