import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ContractError
from datarax_typed.operators.image import (
    CropOperator,
    CropOperatorConfig,
    PadOperator,
    PadOperatorConfig,
)
from tests.operators.image.geometry_references import LABELS, check_reference
from tests.operators.image.pictures import photo_batch


def crop(size: tuple[int, int], *auxiliary_fields: str) -> CropOperator:
    config = CropOperatorConfig(
        field_key="image", size=size, auxiliary_fields=list(auxiliary_fields)
    )
    return CropOperator(config)


def test_it_agrees_with_torchvision() -> None:
    check_reference(crop((9, 13), *LABELS), "crop")


@pytest.mark.parametrize(("size", "part", "start"), [(7, 4, 2), (9, 4, 2), (8, 3, 2), (6, 3, 2)])
def test_halves_are_rounded_to_even_as_torchvision_does(size: int, part: int, start: int) -> None:
    assert round((size - part) / 2) == start
    image = jnp.arange(size, dtype=jnp.float32).reshape(1, size, 1, 1)
    result = crop((part, 1))(Batch({"image": image})).data["image"]
    np.testing.assert_array_equal(np.ravel(result), np.arange(start, start + part))


@pytest.mark.parametrize("padding_mode", ["constant", "edge", "reflect"])
def test_a_crop_of_what_was_padded_is_the_image(padding_mode: str) -> None:
    pad = PadOperatorConfig(
        field_key="image",
        auxiliary_fields=LABELS,
        padding=(3, 2, 3, 2),
        padding_mode=padding_mode,  # type: ignore[arg-type]  # one of the list above
    )
    batch = photo_batch()
    result = crop((16, 20), *LABELS)(PadOperator(pad)(batch)).data
    np.testing.assert_array_equal(result["image"], batch.data["image"])
    np.testing.assert_array_equal(result["mask"], batch.data["mask"])
    np.testing.assert_allclose(result["boxes"], np.clip(batch.data["boxes"], 0, (20, 16, 20, 16)))


def test_random_crops_are_everywhere_within_and_everything_moves_along() -> None:
    config = CropOperatorConfig(
        field_key="image",
        auxiliary_fields=["row", "boxes"],
        size=(3, 4),
        stochastic=True,
        stream_name="augment",
    )
    operator = CropOperator(config, rngs=nnx.Rngs(augment=2))
    y, x = np.mgrid[:5, :9]
    image = np.tile(np.stack([y, x], axis=-1)[None], (400, 1, 1, 1))
    boxes = np.tile([0, 0, 9, 5], (400, 1)) + np.array([4, 2, 0, 0])
    batch = Batch(
        {
            "image": jnp.asarray(image, jnp.float32),
            "row": jnp.asarray(image[..., 0], jnp.int32),
            "boxes": jnp.asarray(boxes, jnp.int32),
        }
    )
    result = {key: np.asarray(value) for key, value in operator(batch).data.items()}
    first = result["image"][:, 0, 0].astype(int)
    expected = first[:, None, None] + np.moveaxis(np.mgrid[:3, :4], 0, -1)
    np.testing.assert_array_equal(result["image"], expected)
    np.testing.assert_array_equal(result["row"], expected[..., 0])
    places, counts = np.unique(first, axis=0, return_counts=True)
    assert places.tolist() == [[y, x] for y in range(3) for x in range(6)]
    assert counts.min() > 8
    seen = np.stack([4 - first[:, 1], 2 - first[:, 0]], axis=-1).clip(0, (4, 3))
    marked = (seen >= (4, 3)).any(-1)
    assert marked.any()
    np.testing.assert_array_equal(result["boxes"][marked], np.zeros((marked.sum(), 4)))
    np.testing.assert_array_equal(result["boxes"][~marked, :2], seen[~marked])


def test_an_image_smaller_than_the_crop_is_refused() -> None:
    with pytest.raises(ContractError) as error:
        crop((4, 6))(Batch({"image": jnp.zeros((2, 5, 5, 3))}))
    assert str(error.value) == (
        "CropOperator cannot use so small an image:\n"
        '  - data["image"]: expected an image of at least 4,6 pixels, got float32[5,5,3]; '
        "pad it first, for example with PadOperator, or make the crop smaller"
    )
