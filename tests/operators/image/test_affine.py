import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jaxtyping import Array
from scipy import ndimage  # type: ignore[import-untyped]  # no stubs

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError
from datarax_typed.operators.image import (
    AffineOperator,
    AffineOperatorConfig,
    RotationOperator,
    RotationOperatorConfig,
)
from tests.operators.image.geometry_references import LABELS, check_reference
from tests.operators.image.pictures import photo_batch, photos


def test_it_agrees_with_torchvision() -> None:
    config = AffineOperatorConfig(
        field_key="image",
        auxiliary_fields=LABELS,
        angle_degrees=25.0,
        translate_x=2 / 20,
        translate_y=-1 / 16,
        scale=1.3,
        shear_x_degrees=12.0,
        shear_y_degrees=-7.0,
    )
    check_reference(AffineOperator(config), "affine")


def test_it_agrees_with_scipy_about_the_fill() -> None:
    image = photos()[1]
    config = AffineOperatorConfig(
        field_key="image", translate_x=0.13, scale=0.5, shear_x_degrees=45.0, fill=0.4
    )
    result = AffineOperator(config)(Batch({"image": image[None]})).data["image"][0]
    # Upright lines lean to the right at the top by half a right angle, then all is halved.
    matrix = np.array([[2.0, 0.0], [2.0, 2.0]])
    centre = (np.array(image.shape[:2]) - 1) / 2
    offset = centre - matrix @ (centre + np.array([0.0, 0.13 * 20]))
    for channel in range(3):
        plane = np.asarray(image[..., channel])
        expected = ndimage.affine_transform(
            plane, matrix, offset, order=1, mode="grid-constant", cval=0.4
        )
        np.testing.assert_allclose(result[..., channel], expected, atol=1e-5)


def test_by_default_nothing_changes() -> None:
    batch = photo_batch()
    config = AffineOperatorConfig(field_key="image", auxiliary_fields=["mask"])
    result = AffineOperator(config)(batch).data
    np.testing.assert_array_equal(result["image"], batch.data["image"])
    np.testing.assert_array_equal(result["mask"], batch.data["mask"])


def test_its_angle_is_clockwise() -> None:
    batch = photo_batch()
    affine = AffineOperatorConfig(field_key="image", auxiliary_fields=LABELS, angle_degrees=20.0)
    turn = RotationOperatorConfig(field_key="image", auxiliary_fields=LABELS, angle_degrees=-20.0)
    expected = RotationOperator(turn)(batch).data
    result = AffineOperator(affine)(batch).data
    np.testing.assert_allclose(result["image"], expected["image"], atol=1e-5)
    np.testing.assert_allclose(result["boxes"], expected["boxes"], atol=1e-5)


def test_a_range_that_is_none_leaves_the_number() -> None:
    image, box = jnp.zeros((300, 16, 16, 1)), jnp.tile(jnp.array([7.0, 7, 9, 9]), (300, 1))
    config = AffineOperatorConfig(
        field_key="image",
        auxiliary_fields=["boxes"],
        stochastic=True,
        stream_name="augment",
        angle_degrees_range=None,
        translate_x_range=(-0.25, 0.25),
        translate_y=0.25,
    )
    operator = AffineOperator(config, rngs=nnx.Rngs(augment=0))
    boxes = np.asarray(operator(Batch({"image": image, "boxes": box})).data["boxes"])
    np.testing.assert_allclose(boxes[:, [1, 3]], [[11, 13]] * 300, atol=1e-5)
    ways = (boxes[:, 0] - 7) / 16
    assert len(set(ways.tolist())) > 280
    assert -0.25 <= ways.min() < -0.24
    assert 0.24 < ways.max() <= 0.25


def test_what_is_learned() -> None:
    config = AffineOperatorConfig(
        field_key="image",
        learnable=True,
        stochastic=True,
        stream_name="augment",
        scale_range=(0.5, 2.0),
        shear_y_degrees=3.0,
    )
    operator = AffineOperator(config, rngs=nnx.Rngs(augment=0))
    assert operator.scale.learned is not None
    assert operator.shear_y_degrees.learned is not None
    np.testing.assert_array_equal(operator.scale.learned[...], [0.5, 2.0])
    assert operator.shear_y_degrees.learned[...] == 3.0
    assert AffineOperator(AffineOperatorConfig(field_key="image")).scale.learned is None


def test_a_config_out_of_range_is_refused() -> None:
    with pytest.raises(ConfigError) as error:
        AffineOperatorConfig(
            field_key="image",
            scale=0.0,  # type: ignore[datarax-config]  # refused, as it should be
            shear_x_degrees=90.0,  # type: ignore[datarax-config]  # refused, as it should be
            translate_y_range=(0.5, -0.5),  # type: ignore[datarax-config]  # refused, as it should be
        )
    assert str(error.value) == (
        "AffineOperatorConfig is refused (3):\n"
        "  - scale: expected a number > 0, got 0.0\n"
        "  - shear_x_degrees: expected a number < 90, got 90.0\n"
        "  - translate_y_range: expected strictly increasing numbers, got (0.5, -0.5); "
        "put the smaller number first"
    )


def test_a_scale_that_is_learned_to_be_nothing_has_finite_results_and_gradients() -> None:
    def total(scale: Array) -> Array:
        operator = AffineOperator(AffineOperatorConfig(field_key="image", learnable=True))
        operator.scale.learned = nnx.Param(scale)
        return jnp.sum(operator.apply({"image": jnp.ones((4, 4, 1))}, {}, None)[0]["image"])

    value, gradient = jax.value_and_grad(total)(jnp.float32(0))
    assert bool(jnp.isfinite(value))
    assert bool(jnp.isfinite(gradient))
