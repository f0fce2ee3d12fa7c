import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError, DomainError
from datarax_typed.operators.batch import BatchNormOperator, BatchNormOperatorConfig
from datarax_typed.protocols import PyTree
from tests.operators.batch.photos import photo_batch, rows
from tests.operators.trees import assert_same


def operator(*, learnable: bool = False, target_key: str | None = None) -> BatchNormOperator:
    config = BatchNormOperatorConfig(
        field_key="image", target_key=target_key, learnable=learnable, num_features=3
    )
    return BatchNormOperator(config)


def test_it_is_the_batch_norm_of_flax() -> None:
    batch, made = photo_batch(), operator(learnable=True)
    reference = nnx.BatchNorm(3, epsilon=1e-5, use_fast_variance=False, rngs=nnx.Rngs(0))
    assert made.scale is not None
    assert made.bias is not None
    for number, variable in enumerate((made.scale, made.bias)):
        variable[...] = jnp.array([0.5, -2.0, 3.0]) + number
    reference.scale = nnx.Param(made.scale[...])
    reference.bias = nnx.Param(made.bias[...])
    expected = reference(batch.data["image"])
    np.testing.assert_allclose(made(batch).data["image"], expected, rtol=1e-4, atol=1e-4)


def test_features_have_mean_zero_and_variance_one() -> None:
    result = np.asarray(operator()(photo_batch()).data["image"])
    np.testing.assert_allclose(result.mean((0, 1, 2)), np.zeros(3), atol=1e-5)
    np.testing.assert_allclose(result.var((0, 1, 2)), np.ones(3), rtol=1e-3)


def test_a_small_variance_far_from_zero_is_not_lost() -> None:
    values = 1000 + jnp.linspace(-0.1, 0.1, 16).reshape(4, 4)
    batch = Batch({"image": jnp.stack([values] * 3, axis=-1)})
    exact = np.asarray(batch.data["image"], np.float64)
    expected = (exact - exact.mean((0, 1))) / np.sqrt(exact.var((0, 1)) + 1e-5)
    np.testing.assert_allclose(operator()(batch).data["image"], expected, atol=1e-2)


def test_padding_is_left_out_and_stays() -> None:
    batch = photo_batch()
    padded = rows(batch, [3, 0, 1], [True, False, True])
    ruined = padded.data["image"].at[1].set(jnp.nan)
    padded = padded.replace(data={**padded.data, "image": ruined})
    made = operator(learnable=True, target_key="normal")
    result = made(padded).data
    alone = made(rows(batch, [3, 1])).data["normal"]
    np.testing.assert_allclose(result["normal"][jnp.array([0, 2])], alone, rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(result["normal"][1], ruined[1])
    np.testing.assert_array_equal(result["image"], ruined)

    def total(op: BatchNormOperator) -> jax.Array:
        return jnp.sum(jnp.where(padded.valid_mask[:, None], op(padded).data["normal"][:, 0, 0], 0))

    gradients: PyTree = nnx.grad(total)(made)
    assert all(np.all(np.isfinite(leaf)) for leaf in jax.tree.leaves(gradients))


def test_one_record_of_vectors_becomes_the_bias_and_none_stays() -> None:
    batch = Batch({"image": jnp.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])})
    made = operator(learnable=True)
    assert made.bias is not None
    made.bias[...] = jnp.array([7.0, 8.0, 9.0])
    one = made(batch.replace(valid_mask=jnp.array([True, False]))).data["image"]
    np.testing.assert_array_equal(one, [[7.0, 8.0, 9.0], [4.0, 5.0, 6.0]])
    none = made(batch.replace(valid_mask=jnp.array([False, False]))).data["image"]
    np.testing.assert_array_equal(none, batch.data["image"])


def test_statistics_stand_in_for_those_of_the_batch() -> None:
    batch, made = photo_batch(), operator()
    given: PyTree = {"mean": jnp.array([0.1, 0.2, 0.3]), "var": jnp.array([4.0, 1.0, 0.25])}
    expected = (batch.data["image"] - jnp.array([[[[0.1, 0.2, 0.3]]]])) / jnp.array(
        [[[[2.0, 1.0, 0.5]]]]
    )
    called = made(batch, stats=given).data["image"]
    np.testing.assert_allclose(called, expected, rtol=1e-4, atol=1e-5)
    made.set_statistics(given)
    assert_same(called, made(batch).data["image"])
    element, _, _ = made.apply(batch[1].data, {}, None, None, given)
    np.testing.assert_allclose(element["image"], expected[1], rtol=1e-4, atol=1e-5)
    made.reset_statistics()
    assert_same(operator()(batch).data["image"], made(batch).data["image"])


def test_half_precision_stays_and_is_computed_in_single() -> None:
    image = photo_batch().data["image"]
    half = operator()(Batch({"image": 200 * image.astype(jnp.float16)})).data["image"]
    assert half.dtype == jnp.float16
    single = operator()(Batch({"image": 200 * image})).data["image"]
    np.testing.assert_allclose(half, single, atol=1e-2)


def test_an_image_of_integers_is_refused() -> None:
    with pytest.raises(ContractError) as error:
        operator()(Batch({"image": jnp.ones((2, 4, 4, 3), jnp.uint8)}))
    assert str(error.value) == (
        "BatchNormOperator.transform does not fit its contract:\n"
        '  - data["image"]: expected Float[Array, "*dims features"], got uint8[4,4,3]; '
        "convert it first, for example with ToFloatOperator\n"
        '  axis features = 3, bound by stats["mean"]'
    )


def test_another_number_of_features_is_refused() -> None:
    with pytest.raises(ContractError) as error:
        operator(learnable=True)(Batch({"image": jnp.ones((2, 4, 1))}))
    assert str(error.value) == (
        "BatchNormOperator cannot normalise the field:\n"
        '  - data["image"]: expected a last axis of 3, as num_features, got float32[4,1]'
    )


def test_learned_ones_need_their_number() -> None:
    with pytest.raises(ConfigError) as error:
        BatchNormOperatorConfig(field_key="image", learnable=True)  # type: ignore[datarax-config]  # refused, as it should be
    assert str(error.value) == (
        "BatchNormOperatorConfig is refused (1):\n"
        "  - num_features: expected a value, since learnable=True, got None; "
        "give num_features, or leave out learnable"
    )


def test_a_variance_below_zero_is_refused() -> None:
    operator = BatchNormOperator(BatchNormOperatorConfig(field_key="x"))
    moments: PyTree = {"mean": jnp.zeros(2), "var": jnp.asarray([1.0, -1.0])}
    with pytest.raises(DomainError, match="expected that the normalised value is finite"):
        operator(Batch({"x": jnp.ones((1, 2))}), moments)
