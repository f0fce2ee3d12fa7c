"""The strings of jaxtyping's annotations: `"*batch #h w=3 2*c"`, parsed."""

import ast
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeAlias

from datarax_typed.mypy_plugin.shapes.sizes import Size


@dataclass(frozen=True, slots=True)
class Fixed:
    """An axis of one size: `3`, `rows=3`."""

    size: Size
    broadcasts: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """An axis with a name: `b`, `#b`."""

    name: str
    broadcasts: bool = False


@dataclass(frozen=True, slots=True)
class Anonymous:
    """An axis of any size: `_`, `_b`; also `?b`, whose name has its meaning in one leaf only."""


@dataclass(frozen=True, slots=True)
class Variadic:
    """Any number of axes: `*b`, `*#b`; without a name, `...`, `*_` and `*?b`."""

    name: str = ""
    broadcasts: bool = False


@dataclass(frozen=True, slots=True)
class Symbolic:
    """An axis whose size is computed: `b+1`, `#2*b`."""

    text: str
    broadcasts: bool = False


@dataclass(frozen=True, slots=True)
class Inserted:
    """A part with an expression of Python in it: `{n}`, `rows={n}`, `{n}*2`."""

    text: str


Dim: TypeAlias = Fixed | Named | Anonymous | Variadic | Symbolic | Inserted
# What an expression in braces stands for: a size, the text of axes, or None: any number of axes.
Resolve: TypeAlias = Callable[[str], Size | tuple[str, ...] | None]

_ELLIPSIS: Final = "..."
# A part ends at a space, unless it is in braces; those may be nested twice.
_BRACES: Final = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
_PART: Final = re.compile(rf"(?:{_BRACES}|[^\s{{}}])+")


@cache
def parse(text: str) -> tuple[Dim, ...] | None:
    """Return the axes of an annotation, or None where jaxtyping or this module refuses it."""
    if _PART.sub("", text).strip():
        # A brace without its partner.
        return None
    dims = [_dim(part) for part in _PART.findall(text)]
    known = [dim for dim in dims if dim is not None]
    variadics = [dim for dim in known if isinstance(dim, Variadic)]
    return tuple(known) if len(known) == len(dims) and len(variadics) <= 1 else None


def _dim(part: str) -> Dim | None:
    if "{" in part:
        return Inserted(part)
    if _ELLIPSIS in part:
        return Variadic() if part == _ELLIPSIS else None
    if part.endswith("#") or ("," in part and "(" not in part):
        return None
    marks, rest = _marked(part)
    if len(set(marks)) < len(marks):
        return None
    return _marked_dim(frozenset(marks), rest)


def _marked(part: str) -> tuple[str, str]:
    """Return the marks before a name, and what is behind; a note such as `rows=` is none."""
    marks = ""
    while part:
        if part[0] in "#*_?":
            marks, part = marks + part[0], part[1:]
        elif part.count("=") == 1:
            part = part.split("=")[1]
        else:
            break
    return marks, part


def _marked_dim(marks: frozenset[str], rest: str) -> Dim | None:
    broadcasts = "#" in marks
    if not rest or rest.isidentifier():
        return _named_dim(marks, rest)
    if not marks <= {"#"}:
        return None
    try:
        return Fixed(Size.of(int(rest)), broadcasts)
    except ValueError:
        return Symbolic(rest, broadcasts) if _tree(rest) is not None else None


def _named_dim(marks: frozenset[str], name: str) -> Dim | None:
    broadcasts = "#" in marks
    if "_" in marks:
        # jaxtyping refuses both.
        return None if broadcasts else Variadic() if "*" in marks else Anonymous()
    if not name:
        # It counts as a name there; who wrote it meant something else.
        return None
    if "?" in marks:
        return Variadic() if "*" in marks else Anonymous()
    return Variadic(name, broadcasts) if "*" in marks else Named(name, broadcasts)


def inserted(dims: tuple[Dim, ...], resolve: Resolve) -> tuple[Dim, ...]:
    """Return the axes with what stands for the expressions in braces."""
    return tuple(
        found
        for dim in dims
        for found in (_stand_in(dim.text, resolve) if isinstance(dim, Inserted) else (dim,))
    )


def _stand_in(part: str, resolve: Resolve) -> tuple[Dim, ...]:
    pieces = [(braces, resolve(braces[1:-1].strip())) for braces in re.findall(_BRACES, part)]
    if len(pieces) == 1 and isinstance(size := pieces[0][1], Size):
        alone = re.fullmatch(r"(#?)(?:\w+=)?(#?)" + re.escape(pieces[0][0]), part)
        if alone and not all(alone.groups()):
            return (Fixed(size, any(alone.groups())),)
    for braces, stands_for in pieces:
        text = _text(stands_for)
        if text is None:
            return (Variadic(),)
        part = part.replace(braces, text, 1)
    dims = parse(part)
    # An expression may give an expression: that is given up.
    is_known = dims is not None and not any(isinstance(dim, Inserted) for dim in dims)
    return dims if dims is not None and is_known else (Variadic(),)


def _text(stands_for: Size | tuple[str, ...] | None) -> str | None:
    match stands_for:
        case Size():
            return None if stands_for.number is None else str(stands_for)
        case tuple():
            return " ".join(stands_for)
        case None:
            return None


def computed(text: str, size: Callable[[str], Size | None]) -> Size | None:
    """Return the size that a text of arithmetic gives.

    Args:
        text: of a `Symbolic`.
        size: gives the sizes of names; None where one is not known.
    """
    tree = _tree(text)
    try:
        result = None if tree is None else _value(tree, size)
    except RecursionError:
        return None
    return None if result is None or result.is_large else result


@cache
def _tree(text: str) -> ast.expr | None:
    try:
        with warnings.catch_warnings():
            # Of what is odd, such as `1or b`.
            warnings.simplefilter("ignore")
            return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


_Sizes: TypeAlias = Callable[[str], Size | None]


def _value(tree: ast.expr, size: _Sizes) -> Size | None:
    match tree:
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=int(number)):
            return Size.of(number)
        case ast.Name(id=name):
            return size(name)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
            value = _value(operand, size)
            return -value if value is not None and isinstance(sign, ast.USub) else value
        case ast.BinOp(left=left, op=operation, right=right):
            return _combined(operation, [_value(left, size), _value(right, size)])
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return _called(name, [_value(argument, size) for argument in arguments])
        case _:
            return None


_OPERATIONS: Final[dict[type[ast.operator], Callable[[Size, Size], Size]]] = {
    ast.Add: Size.__add__,
    ast.Sub: Size.__sub__,
    ast.Mult: Size.__mul__,
    ast.FloorDiv: Size.floordiv,
    ast.Mod: Size.mod,
    ast.Pow: Size.power,
}


def _combined(symbol: ast.operator, values: list[Size | None]) -> Size | None:
    operation = _OPERATIONS.get(type(symbol))
    left, right = values
    if operation is None or left is None or right is None or left.is_large or right.is_large:
        return None
    return operation(left, right)


def _called(name: str, values: list[Size | None]) -> Size | None:
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return None
    match name, known:
        case "abs", [value] if value.number is not None:
            return Size.of(abs(value.number))
        case "min" | "max", [first, *others] if others:
            for other in others:
                first = first.least(other) if name == "min" else first.most(other)
            return first
        case _:
            return None


__all__ = [
    "Anonymous",
    "Dim",
    "Fixed",
    "Inserted",
    "Named",
    "Resolve",
    "Symbolic",
    "Variadic",
    "computed",
    "inserted",
    "parse",
]
