"""What torchvision made of a photograph; see `record_geometry_references.py`."""

from pathlib import Path

import jax.numpy as jnp
import numpy as np

from datarax_typed.core.element_batch import Batch
from tests.operators.case import AnyOperator

LABELS = ["mask", "boxes"]


def check_reference(operator: AnyOperator, name: str) -> None:
    """Check that an operator makes of the photograph and its labels what torchvision did."""
    with np.load(Path(__file__).with_suffix(".npz")) as file:
        recorded = dict(file)
    photo = recorded["photo"]
    result = operator(
        Batch(
            {
                "image": jnp.asarray(photo, jnp.float32)[None] / 255,
                "mask": jnp.asarray(photo[None, ..., 0], jnp.int32),
                "boxes": jnp.asarray(recorded["boxes"])[None],
            }
        )
    ).data
    expected = {key: recorded[f"{name}/{key}"] for key in result if f"{name}/{key}" in recorded}
    assert "image" in expected
    for key, value in expected.items():
        np.testing.assert_allclose(result[key][0], value, atol=1e-5, err_msg=key)
