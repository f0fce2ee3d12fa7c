"""Functions for networks that are no layers: attention, pools, resizing, initial values."""

from collections.abc import Mapping
from typing import Final

from datarax_typed.mypy_plugin.shapes.functions.arguments import (
    LAST,
    NONE,
    Function,
    array,
    entry,
    items,
    require,
)
from datarax_typed.mypy_plugin.shapes.functions.axes import given_shape, one_position, replaced
from datarax_typed.mypy_plugin.shapes.functions.convolutions import moved, parted, several
from datarax_typed.mypy_plugin.shapes.functions.creation import zeros
from datarax_typed.mypy_plugin.shapes.functions.elementwise import Rule, either, same
from datarax_typed.mypy_plugin.shapes.functions.kinds import common, inexact
from datarax_typed.mypy_plugin.shapes.values import (
    ArrayValue,
    Constant,
    Made,
    Several,
    ShapeError,
    Size,
    Value,
)

INITIALIZER: Final = "jax.nn.initializers.Initializer"
_VALID: Final = Constant("VALID")


def resize(image: Value, shape: Value, method: Value, *_: Value, **__: Value) -> Value:
    """Return an image of another size."""
    found, target = array(image), given_shape(shape)
    return ArrayValue(either(found.dtypes), target)


def glu(x: Value, axis: Value = LAST) -> Value:
    """Return one half of an array, gated by the other."""
    found = array(x)
    index = one_position("glu", found.shape, axis)
    along = found.shape[index]
    if not isinstance(along, Size):
        return ArrayValue(inexact(found.dtypes), replaced(found.shape, index, None))
    if along.mod(2).number == 1:
        message = f"glu: axis {index} is {along}, which is odd"
        raise ShapeError(message)
    return ArrayValue(inexact(found.dtypes), replaced(found.shape, index, along.floordiv(2)))


def attention(query: Value, key: Value, value: Value, *_: Value, **__: Value) -> Value:
    """Return values weighted by how queries and keys agree."""
    found = [array(one) for one in (query, key, value)]
    queries, values = found[0].shape, found[2].shape
    ends = (*queries[-3:], *values[-1:])
    require(len(ends) == 4 and not any(isinstance(axis, Several) for axis in ends))
    dtypes = common([one.dtypes for one in found])
    return ArrayValue(inexact(dtypes) | found[0].dtypes, (*queries[:-1], values[-1]))


def _pool(name: str, rule: Rule) -> Function:
    def function(
        inputs: Value,
        window_shape: Value,
        strides: Value = NONE,
        padding: Value = _VALID,
        **options: Value,
    ) -> Value:
        found, count = array(inputs), len(items(window_shape))
        before, axes, features = parted(name, found.shape, count)
        window = several(window_shape, count)
        after = moved(axes, window, several(strides, count), padding)
        return ArrayValue(rule(found.dtypes), (*before, *after, features))

    return entry(function)


def _initial(key: Value, shape: Value, dtype: Value = NONE, **options: Value) -> Value:
    return zeros(shape, dtype)


def _initializer(*_: Value, **__: Value) -> Value:
    return Made(INITIALIZER, {})


_INITIALIZERS: Final = (
    "normal truncated_normal uniform constant lecun_normal lecun_uniform glorot_normal "
    "glorot_uniform xavier_normal xavier_uniform he_normal he_uniform kaiming_normal "
    "kaiming_uniform variance_scaling orthogonal"
)
_MODULES: Final = ("jax.nn.initializers", "flax.nnx.initializers")

TABLE: Final[Mapping[str, Function]] = {
    **{
        f"{module}.{name}": entry(_initializer)
        for module in _MODULES
        for name in _INITIALIZERS.split()
    },
    **{f"{module}.{name}": entry(_initial) for module in _MODULES for name in ("zeros", "ones")},
    **{f"flax.nnx.initializers.{name}_init": entry(_initializer) for name in ("zeros", "ones")},
    "jax.image.resize": entry(resize),
    "jax.nn.glu": entry(glu),
    "flax.nnx.glu": entry(glu),
    "jax.nn.dot_product_attention": entry(attention),
    "flax.nnx.dot_product_attention": entry(attention),
    "flax.nnx.max_pool": _pool("max_pool", same),
    "flax.nnx.min_pool": _pool("min_pool", same),
    "flax.nnx.avg_pool": _pool("avg_pool", either),
}
initial: Final = entry(_initial)

__all__ = ["INITIALIZER", "TABLE", "initial"]
