"""What is read from source text: what mypy's tree does not keep, or does not let plugins walk."""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

Position: TypeAlias = tuple[int, int]
ReadLines: TypeAlias = Callable[[str], Sequence[str] | None]

_BASE: Final = "super().__post_init__"


@dataclass(frozen=True, slots=True)
class Metadata:
    """The calls in the metadata of each `Annotated[type, ...]` of a module.

    Attributes:
        calls: by the position of the type.
        quoted: of annotations that are text, by the position of the text: mypy gives all parts
            of one that place.
        unions: the positions of types that are written as `a | b`; mypy's is that of `a` then.
    """

    calls: Mapping[Position, Sequence[ast.Call]]
    quoted: Mapping[Position, Sequence[ast.Call]]
    unions: frozenset[Position]


def text_of(path: str, read: ReadLines | None) -> str:
    """Return the text of a file; empty where there is none, as for `mypy -c`."""
    lines = read(path) if read is not None else None
    return "\n".join(lines or ())


def annotated_metadata(text: str) -> Metadata | None:
    """Return the metadata of annotations and aliases; None if there is no `Annotated`.

    mypy keeps neither the calls nor, in an alias, that there was an `Annotated`.
    """
    if "Annotated" not in text:
        return None
    tree = ast.parse(text)
    constants = dict(_constants(tree))
    calls: dict[Position, Sequence[ast.Call]] = {}
    quoted: dict[Position, Sequence[ast.Call]] = {}
    unions = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for _, found in _quoted(node.value, constants):
                quoted[_position(node)] = found
        elif isinstance(node, ast.Subscript):
            for first, found in _annotated(node, constants):
                calls[_position(first)] = found
                if isinstance(first, ast.BinOp):
                    unions.add(_position(first))
    return Metadata(calls, quoted, frozenset(unions))


def _constants(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Yield the globals that are assigned calls: `POSITIVE = Gt(0)`."""
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call):
                yield name, call
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Call() as call):
                yield name, call
            case _:
                pass


def _quoted(
    text: str, constants: Mapping[str, ast.Call]
) -> Iterator[tuple[ast.expr, Sequence[ast.Call]]]:
    if "Annotated" in text:
        try:
            parsed = ast.parse(text, mode="eval").body
        except SyntaxError:
            return
        if isinstance(parsed, ast.Subscript):
            yield from _annotated(parsed, constants)


def _annotated(
    node: ast.Subscript, constants: Mapping[str, ast.Call]
) -> Iterator[tuple[ast.expr, Sequence[ast.Call]]]:
    named = ast.unparse(node.value).rpartition(".")[2] == "Annotated"
    if named and isinstance(node.slice, ast.Tuple):
        first, *metadata = node.slice.elts
        meant = [
            constants.get(part.id) if isinstance(part, ast.Name) else part for part in metadata
        ]
        yield first, [part for part in meant if isinstance(part, ast.Call)]


def _position(node: ast.expr) -> Position:
    return node.lineno, node.col_offset


def replaces_values(text: str, line: int) -> bool:
    """Return whether the `__post_init__` at a line may set fields, or leave out its base's."""
    for node in ast.walk(ast.parse(text)) if text else ():
        if isinstance(node, ast.FunctionDef) and node.lineno == line:
            calls = [part for part in ast.walk(node) if isinstance(part, ast.Call)]
            others = [call for call in calls if ast.unparse(call.func) != _BASE]
            own = node.args.args[0].arg if node.args.args else ""
            return len(others) == len(calls) or any(_hands_over(call, own) for call in others)
    # Without its text, anything may stand there.
    return True


def _hands_over(call: ast.Call, own: str) -> bool:
    """Return whether a call gets the object itself, and may do anything to it."""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    if isinstance(call.func, ast.Attribute):
        given.append(call.func.value)
    return any(isinstance(value, ast.Name) and value.id == own for value in given)


__all__ = [
    "Metadata",
    "Position",
    "ReadLines",
    "annotated_metadata",
    "replaces_values",
    "text_of",
]
