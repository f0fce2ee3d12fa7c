"""What the layers of flax.nnx have in common."""

from collections.abc import Mapping
from typing import Final

from datarax_typed.mypy_plugin.shapes.functions.arguments import require
from datarax_typed.mypy_plugin.shapes.functions.axes import differ
from datarax_typed.mypy_plugin.shapes.functions.kinds import Dtypes, common, given_dtype, inexact
from datarax_typed.mypy_plugin.shapes.values import (
    ArrayValue,
    Axis,
    DtypeValue,
    Made,
    Several,
    ShapeError,
    Size,
    Value,
)

FLOAT32: Final = DtypeValue(frozenset({"float32"}))


def names(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


# They change neither shapes nor dtypes.
HARMLESS: Final = names(
    "rngs precision epsilon use_fast_variance axis_name axis_index_groups momentum "
    "kernel_init bias_init scale_init embedding_init kernel_metadata bias_metadata "
    "scale_metadata embedding_metadata mask"
)


def made_layer(kind: str, options: Mapping[str, Value], **facts: Value) -> Made:
    """Return a layer with what is known of it, if all options are harmless."""
    require(options.keys() <= HARMLESS)
    return Made(f"flax.nnx.{kind}", facts)


def held_array(dtype: Value, *shape: Value) -> Made:
    """Return a parameter of a layer."""
    axes = tuple(axis if isinstance(axis, Size) else None for axis in shape)
    return Made("flax.nnx.Param", {"value": ArrayValue(given_dtype(dtype, frozenset()), axes)})


def axis_of(value: Value) -> Axis:
    """Return an argument as the size of an axis."""
    return value if isinstance(value, Size) else None


def check_features(name: str, expected: Value, actual: Axis | Several) -> None:
    """Raise ShapeError where an axis certainly has another size than a layer expects."""
    if isinstance(expected, Size) and differ(expected, actual):
        message = f"{name}: expected {expected} features, got {actual}"
        raise ShapeError(message)


def dtypes_of(made: Made, inputs: Dtypes) -> Dtypes:
    """Return the dtypes that a layer gives, for those of its input."""
    stored = given_dtype(made.facts["param_dtype"], frozenset())
    return given_dtype(made.facts["dtype"], inexact(common([inputs, stored])))


__all__ = [
    "FLOAT32",
    "HARMLESS",
    "axis_of",
    "check_features",
    "dtypes_of",
    "held_array",
    "made_layer",
    "names",
]
