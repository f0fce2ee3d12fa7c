import jax
import jax.numpy as jnp
import numpy as np
import pytest

from datarax_typed.operators.image.geometry import View, flip, pick, warp_image, warp_mask
from datarax_typed.protocols import PyTree
from tests.operators.image.pictures import photos

# Compiled as one program each: every operation alone would be compiled too.
image_seen = jax.jit(warp_image, static_argnums=2)
mask_seen = jax.jit(warp_mask)


def view(angle_degrees: float = 0.0, crop_scale: float = 1.0) -> View:
    return View.turned(jnp.deg2rad(jnp.float32(angle_degrees)), jnp.float32(crop_scale))


def test_target_is_the_inverse_of_source() -> None:
    matrix, shift = jnp.array([[0.9, -0.3], [0.4, 1.2]]), jnp.array([2.0, -1.5])
    y, x = jnp.array([1.0, -3.0]), jnp.array([2.0, 5.0])
    for seen in (view(37.0, 0.7), View(matrix, shift)):
        there = seen.target(*seen.source(y, x))
        np.testing.assert_allclose(jnp.stack(there), jnp.stack([y, x]), rtol=1e-5)


def test_the_plain_view_changes_nothing() -> None:
    image = photos()[0]
    np.testing.assert_array_equal(image_seen(view(), image, 0.0), image)
    np.testing.assert_array_equal(mask_seen(view(), image > 0.5), image > 0.5)


def test_a_shift_moves_the_content_down_and_right() -> None:
    image = photos()[0]
    seen = View(jnp.eye(2), jnp.array([3.0, 2.0]))
    result = image_seen(seen, image, 0.25)
    np.testing.assert_allclose(result[3:, 2:], image[:-3, :-2], atol=1e-6)
    np.testing.assert_array_equal(result[:3], 0.25)
    np.testing.assert_array_equal(mask_seen(seen, image)[3:, 2:], image[:-3, :-2])


def test_places_are_picked_by_rows_and_columns() -> None:
    image = photos()[0]
    result = jax.jit(pick)(image, jnp.array([3, 0]), jnp.array([5, 5, 1]))
    np.testing.assert_array_equal(result, np.asarray(image)[[3, 0]][:, [5, 5, 1]])


def test_a_flip_may_happen() -> None:
    image = photos()[0]
    happens = jax.jit(flip, static_argnums=1)
    np.testing.assert_array_equal(happens(image, 1, jnp.array(True)), image[:, ::-1])
    np.testing.assert_array_equal(happens(image, 1, jnp.array(False)), image)


@pytest.mark.parametrize("dtype", [jnp.bool_, jnp.uint32, jnp.int8, jnp.float16])
def test_masks_keep_dtype_and_values_exactly(dtype: PyTree) -> None:
    largest = 4_000_000_001 if dtype == jnp.uint32 else 1
    mask = jnp.zeros((6, 8, 2), dtype).at[1, 2].set(jnp.asarray(largest, dtype))
    result = mask_seen(view(180.0), mask)
    assert result.dtype == dtype
    np.testing.assert_array_equal(result, mask[::-1, ::-1])


def test_a_mask_is_empty_where_the_image_is_not() -> None:
    result = mask_seen(view(0.0, 2.0), jnp.ones((5, 7), jnp.int32))
    expected = np.zeros((5, 7), int)
    expected[1:4, 2:5] = 1
    np.testing.assert_array_equal(result, expected)


def test_half_precision_is_computed_in_single() -> None:
    image = photos()[0]
    half = image_seen(view(30.0), image.astype(jnp.bfloat16), 0.0)
    single = image_seen(view(30.0), image, 0.0)
    assert half.dtype == jnp.bfloat16
    np.testing.assert_allclose(half.astype(jnp.float32), single, atol=0.01)
