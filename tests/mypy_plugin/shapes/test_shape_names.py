"""The names of the table."""

import pytest

from datarax_typed.mypy_plugin.shapes.functions import TABLE
from datarax_typed.mypy_plugin.shapes.names import public


@pytest.mark.parametrize(
    ("fullname", "found"),
    [
        ("jax._src.numpy.reductions.sum", "jax.numpy.sum"),
        ("jax._src.numpy.linalg.norm", "jax.numpy.linalg.norm"),
        ("jax._src.nn.functions.relu", "jax.nn.relu"),
        ("jax._src.api.vmap", "jax.vmap"),
        ("flax.nnx.nn.linear.Linear", "flax.nnx.Linear"),
        ("einops.einops.rearrange", "einops.rearrange"),
        ("jax.numpy.sum", "jax.numpy.sum"),
        ("builtins.len", "builtins.len"),
        ("numpy.float32", "numpy.float32"),
        ("jaxlib.xla.sum", ""),
        ("own.jax.numpy.sum", ""),
        ("sum", ""),
        ("", ""),
    ],
)
def test_the_name_under_which_it_is_offered(fullname: str, found: str) -> None:
    assert public(fullname) == found


def test_names_of_the_table_stay_as_they_are() -> None:
    assert {name: public(name) for name in TABLE} == {name: name for name in TABLE}
