"""Programs as pyrefly wants them: it checks a shape if a decorator declares the names in it."""

import ast
import re
from collections.abc import Iterator
from typing import Final

_IMPORT: Final = "from shape_extensions import static_jaxtyping\n"
# The parts of a text that pyrefly reads, and the name in each.
_READ: Final = re.compile(r"\d+|\.\.\.|\*?#?(?P<name>[A-Za-z_]\w*)([+-]1)?")


def declared(source: str) -> tuple[str, list[int]]:
    """Return a program in which every function declares the names of its shapes, if it can.

    A function with a shape that pyrefly does not read (`2*b`, `rows=3`) stays as it is, and so do
    classes: declared, they would become generic.

    Args:
        source: the program.

    Returns:
        The program, and the line in `source` of each of its lines.
    """
    tree = ast.parse(source)
    added = dict(_decorators(tree, frozenset()))
    added[_first_import(tree)] = _IMPORT
    lines, numbers = [], []
    for number, line in enumerate(source.splitlines(keepends=True), 1):
        if number in added:
            lines.append(added[number])
            numbers.append(number)
        lines.append(line)
        numbers.append(number)
    return "".join(lines), numbers


def _first_import(tree: ast.Module) -> int:
    for node in tree.body:
        is_import = isinstance(node, ast.Import | ast.ImportFrom)
        if is_import and not (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            return node.lineno
    return 1


def _decorators(tree: ast.AST, outer: frozenset[str]) -> Iterator[tuple[int, str]]:
    for node in ast.iter_child_nodes(tree):
        names = outer
        if isinstance(node, ast.FunctionDef):
            used = _names(node)
            if used is not None:
                names = outer | used
                text = " ".join(sorted(used - outer))
                yield node.lineno, f'{" " * node.col_offset}@static_jaxtyping("{text}")\n'
        yield from _decorators(node, names)


def _names(node: ast.FunctionDef) -> frozenset[str] | None:
    """Return the names in the shapes of a signature; None if there are none, or some unread."""
    arguments = node.args
    parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    hints = [*(one.annotation for one in parameters), node.returns]
    texts = [text for hint in hints if hint is not None for text in _texts(hint)]
    parts = [_READ.fullmatch(part) for text in texts for part in text.split()]
    if not texts or not all(parts):
        return None
    found = [(part["name"], part[0]) for part in parts if part is not None and part["name"]]
    return frozenset(f"*{name}" if "*" in text else name for name, text in found if name != "_")


def _texts(hint: ast.expr) -> Iterator[str]:
    for node in ast.walk(hint):
        match node:
            case ast.Subscript(slice=ast.Tuple(elts=[_, ast.Constant(value=str(text))])):
                yield text
            case _:
                pass


__all__ = ["declared"]
