import dm_pix
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError
from datarax_typed.operators.image import ContrastOperator, ContrastOperatorConfig
from tests.operators.image.colour_references import reference
from tests.operators.image.pictures import photos
from tests.operators.trees import symbolic

RANDOM = ContrastOperatorConfig(field_key="image", stochastic=True, stream_name="augment")


def contrasted(factor: float) -> ContrastOperator:
    return ContrastOperator(
        ContrastOperatorConfig(field_key="image", factor=factor, clip_range=None)
    )


def test_values_move_away_from_their_channels_mean() -> None:
    images = photos()
    result = contrasted(1.5)(Batch({"image": images})).data["image"]
    mean = np.mean(np.asarray(images), axis=(1, 2), keepdims=True, dtype=np.float64)
    np.testing.assert_allclose(result, mean + 1.5 * (images - mean), atol=1e-6)
    np.testing.assert_allclose(result[1], dm_pix.adjust_contrast(images[1], 1.5), atol=1e-6)


def test_the_contrast_of_one_channel_is_that_of_torchvision() -> None:
    config = ContrastOperatorConfig(field_key="image", factor=1.7)
    image = jnp.asarray(reference("to_float"))[None, ..., :1]
    result = ContrastOperator(config)(Batch({"image": image})).data["image"]
    np.testing.assert_allclose(result[0], reference("contrast"), atol=1e-6)


def test_factor_0_leaves_the_mean_and_1_the_image() -> None:
    images = photos()
    flat = contrasted(0.0)(Batch({"image": images})).data["image"]
    same = contrasted(1.0)(Batch({"image": images})).data["image"]
    np.testing.assert_allclose(np.ptp(flat, axis=(1, 2)), 0, atol=1e-7)
    np.testing.assert_allclose(same, images, atol=1e-6)


def test_results_are_clipped_unless_the_config_says_otherwise() -> None:
    config = ContrastOperatorConfig(field_key="image", factor=5.0)
    result = ContrastOperator(config)(Batch({"image": photos()})).data["image"]
    assert (result.min(), result.max()) == (0.0, 1.0)


def test_each_record_has_its_own_factor_within_the_range() -> None:
    images = jnp.tile(jnp.array([0.25, 0.75]).reshape(1, 1, 2, 1), (500, 1, 1, 1))
    operator = ContrastOperator(RANDOM, rngs=nnx.Rngs(augment=3))
    result = np.asarray(operator(Batch({"image": images})).data["image"])
    factors = (result[:, 0, 1, 0] - result[:, 0, 0, 0]) / 0.5
    assert len(set(factors.tolist())) > 490
    assert 0.8 <= factors.min() < 0.81
    assert 1.19 < factors.max() <= 1.2


def test_the_spec_is_known_for_every_size() -> None:
    image = symbolic("h, w, c")
    operator = ContrastOperator(RANDOM, rngs=nnx.Rngs(augment=0))
    assert operator.output_spec({"image": image}) == {"image": image}


def test_an_image_of_integers_is_refused_with_the_mend() -> None:
    with pytest.raises(ContractError) as error:
        contrasted(2.0)(Batch({"image": jnp.zeros((2, 5, 6, 3), jnp.int32)}))
    assert str(error.value) == (
        "ContrastOperator.transform does not fit its contract:\n"
        '  - data["image"]: expected Float[Array, "h w c"], got int32[5,6,3]; '
        "convert it first, for example with ToFloatOperator"
    )


def test_negative_factors_are_refused() -> None:
    with pytest.raises(ConfigError) as error:
        ContrastOperatorConfig(field_key="image", factor=-1.0, factor_range=(-0.5, 0.5))  # type: ignore[datarax-config]  # refused, as it should be
    assert str(error.value) == (
        "ContrastOperatorConfig is refused (2):\n"
        "  - factor: expected a number >= 0, got -1.0\n"
        "  - factor_range[0]: expected a number >= 0, got -0.5"
    )
