from typing import Literal, TypeAlias

import jax.numpy as jnp
import numpy as np
import pytest

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError
from datarax_typed.operators.image import ResizeOperator, ResizeOperatorConfig
from tests.operators.image.geometry_references import LABELS, check_reference
from tests.operators.image.pictures import photo_batch, photos

Interpolation: TypeAlias = Literal["nearest", "bilinear", "bicubic"]


@pytest.mark.parametrize(
    ("name", "size", "interpolation", "antialias"),
    [
        ("smaller", (7, 9), "bilinear", True),
        ("larger", (21, 23), "bilinear", True),
        ("plain", (11, 13), "bilinear", False),
        ("bicubic", (11, 27), "bicubic", True),
        ("nearest", (11, 27), "nearest", True),
    ],
)
def test_it_agrees_with_torchvision(
    name: str, size: tuple[int, int], interpolation: Interpolation, antialias: bool
) -> None:
    config = ResizeOperatorConfig(
        field_key="image",
        auxiliary_fields=LABELS,
        size=size,
        interpolation=interpolation,
        antialias=antialias,
    )
    check_reference(ResizeOperator(config), f"resize_{name}")


def test_the_same_size_changes_nothing() -> None:
    batch = photo_batch()
    config = ResizeOperatorConfig(field_key="image", auxiliary_fields=["mask"], size=(16, 20))
    result = ResizeOperator(config)(batch).data
    np.testing.assert_array_equal(result["image"], batch.data["image"])
    np.testing.assert_array_equal(result["mask"], batch.data["mask"])


def test_half_precision_stays_and_is_computed_in_single() -> None:
    images = photos().astype(jnp.bfloat16)
    operator = ResizeOperator(ResizeOperatorConfig(field_key="image", size=(5, 7)))
    result = operator(Batch({"image": images})).data["image"]
    exact = operator(Batch({"image": images.astype(jnp.float32)})).data["image"]
    assert result.dtype == jnp.bfloat16
    np.testing.assert_array_equal(result, exact.astype(jnp.bfloat16))


def test_a_mask_of_ids_keeps_its_ids() -> None:
    mask = jnp.array([[7, 9], [1, 3]], jnp.uint16)
    config = ResizeOperatorConfig(field_key="image", auxiliary_fields=["mask"], size=(4, 6))
    batch = Batch({"image": jnp.zeros((1, 2, 2, 1)), "mask": mask[None]})
    result = ResizeOperator(config)(batch).data["mask"][0]
    np.testing.assert_array_equal(result, np.repeat(np.repeat(mask, 2, 0), 3, 1))


def test_an_image_without_pixels_is_refused() -> None:
    operator = ResizeOperator(ResizeOperatorConfig(field_key="image", size=(4, 6)))
    with pytest.raises(ContractError) as error:
        operator(Batch({"image": jnp.zeros((2, 0, 5, 3))}))
    assert str(error.value) == (
        "ResizeOperator cannot use so small an image:\n"
        '  - data["image"]: expected an image of at least 1,1 pixels, got float32[0,5,3]; '
        "leave out images without pixels"
    )


def test_a_config_without_sense_is_refused() -> None:
    with pytest.raises(ConfigError) as error:
        ResizeOperatorConfig(
            field_key="image",
            size=(0, 5),  # type: ignore[datarax-config]  # refused, as it should be
            interpolation="cubic",  # type: ignore[arg-type]  # refused, as it should be
        )
    assert str(error.value) == (
        "ResizeOperatorConfig is refused (2):\n"
        "  - size[0]: expected a number >= 1, got 0\n"
        "  - interpolation: expected 'nearest' or 'bilinear' or 'bicubic', got 'cubic'"
    )


def test_masks_of_large_images_are_right() -> None:
    config = ResizeOperatorConfig(
        field_key="image", size=(50_000, 1), interpolation="nearest", auxiliary_fields=["mask"]
    )
    mask = jnp.arange(70_000, dtype=jnp.int32).reshape(1, 70_000, 1)
    data = {"image": jnp.zeros((1, 70_000, 1, 1), jnp.float16), "mask": mask}
    found = np.ravel(ResizeOperator(config)(Batch(data)).data["mask"])
    np.testing.assert_array_equal(found, (2 * np.arange(50_000) + 1) * 70_000 // 100_000)
