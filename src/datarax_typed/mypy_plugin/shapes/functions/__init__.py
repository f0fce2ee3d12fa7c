"""The table of what JAX, einops and flax.nnx give back, and what they refuse.

Each function takes a call and returns what is known of its result, NOTHING where that is nothing;
it raises ShapeError for what certainly fails. What is not in the table is not known.
"""

from collections.abc import Mapping
from typing import Final

from datarax_typed.mypy_plugin.shapes.functions import (
    creation,
    einops_functions,
    elementwise,
    joining,
    layers,
    linear_algebra,
    neural,
    operators,
    products,
    randomness,
    rearranging,
    reductions,
)
from datarax_typed.mypy_plugin.shapes.functions.arguments import Function, unwrapped
from datarax_typed.mypy_plugin.shapes.functions.attributes import ATTRIBUTES
from datarax_typed.mypy_plugin.shapes.functions.indexing import index
from datarax_typed.mypy_plugin.shapes.functions.kinds import NAMED as DTYPES_NAMED
from datarax_typed.mypy_plugin.shapes.functions.layers import CALLED, MADE_METHODS
from datarax_typed.mypy_plugin.shapes.functions.operators import OPERATORS
from datarax_typed.mypy_plugin.shapes.functions.vectorised import (
    added_axis,
    axis_size,
    removed_axis,
)

# By the full name that a program imports.
TABLE: Final[Mapping[str, Function]] = {
    **creation.TABLE,
    **einops_functions.TABLE,
    **elementwise.TABLE,
    **joining.TABLE,
    **layers.TABLE,
    **linear_algebra.TABLE,
    **neural.TABLE,
    **operators.TABLE,
    **products.TABLE,
    **randomness.TABLE,
    **rearranging.TABLE,
    **reductions.TABLE,
}
# Of arrays, which are the first positional argument.
METHODS: Final[Mapping[str, Function]] = {
    **elementwise.METHODS,
    **products.METHODS,
    **rearranging.METHODS,
    **reductions.METHODS,
}

__all__ = [
    "ATTRIBUTES",
    "CALLED",
    "DTYPES_NAMED",
    "MADE_METHODS",
    "METHODS",
    "OPERATORS",
    "TABLE",
    "added_axis",
    "axis_size",
    "index",
    "removed_axis",
    "unwrapped",
]
