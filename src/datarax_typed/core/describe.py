"""Short texts for values and type hints, as error messages show them."""

import types
import typing
from typing import Annotated, Final, Literal, Protocol, Union, get_args, get_origin

import jax
import numpy as np
from flax import nnx
from jaxtyping import AbstractArray
from typing_extensions import Unpack

from datarax_typed.core.rules import describe_plain

# They are two on Python 3.11, which writes `*tuple[int, ...]` in an annotation as its own.
UNPACK: Final[tuple[object, ...]] = (Unpack, typing.Unpack)


class HasShape(Protocol):
    """An array or the spec of one, of JAX or of NumPy."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its sizes."""
        ...

    @property
    def dtype(self) -> object:
        """Its type of numbers."""
        ...


def describe_value(value: object) -> str:
    """Return what a value is: `float32[28,28]`, `dict with keys 'a', 'b'`, `None`, `'text'`."""
    if isinstance(value, nnx.Variable):
        return f"{type(value).__name__} of {describe_value(value.get_value())}"
    if isinstance(value, np.ndarray | np.generic):
        return f"NumPy {describe_array(value)}"
    if isinstance(value, jax.Array | jax.ShapeDtypeStruct):
        return describe_array(value)
    return describe_plain(value)


def describe_array(value: HasShape) -> str:
    """Return dtype and shape of an array: `float32[28,28]`."""
    return f"{value.dtype}[{','.join(map(str, value.shape))}]"


def describe_hint(hint: object) -> str:
    """Return a type hint as it is written: `Float[Array, "h w"]`."""
    if isinstance(hint, type) and issubclass(hint, AbstractArray) and hint is not AbstractArray:
        array = getattr(hint.array_type, "__name__", str(hint.array_type)).rpartition(".")[2]
        return f'{hint.dtype.__name__}[{array}, "{hint.dim_str}"]'
    if hint is None or hint is type(None):
        return "None"
    if isinstance(hint, list):
        # The parameters of a Callable.
        return f"[{', '.join(map(describe_hint, hint))}]"
    if get_origin(hint) is None:
        # `jax.Array` has its private module in its very name.
        name = getattr(hint, "__name__", "").rpartition(".")[2] or str(hint)
        return name.replace("'", '"')
    return _describe_alias(hint, get_origin(hint), get_args(hint))


def _describe_alias(hint: object, origin: object, args: tuple[object, ...]) -> str:
    if origin is Annotated:
        return describe_hint(args[0])
    if origin in UNPACK:
        return f"*{describe_hint(args[0])}"
    if origin is Literal:
        return " or ".join(map(repr, args))
    if origin in (Union, types.UnionType):
        return " | ".join(map(describe_hint, args))
    inner = ", ".join("..." if arg is Ellipsis else describe_hint(arg) for arg in args) or "()"
    star = "*" if getattr(hint, "__unpacked__", False) else ""
    return f"{star}{getattr(origin, '__name__', origin)}[{inner}]"


__all__ = ["UNPACK", "HasShape", "describe_array", "describe_hint", "describe_value"]
