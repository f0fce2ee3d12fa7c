"""Specs as they are written on a command line: `image=f32[h,w,3]`."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, cast

import jax
import jax.export
import jax.numpy as jnp

from datarax_typed.cli.errors import CannotRunError
from datarax_typed.core.fields import field_names, set_field
from datarax_typed.core.stages import SHORT_DTYPES
from datarax_typed.errors import nearest
from datarax_typed.protocols import PyTree

_FORM: Final = re.compile(r"(?P<field>[^=\[\]\s]+)=(?P<dtype>\w+)\[(?P<axes>[^\[\]]*)\]")
_WIDE: Final = frozenset({"float64", "int64", "uint64"})


def parse_specs(texts: Sequence[str]) -> PyTree:
    """Return the spec of an element, given one text a field; axis names mean one size in all.

    Args:
        texts: each as `field=dtype[axes]`.

    Returns:
        Nested dicts of `jax.ShapeDtypeStruct`.

    Raises:
        CannotRunError: a text is not readable, or two are about the same field.
    """
    scope = jax.export.SymbolicScope()
    data: dict[str, PyTree] = {}
    for text in texts:
        name, leaf = _parse(text, scope)
        _check_new(name, data, text)
        data = set_field(data, name, leaf)
    return data


def _parse(text: str, scope: jax.export.SymbolicScope) -> tuple[str, jax.ShapeDtypeStruct]:
    found = _FORM.fullmatch(text.strip())
    if found is None or not all(found["field"].split(".")):
        raise _unreadable(
            text, "expected FIELD=DTYPE[AXES], such as image=f32[h,w,3] or loss=f32[]"
        )
    return found["field"], jax.ShapeDtypeStruct(
        _axes(text, found["axes"], scope), jnp.dtype(_dtype(text, found["dtype"]))
    )


def _dtype(text: str, short: str) -> str:
    if short not in SHORT_DTYPES:
        hint = nearest(short, SHORT_DTYPES) or f"one of {' '.join(SHORT_DTYPES)}"
        raise _unreadable(text, f"there is no dtype {short!r}; {hint}")
    name = SHORT_DTYPES[short]
    if name in _WIDE and jax.dtypes.canonicalize_dtype(name) != name:
        raise CannotRunError(
            f"--spec {text}: JAX would silently make {short} a 32-bit dtype; set the environment "
            f"variable JAX_ENABLE_X64=1, or write {short[0]}32"
        )
    return name


def _axes(text: str, axes: str, scope: jax.export.SymbolicScope) -> tuple[int, ...]:
    try:
        sizes = jax.export.symbolic_shape(axes, scope=scope)
    except ValueError as error:
        reason = str(error).partition(": ")[2].partition(". Parsed")[0]
        raise _unreadable(text, f"its axes do not parse: {reason or error}") from error
    if any(isinstance(size, int) and size < 0 for size in sizes):
        raise _unreadable(text, "an axis cannot be negative")
    if re.search(r"\bbatch\b", axes):
        raise _unreadable(text, "a spec is of one element, without the batch axis; leave it out")
    # JAX types a symbol as the int that it stands for everywhere but here.
    return cast(tuple[int, ...], tuple(sizes))


def _check_new(name: str, data: Mapping[str, PyTree], text: str) -> None:
    for known in field_names(data):
        if name == known:
            raise _unreadable(text, f"the field {name!r} has a spec already")
        if name.startswith(f"{known}.") or known.startswith(f"{name}."):
            raise _unreadable(text, f"a field cannot be both an array and a group, as {known!r}")


def _unreadable(text: str, reason: str) -> CannotRunError:
    return CannotRunError(f"--spec {text} cannot be read: {reason}")


__all__ = ["parse_specs"]
