import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jaxtyping import Array
from scipy import ndimage  # type: ignore[import-untyped]  # no stubs

from datarax_typed.core.element_batch import Batch
from datarax_typed.core.modality import ModalityOperatorConfig
from datarax_typed.errors import ConfigError, ContractError
from datarax_typed.operators.image import LearnedImageOperator
from tests.operators.image.pictures import photos
from tests.operators.trees import symbolic

CONFIG = ModalityOperatorConfig(field_key="image")
MOVING = ModalityOperatorConfig(field_key="image", auxiliary_fields=["mask", "boxes"])


def test_it_starts_with_the_scale_and_the_angle_it_is_given() -> None:
    plain = LearnedImageOperator(CONFIG, rngs=nnx.Rngs(0))
    given = LearnedImageOperator(CONFIG, crop_scale=0.5, rotation_angle_radians=-0.2)
    for operator, scale, angle in ((plain, 0.8, 0.1), (given, 0.5, -0.2)):
        assert isinstance(operator.crop_scale, nnx.Param)
        assert operator.crop_scale[...] == jnp.float32(scale)
        assert operator.rotation_angle[...] == jnp.float32(angle)


def test_it_agrees_with_scipy_on_a_photograph() -> None:
    picture = photos()[1]
    operator = LearnedImageOperator(CONFIG, crop_scale=0.7, rotation_angle_radians=0.6)
    result = operator(Batch({"image": picture[None]})).data["image"][0]
    cos, sin = 0.7 * math.cos(0.6), 0.7 * math.sin(0.6)
    matrix = np.array([[cos, sin], [-sin, cos]])
    centre = (np.array(picture.shape[:2]) - 1) / 2
    for channel in range(3):
        expected = ndimage.affine_transform(
            np.asarray(picture[..., channel]),
            matrix,
            offset=centre - matrix @ centre,
            order=1,
            mode="grid-constant",
        )
        np.testing.assert_allclose(result[..., channel], expected, atol=1e-5)


def test_gradients_are_those_of_finite_differences() -> None:
    # A smooth picture: bilinear sampling has kinks, which differences would step over.
    y, x = jnp.meshgrid(jnp.linspace(-2, 2, 32), jnp.linspace(-2, 2, 32), indexing="ij")
    image = (jnp.sin(1.3 * x + 0.4) * jnp.cos(y - 0.3))[..., None]

    @jax.jit
    def loss(scale: Array, angle: Array) -> Array:
        operator = LearnedImageOperator(CONFIG)
        operator.crop_scale[...], operator.rotation_angle[...] = scale, angle
        data, _, _ = operator.apply({"image": image}, {}, None)
        return jnp.mean(data["image"] * image)

    start = (jnp.float32(0.6), jnp.float32(0.2))
    gradients = jax.grad(loss, argnums=(0, 1))(*start)
    step = jnp.float32(0.02)
    by_scale = (loss(start[0] + step, start[1]) - loss(start[0] - step, start[1])) / (2 * step)
    by_angle = (loss(start[0], start[1] + step) - loss(start[0], start[1] - step)) / (2 * step)
    np.testing.assert_allclose(gradients, (by_scale, by_angle), rtol=0.02)


def test_masks_and_boxes_move_along() -> None:
    image = jnp.zeros((1, 8, 8, 1)).at[0, 3:5, 3:5].set(1.0)
    batch = Batch(
        {"image": image, "mask": image[..., 0] > 0.5, "boxes": jnp.array([[[3.0, 3.0, 5.0, 5.0]]])}
    )
    operator = LearnedImageOperator(MOVING, crop_scale=0.5, rotation_angle_radians=0.0)
    result = operator(batch).data
    expected = np.zeros((8, 8), bool)
    expected[2:6, 2:6] = True
    np.testing.assert_array_equal(result["mask"][0], expected)
    np.testing.assert_array_equal(result["image"][0, ..., 0] > 0.5, expected)
    np.testing.assert_allclose(result["boxes"][0], [[2, 2, 6, 6]], atol=1e-5)


def test_a_copy_keeps_what_was_learned() -> None:
    operator = LearnedImageOperator(CONFIG, crop_scale=0.5)
    operator.rotation_angle[...] = jnp.float32(0.7)
    copy = operator.copy(name="copy")
    assert copy.crop_scale[...] == 0.5
    assert copy.rotation_angle[...] == jnp.float32(0.7)


def test_the_spec_is_known_for_every_size() -> None:
    image = symbolic("h, w, c")
    assert LearnedImageOperator(CONFIG).output_spec({"image": image}) == {"image": image}


def test_an_image_of_integers_is_refused_with_the_mend() -> None:
    with pytest.raises(ContractError) as error:
        LearnedImageOperator(CONFIG)(Batch({"image": jnp.zeros((2, 5, 6, 3), jnp.uint8)}))
    assert str(error.value) == (
        "LearnedImageOperator.transform does not fit its contract:\n"
        '  - data["image"]: expected Float[Array, "h w c"], got uint8[5,6,3]; '
        "convert it first, for example with ToFloatOperator"
    )


def test_a_scale_that_is_not_positive_is_refused() -> None:
    with pytest.raises(ConfigError) as error:
        LearnedImageOperator(CONFIG, crop_scale=0.0)
    assert str(error.value) == (
        "LearnedImageOperator cannot be made:\n  - crop_scale: expected a number > 0, got 0.0"
    )


def test_everything_that_cannot_be_is_refused_at_once() -> None:
    random = ModalityOperatorConfig(field_key="image", stochastic=True, stream_name="augment")
    with pytest.raises(ConfigError) as caught:
        LearnedImageOperator(
            random,  # type: ignore[datarax-operator]  # refused, as it should be
            rngs=nnx.Rngs(augment=0),
            crop_scale=float("inf"),
            rotation_angle_radians=float("nan"),
        )
    assert str(caught.value) == (
        "LearnedImageOperator cannot be made:\n"
        "  - config: expected stochastic=False, since nothing is random, got stochastic=True; "
        "leave stochastic out\n"
        "  - crop_scale: expected a number < inf, got inf\n"
        "  - rotation_angle_radians: expected a number > -inf and a number < inf, got nan"
    )
