"""Annotations in expressions, such as aliases and casts: there, mypy takes the array alone."""

import ast
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from datarax_typed.mypy_plugin.shapes.dtypes import DTYPES
from datarax_typed.mypy_plugin.source import Position, parsed, positions

_ANNOTATIONS: Final = ("annotation", "returns")


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


def _outside_annotations(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the nodes of a tree but for annotations, each before its parts."""
    ahead: list[ast.AST] = [tree]
    while ahead:
        node = ahead.pop()
        yield node
        for name in node._fields:
            part: object = getattr(node, name, None)
            if name in _ANNOTATIONS:
                continue
            if isinstance(part, list):
                ahead += [child for child in part if isinstance(child, ast.AST)]
            elif isinstance(part, ast.AST):
                ahead.append(part)


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
