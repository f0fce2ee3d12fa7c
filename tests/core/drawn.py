"""Nested types with values that fit them, drawn by hypothesis."""

import dataclasses
import functools
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
from hypothesis import strategies as st
from jaxtyping import Array, Bool, Float, Int

# To type checkers, neither can be made of what is drawn.
_typed_dict: Callable[..., Any] = vars(typing)["TypedDict"]
_named_tuple: Callable[..., Any] = vars(typing)["NamedTuple"]


@dataclass(frozen=True)
class Drawn:
    """A type hint, with a way to build a value that fits it.

    Attributes:
        hint: the type.
        paths: the path of every array in the value.
        build: makes the value at a path, with some arrays replaced by what is given for theirs.
    """

    hint: Any  # a type as a value
    paths: tuple[str, ...]
    build: Callable[[str, dict[str, object]], object]


@functools.cache
def zeros(*shape: int, dtype: str = "float32") -> Array:
    """Return an array; the same each time, for speed."""
    return jnp.zeros(shape, dtype)


def _leaf(shape: tuple[int, ...], dtype: str) -> Drawn:
    kinds: dict[str, Any] = {"float32": Float, "int32": Int, "bool": Bool}
    hint = kinds[dtype][Array, " ".join(map(str, shape))]
    value = zeros(*shape, dtype=dtype)
    return Drawn(hint, ("",), lambda where, changed: changed.get(where, value))


def _record(kind: str, parts: list[Drawn]) -> Drawn:
    names = [f"f{index}" for index in range(len(parts))]
    fields = [(name, part.hint) for name, part in zip(names, parts, strict=True)]
    if kind == "dict":
        hint = _typed_dict("Drawn", dict(fields))
        paths = [f'["{name}"]' for name in names]
        return _joined(hint, paths, parts, lambda *values: dict(zip(names, values, strict=True)))
    if kind == "tuple":
        paths = [f"[{index}]" for index in range(len(parts))]
        return _joined(tuple.__class_getitem__(_hints(parts)), paths, parts, lambda *values: values)
    made = {"named": _named_tuple, "dataclass": dataclasses.make_dataclass}[kind]("Drawn", fields)
    return _joined(made, [f".{name}" for name in names], parts, made)


def _hints(parts: list[Drawn]) -> tuple[Any, ...]:
    return tuple(part.hint for part in parts)


def _repeated(kind: str, part: Drawn, count: int) -> Drawn:
    if kind == "list":
        hint = list.__class_getitem__(part.hint)
        paths = [f"[{index}]" for index in range(count)]
        return _joined(hint, paths, [part] * count, lambda *values: list(values))
    names = [f"k{index}" for index in range(count)]
    return _joined(
        dict.__class_getitem__((str, part.hint)),
        [f'["{name}"]' for name in names],
        [part] * count,
        lambda *values: dict(zip(names, values, strict=True)),
    )


def _joined(hint: Any, own: list[str], parts: list[Drawn], make: Callable[..., object]) -> Drawn:
    pairs = list(zip(own, parts, strict=True))

    def build(where: str, changed: dict[str, object]) -> object:
        return make(*(part.build(where + path, changed) for path, part in pairs))

    return Drawn(hint, tuple(path + inner for path, part in pairs for inner in part.paths), build)


LEAVES = st.builds(
    _leaf,
    st.lists(st.integers(1, 3), max_size=3).map(tuple),
    st.sampled_from(["float32", "int32", "bool"]),
)


def _containers(inner: st.SearchStrategy[Drawn]) -> st.SearchStrategy[Drawn]:
    kinds = st.sampled_from(["dict", "named", "dataclass", "tuple"])
    records = st.builds(_record, kinds, st.lists(inner, min_size=1, max_size=3))
    return records | st.builds(
        _repeated, st.sampled_from(["list", "dict"]), inner, st.integers(1, 8)
    )


NESTED = st.recursive(LEAVES, _containers, max_leaves=6)
