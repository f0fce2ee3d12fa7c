"""Specs as they are written: `f32[h,w,3]`, one text a field of an element."""

import re
from collections.abc import Mapping
from typing import Final, cast

import jax
import jax.export
import jax.numpy as jnp

from datarax_typed.core.describe import HasShape
from datarax_typed.errors import SpecError, nearest
from datarax_typed.protocols import PyTree

SHORT_DTYPES: Final[Mapping[str, str]] = {
    "f16": "float16",
    "bf16": "bfloat16",
    "f32": "float32",
    "f64": "float64",
    "i8": "int8",
    "i16": "int16",
    "i32": "int32",
    "i64": "int64",
    "u8": "uint8",
    "u16": "uint16",
    "u32": "uint32",
    "u64": "uint64",
    "bool": "bool",
}
_SHORT: Final = {name: short for short, name in SHORT_DTYPES.items()}
_FORM: Final = re.compile(r"(?P<dtype>\w+)\[(?P<axes>[^\[\]]*)\]")
_WIDE: Final = frozenset({"float64", "int64", "uint64"})
# What JAX writes functions of sizes with, beside the names of axes.
_FUNCTIONS: Final = frozenset({"floordiv", "mod", "max", "min"})


def parse_spec(text: str, scope: jax.export.SymbolicScope) -> jax.ShapeDtypeStruct:
    """Return the spec that a text such as `f32[h,w,3]` says.

    Args:
        text: `dtype[axes]`; an axis is a number, a name or their arithmetic.
        scope: an axis name means one size in all specs of a scope.

    Raises:
        SpecError: the text is not readable.
    """
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise SpecError("expected DTYPE[AXES], such as f32[h,w,3] or f32[]")
    return jax.ShapeDtypeStruct(_axes(found["axes"], scope), jnp.dtype(_dtype(found["dtype"])))


def _dtype(short: str) -> str:
    if short not in SHORT_DTYPES:
        hint = nearest(short, SHORT_DTYPES) or f"one of {' '.join(SHORT_DTYPES)}"
        raise SpecError(f"there is no dtype {short!r}; {hint}")
    name = SHORT_DTYPES[short]
    if name in _WIDE and jax.dtypes.canonicalize_dtype(name) != name:
        raise SpecError(
            f"JAX would silently make {short} a 32-bit dtype; set the environment "
            f"variable JAX_ENABLE_X64=1, or write {short[0]}32"
        )
    return name


def _axes(axes: str, scope: jax.export.SymbolicScope) -> tuple[int, ...]:
    try:
        sizes = jax.export.symbolic_shape(axes, scope=scope)
    except ValueError as error:
        reason = str(error).partition(": ")[2].partition(". Parsed")[0]
        raise SpecError(f"its axes do not parse: {reason or error}") from error
    if any(isinstance(size, int) and size < 0 for size in sizes):
        raise SpecError("an axis cannot be negative")
    if re.search(r"\bbatch\b", axes):
        raise SpecError("a spec is of one element, without the batch axis; leave it out")
    # JAX types a symbol as the int that it stands for everywhere but here.
    return cast(tuple[int, ...], tuple(sizes))


def spec_text(leaf: HasShape) -> str:
    """Return an array's spec as it is written: `f32[h,w,3]`."""
    dtype = str(leaf.dtype)
    return f"{_SHORT.get(dtype, dtype)}[{','.join(map(str, leaf.shape))}]"


def axis_names(spec: PyTree) -> dict[str, PyTree]:
    """Return the named axes in a spec, in order, each with the symbol that stands for its size."""
    symbols: dict[str, PyTree] = {}
    for leaf in jax.tree.leaves(spec):
        for size in leaf.shape:
            if isinstance(size, int):
                continue
            for name in re.findall(r"[A-Za-z_]\w*", str(size)):
                if name not in _FUNCTIONS and name not in symbols:
                    symbols[name] = jax.export.symbolic_shape(name, scope=size.scope)[0]
    return symbols


def spec_at(spec: PyTree, sizes: Mapping[str, int]) -> PyTree:
    """Return a spec with numbers in place of its named axes.

    Args:
        spec: a PyTree of `jax.ShapeDtypeStruct`.
        sizes: a size for each of the names in it; there may be more.
    """
    symbols = {name: symbol for name, symbol in axis_names(spec).items() if name in sizes}
    if not symbols:
        return spec

    leaves, tree = jax.tree.flatten(spec)
    named = [at for at, leaf in enumerate(leaves) if axis_names(leaf)]

    def zeros(*_: PyTree) -> list[PyTree]:
        return [jnp.zeros(leaves[at].shape, leaves[at].dtype) for at in named]

    # JAX itself evaluates sizes where an exported program is called.
    program = jax.export.export(jax.jit(zeros))(*map(_row_of, symbols.values()))
    found = jax.eval_shape(program.call, *(_row_of(sizes[name]) for name in symbols))
    for at, leaf in zip(named, found, strict=True):
        leaves[at] = leaf
    return jax.tree.unflatten(tree, leaves)


def _row_of(size: int) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct((size,), jnp.bool_)


__all__ = ["SHORT_DTYPES", "axis_names", "parse_spec", "spec_at", "spec_text"]
