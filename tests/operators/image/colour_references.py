"""What torchvision makes of a photograph; see `record_colour_references`."""

from pathlib import Path

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Num

from datarax_typed.core.element_batch import Batch
from tests.operators.case import AnyOperator

_FILE = Path(__file__).parent / "colour_references.npz"


def reference(name: str) -> Num[np.ndarray, "h w c"]:
    """Return the photograph (`"photo"`, of bytes), or what torchvision made of it."""
    with np.load(_FILE) as arrays:
        found: Num[np.ndarray, "h w c"] = arrays[name]
    return found


def result_of(operator: AnyOperator, *, source: str = "to_float") -> Num[Array, "h w c"]:
    """Return what an operator makes of the photograph."""
    batch = Batch({"image": jnp.asarray(reference(source))[None]}, index=jnp.array([3]))
    found: Num[Array, "h w c"] = operator(batch).data["image"][0]
    return found
