"""Annotations in expressions, such as aliases and casts: mypy takes the array there, and no more."""

import ast
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from datarax_typed.mypy_plugin.shapes.dtypes import DTYPES
from datarax_typed.mypy_plugin.source import Position, parsed, positions


class Written(NamedTuple):
    """An annotation as it is written.

    Attributes:
        dtype: the name in front of the brackets, as it is imported.
        text: the axes.
    """

    dtype: str
    text: str


def written_in_expressions(content: bytes) -> Mapping[Position, tuple[Written, ...]]:
    """Return the annotations in the expressions of a module, by the position of the array's type.

    Args:
        content: the module's text.

    Returns:
        Those around each type, the outer ones first.
    """
    tree = parsed(content)
    if tree is None:
        return {}
    lines = content.splitlines()
    found: dict[Position, tuple[Written, ...]] = {}
    inner: set[ast.expr] = set()
    for node in _outside_annotations(tree):
        if isinstance(node, ast.Subscript) and node not in inner:
            array, around = _unwrapped(node, inner)
            if around:
                found |= dict.fromkeys(positions(array, lines), around)
    return found


def _outside_annotations(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a tree but for annotations; of those of aliases, the value."""
    yield node
    for name, part in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for child in part if isinstance(part, list) else [part]:
            if isinstance(child, ast.AST):
                yield from _outside_annotations(child)


def _unwrapped(
    node: ast.expr, inner: set[ast.expr], around: tuple[Written, ...] = ()
) -> tuple[ast.expr, tuple[Written, ...]]:
    match node:
        case ast.Subscript(
            value=ast.Name() | ast.Attribute() as name,
            slice=ast.Tuple(elts=[array, ast.Constant(value=str() as text)]),
        ) if _may_be_dtype(name):
            inner.add(node)
            return _unwrapped(array, inner, (*around, Written(ast.unparse(name), text)))
        case _:
            return node, around


def _may_be_dtype(name: ast.Name | ast.Attribute) -> bool:
    # A name may be an alias of an import; an attribute is what it says.
    return isinstance(name, ast.Name) or name.attr in DTYPES


__all__ = ["Written", "written_in_expressions"]
