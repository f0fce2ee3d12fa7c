"""Arguments made from annotations: arrays of the shapes that they say, and what holds arrays."""

import dataclasses
import inspect
import re
import types
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import (
    Annotated,
    Any,
    Final,
    Literal,
    NotRequired,
    Required,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from datarax_typed import Batch, Element, OperatorModule

_PRIMES: Final = (5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43)
# The first are sizes that no others are; some programs want to halve them, or are for equal ones.
ASSIGNMENTS: Final[tuple[Mapping[int, int], ...]] = (
    dict(enumerate(_PRIMES)),
    {at: 16 * (at + 1) for at in range(len(_PRIMES))},
    dict.fromkeys(range(len(_PRIMES)), 12),
)
_DTYPES: Final = ("float32", "int32", "bool", "complex64", "uint8", "uint32", "float16", "bfloat16")


class NotMadeError(Exception):
    """Nobody knows how to make an argument."""


class Maker:
    """Makes the arguments of one call.

    Args:
        sizes: those of the axes' names, in the order in which the names come.
        choice: which of a union's types.
    """

    def __init__(self, sizes: Mapping[int, int], choice: int = 0) -> None:
        self._sizes = sizes
        self._choice = choice
        self._names: dict[str, int] = {}
        self.itself: object = None
        self.has_chosen: bool = False

    def call(self, function: Callable[..., Any], instead: Callable[..., Any] | None = None) -> Any:
        """Call a function, or another instead, with all that has no default."""
        hints = _hints(function)
        arguments: list[Any] = []
        keywords: dict[str, Any] = {}
        for one in inspect.signature(function).parameters.values():
            if _is_left_out(one, is_method=instead is not None):
                continue
            if one.name not in hints:
                raise NotMadeError(f"{one.name}: expected an annotation")
            count = 2 if one.kind is one.VAR_POSITIONAL else 1
            values = [self.make(hints[one.name], one.name) for _ in range(count)]
            if one.kind is one.KEYWORD_ONLY:
                keywords[one.name] = values[0]
            else:
                arguments += values
        return (instead or function)(*arguments, **keywords)

    def size(self, name: str) -> int:
        """Return the size of a named axis."""
        if name not in self._names:
            self._names[name] = self._sizes[len(self._names)]
        return self._names[name]

    def make(self, hint: Any, name: str = "") -> Any:
        """Return a value of a type.

        Raises:
            NotMadeError: nobody knows how.
        """
        if hasattr(hint, "dim_str"):
            return self._array(hint)
        origin, arguments = get_origin(hint), get_args(hint)
        if origin in {Annotated, Required, NotRequired}:
            return self.make(arguments[0], name)
        if origin in {Union, types.UnionType}:
            self.has_chosen = True
            return self.make(arguments[min(self._choice, len(arguments) - 1)], name)
        if origin is Literal:
            return arguments[0]
        if origin in {Batch, Element, tuple, list, dict, Sequence, Mapping}:
            return self._container(origin, arguments)
        return self._plain(origin or hint, name)

    def _container(self, origin: type, arguments: tuple[Any, ...]) -> Any:
        if origin is Batch:
            rows = self.make(arguments[0])
            return Batch(jax.tree.map(lambda row: jnp.stack([row, row]), rows))
        if origin is Element:
            return Element(self.make(arguments[0]))
        if origin in {dict, Mapping}:
            return {key: self.make(arguments[1]) for key in ("a", "b")}
        if origin is tuple and arguments[-1] is not ...:
            return tuple(self.make(one) for one in arguments)
        values = [self.make(arguments[0]) for _ in range(2)]
        return tuple(values) if origin is tuple else values

    def _plain(self, hint: Any, name: str) -> Any:  # noqa: C901  # one case a kind of type
        if hasattr(hint, "leaftype"):
            return self.make(hint.leaftype)
        if hint is int:
            # `dim: int` is the size of the axis `dim`.
            return self.size(name)
        simple = {float: 0.5, bool: True, str: "a", type(None): None, object: 0}
        if isinstance(hint, TypeVar):
            return 0 if hint.__bound__ is None else self.make(hint.__bound__)
        if hint in simple:
            return simple[hint]
        if hint is nnx.Rngs:
            return nnx.Rngs(0)
        if hint is jax.Array:
            return jnp.zeros((2, 3))
        if is_typeddict(hint):
            hints = get_type_hints(hint, include_extras=True)
            return {key: self.make(one) for key, one in hints.items()}
        # Nobody knows the config of an operator.
        is_open = not isinstance(hint, type) or issubclass(hint, OperatorModule)
        if is_open or inspect.isabstract(hint):
            raise NotMadeError(f"{name}: expected a type that can be made, got {hint}")
        return self._object(hint)

    def _object(self, hint: type) -> object:
        fields = getattr(hint, "_fields", None)
        if fields is not None:
            hints = get_type_hints(hint, include_extras=True)
            return hint(**{key: self.make(one) for key, one in hints.items()})
        if dataclasses.is_dataclass(hint):
            hints = get_type_hints(hint, include_extras=True)
            missing = dataclasses.MISSING
            return hint(
                **{
                    one.name: self.make(hints[one.name], one.name)
                    for one in dataclasses.fields(hint)
                    if one.default is missing and one.default_factory is missing
                }
            )
        # The signature of an NNX class is that of its metaclass.
        return self.call(inspect.getattr_static(hint, "__init__"), partial(hint))

    def _array(self, hint: Any) -> Any:
        shape = self._shape(hint.dim_str)
        # Of `Shaped`, all: jaxtyping has an object that is no list for it.
        known = hint.dtypes if isinstance(hint.dtypes, list | tuple) else _DTYPES
        dtype = next((one for one in _DTYPES if one in known), None)
        if dtype is None and any("key" in str(one) for one in known):
            return jax.random.split(jax.random.key(0), shape) if shape else jax.random.key(0)
        dtype = dtype or str(known[0])
        if hint.array_type is np.ndarray:
            return np.zeros(shape, dtype)
        return jnp.zeros(shape, dtype)

    def _shape(self, text: str) -> tuple[int, ...]:
        shape: list[int] = []
        for part in text.split():
            axis = re.sub(r"^\w+=(?=.)", "", part)
            if axis == "..." or axis.startswith("*"):
                name = axis.lstrip("*.#?_")
                shape += [self.size(f"{name}_1"), self.size(f"{name}_2")] if name else [3]
            elif axis == "_" or axis.startswith("_"):
                shape.append(3)
            else:
                shape.append(self._size(axis.lstrip("#?")))
        return tuple(shape)

    def _size(self, axis: str) -> int:
        if "{" in axis:
            axis = str(eval(f'f"{axis}"', {"self": self.itself}))
        names = {name: self.size(name) for name in re.findall(r"[A-Za-z_]\w*", axis)}
        return int(eval(axis, names))


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return get_type_hints(function, include_extras=True)
    except NameError as error:
        raise NotMadeError(str(error)) from None


def _is_left_out(one: inspect.Parameter, *, is_method: bool) -> bool:
    if one.kind is one.VAR_KEYWORD or (is_method and one.name == "self"):
        return True
    return one.default is not one.empty


def photos() -> Batch:
    """Return a batch for an operator that a program returns."""
    return Batch(
        {
            "image": jnp.zeros((2, 5, 7, 3)),
            "tokens": jnp.zeros((2, 11), jnp.int32),
            "label": jnp.zeros((2,), jnp.int32),
        }
    )


__all__ = ["ASSIGNMENTS", "Maker", "NotMadeError", "photos"]
