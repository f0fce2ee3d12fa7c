import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError
from datarax_typed.operators.image import CutOutOperator, CutOutOperatorConfig
from tests.operators.image.geometry_references import LABELS
from tests.operators.image.pictures import photo_batch


def operator(size: tuple[int, int], fill: float, *auxiliary_fields: str) -> CutOutOperator:
    config = CutOutOperatorConfig(
        field_key="image", size=size, fill=fill, auxiliary_fields=list(auxiliary_fields)
    )
    return CutOutOperator(config, rngs=nnx.Rngs(augment=4))


def test_a_photograph_has_a_rectangular_hole_and_its_labels_stay() -> None:
    batch = photo_batch()
    result = operator((5, 8), 2.0, *LABELS)(batch).data
    hole = np.asarray(result["image"]) == 2.0
    # All channels have the same, which is the whole of its rows and columns.
    assert (hole.all(-1) == hole.any(-1)).all()
    rows, columns = hole.any((2, 3)), hole.any((1, 3))
    np.testing.assert_array_equal(hole[..., 0], rows[:, :, None] & columns[:, None, :])
    assert ((rows.sum(1) >= 1) & (rows.sum(1) <= 5)).all()
    np.testing.assert_array_equal(
        np.asarray(result["image"])[~hole], np.asarray(batch.data["image"])[~hole]
    )
    for key in LABELS:
        np.testing.assert_array_equal(result[key], batch.data[key])


@pytest.mark.parametrize("size", [2, 3])
def test_the_middle_is_any_pixel_and_the_border_cuts_the_hole(size: int) -> None:
    images = jnp.zeros((600, 6, 1, 1))
    result = operator((size, 1), 1.0)(Batch({"image": images})).data["image"]
    found, counts = np.unique(np.asarray(result)[..., 0, 0], axis=0, return_counts=True)
    places = np.arange(6) - np.arange(6)[:, None] + size // 2
    expected = ((places >= 0) & (places < size)).astype(float)
    np.testing.assert_array_equal(found, np.unique(expected, axis=0))
    # All 6 middles are as likely.
    assert counts.min() > 70
    assert counts.max() < 130


def test_half_precision_stays() -> None:
    batch = Batch({"image": photo_batch().data["image"].astype(jnp.bfloat16)})
    assert operator((4, 4), 0.5)(batch).data["image"].dtype == jnp.bfloat16


def test_it_is_random_and_its_hole_has_a_size() -> None:
    with pytest.raises(ConfigError) as error:
        CutOutOperatorConfig(
            field_key="image",
            stochastic=False,  # type: ignore[arg-type]  # refused, as it should be
            size=(0, 4),  # type: ignore[datarax-config]  # refused, as it should be
        )
    assert str(error.value) == (
        "CutOutOperatorConfig is refused (2):\n"
        "  - stochastic: expected True, got False\n"
        "  - size[0]: expected a number >= 1, got 0"
    )


def test_a_hole_as_large_as_integers_are_is_the_whole_image() -> None:
    most = 2**31 - 1
    assert (operator((most, most), 2.0)(photo_batch()).data["image"] == 2).all()
    with pytest.raises(ConfigError, match="expected a number <= 2147483647, got 2147483648"):
        CutOutOperatorConfig(field_key="image", size=(most + 1, 1))
