"""What is read from source text: what mypy's tree does not keep, or does not let plugins walk."""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

Position: TypeAlias = tuple[int, int]
ReadLines: TypeAlias = Callable[[str], Sequence[str] | None]
Metadata: TypeAlias = Mapping[Position, Sequence[ast.Call]]


def text_of(path: str, read: ReadLines | None) -> str:
    """Return the text of a file; empty where there is none, as for `mypy -c`."""
    lines = read(path) if read is not None else None
    return "\n".join(lines or ())


def annotated_metadata(text: str) -> Metadata:
    """Return the calls in the metadata of each `Annotated[type, ...]`, by the type's position.

    mypy keeps neither the calls nor, in an alias, that there was an `Annotated`.
    """
    found: dict[Position, Sequence[ast.Call]] = {}
    if "Annotated" not in text:
        return found
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            # mypy gives all parts of a quoted annotation the place of its first letter.
            for calls in _quoted(node.value):
                found[node.lineno, node.col_offset] = calls
        elif isinstance(node, ast.Subscript):
            for first, calls in _annotated(node):
                found[first.lineno, first.col_offset] = calls
    return found


def _quoted(text: str) -> Iterator[Sequence[ast.Call]]:
    if "Annotated" in text:
        try:
            parsed = ast.parse(text, mode="eval").body
        except SyntaxError:
            return
        if isinstance(parsed, ast.Subscript):
            yield from (calls for _, calls in _annotated(parsed))


def _annotated(node: ast.Subscript) -> Iterator[tuple[ast.expr, Sequence[ast.Call]]]:
    named = ast.unparse(node.value).rpartition(".")[2] == "Annotated"
    if named and isinstance(node.slice, ast.Tuple):
        first, *metadata = node.slice.elts
        yield first, [part for part in metadata if isinstance(part, ast.Call)]


def replaces_values(text: str, line: int) -> bool:
    """Return whether the `__post_init__` at a line may set fields, or leave out its base's."""
    for node in ast.walk(ast.parse(text)) if text else ():
        if isinstance(node, ast.FunctionDef) and node.lineno == line:
            body = ast.unparse(node)
            writes = any(word in body for word in ("__setattr__", "__dict__", "vars("))
            return writes or "super().__post_init__(" not in body
    # Without its text, anything may stand there.
    return True


def rebound_within_expressions(text: str) -> set[str]:
    """Return the names that assignment expressions and match statements bind."""
    if ":=" not in text and "match " not in text:
        return set()
    names: set[str | None] = set()
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.NamedExpr():
                names.add(node.target.id)
            case ast.MatchAs() | ast.MatchStar():
                names.add(node.name)
            case ast.MatchMapping():
                names.add(node.rest)
            case _:
                pass
    return {name for name in names if name is not None}


__all__ = [
    "Metadata",
    "Position",
    "ReadLines",
    "annotated_metadata",
    "rebound_within_expressions",
    "replaces_values",
    "text_of",
]
