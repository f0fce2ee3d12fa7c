import jax
import jax.numpy as jnp
import pytest

from datarax_typed.core.precision import single_or_double
from datarax_typed.protocols import PyTree


@pytest.mark.parametrize("dtype", [jnp.float16, jnp.bfloat16, jnp.float32, jnp.uint8, jnp.int32])
def test_what_is_not_double_becomes_single(dtype: PyTree) -> None:
    array = jnp.asarray([0, 1, 2], dtype)
    assert single_or_double(array).dtype == jnp.float32


def test_double_stays() -> None:
    with jax.enable_x64(True):
        array = jnp.asarray([0.1], jnp.float64)
        assert single_or_double(array) is array
