"""Specs as they are written on a command line: `image=f32[h,w,3]`."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

import jax
import jax.export

from datarax_typed.cli.errors import CannotRunError
from datarax_typed.core.fields import field_names, set_field
from datarax_typed.core.spec_texts import parse_spec
from datarax_typed.errors import SpecError
from datarax_typed.protocols import PyTree

_FORM: Final = re.compile(r"(?P<field>[^=\[\]\s]+)=(?P<spec>\w+\[[^\[\]]*\])")


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
    try:
        return found["field"], parse_spec(found["spec"], scope)
    except SpecError as error:
        raise _unreadable(text, str(error)) from error


def _check_new(name: str, data: Mapping[str, PyTree], text: str) -> None:
    for known in field_names(data):
        if name == known:
            raise _unreadable(text, f"the field {name!r} has a spec already")
        if name.startswith(f"{known}.") or known.startswith(f"{name}."):
            raise _unreadable(text, f"a field cannot be both an array and a group, as {known!r}")


def _unreadable(text: str, reason: str) -> CannotRunError:
    return CannotRunError(f"--spec {text} cannot be read: {reason}")


__all__ = ["parse_specs"]
