"""What is read from source text: what mypy's tree does not keep, or does not let plugins walk."""

import ast
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeAlias

from mypy.options import Options

Position: TypeAlias = tuple[int, int]

_BASE: Final = "super().__post_init__"
# What may be done with an object that leaves it as it is.
_LOOKS: Final = frozenset({"id", "isinstance", "repr", "str", "type"})


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


def content_of(path: str, options: Options) -> bytes:
    """Return the content of a file; empty where there is none, as for `mypy -c`."""
    # Editors have mypy read what is not saved yet: `--shadow-file`.
    shadows: dict[str, str] = dict(options.shadow_file or ())
    try:
        return Path(shadows.get(path, path)).read_bytes()
    except OSError:
        return b""


@lru_cache(maxsize=4)
def parsed(content: bytes) -> ast.Module | None:
    """Return the tree of a module; None without text, or if this Python cannot read it.

    It is one for all classes of the module, and not to be written to.
    """
    return _parsed(content)


def _parsed(content: bytes) -> ast.Module | None:
    with warnings.catch_warnings():
        # Of the user's code, mypy says what there is to say.
        warnings.simplefilter("ignore")
        try:
            return ast.parse(content) if content else None
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def annotated_metadata(content: bytes) -> Metadata | None:
    """Return the metadata of annotations and aliases; None if there is no `Annotated`.

    mypy keeps neither the calls nor, in an alias, that there was an `Annotated`.
    """
    tree = parsed(content) if b"Annotated" in content else None
    if tree is None:
        return None
    lines = content.splitlines()
    constants = _constants(tree)
    calls: dict[Position, Sequence[ast.Call]] = {}
    quoted: dict[Position, Sequence[ast.Call]] = {}
    unions: set[Position] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for _, found in _quoted(node.value, constants):
                quoted |= dict.fromkeys(positions(node, lines), found)
        elif isinstance(node, ast.Subscript):
            for first, found in _annotated(node, constants):
                calls |= dict.fromkeys(positions(first, lines), found)
                if isinstance(first, ast.BinOp):
                    unions |= positions(first, lines)
    return Metadata(calls, quoted, frozenset(unions))


def positions(node: ast.expr, lines: Sequence[bytes]) -> set[Position]:
    """Return where a node stands: mypy's parsers count letters beyond ASCII in their own ways."""
    before = lines[node.lineno - 1][: node.col_offset]
    in_bytes, in_letters = len(before), len(before.decode(errors="replace"))
    # The native parser of mypy 2.4 takes the difference off twice.
    columns = (in_bytes, in_letters, 2 * in_letters - in_bytes)
    return {(node.lineno, column) for column in columns}


def _constants(tree: ast.Module) -> Mapping[str, ast.Call]:
    """Return the globals that are assigned one call: `POSITIVE = Gt(0)`."""
    bound = Counter(
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )
    found: dict[str, ast.Call] = {}
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call):
                found[name] = call
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Call() as call):
                found[name] = call
            case _:
                pass
    return {name: call for name, call in found.items() if bound[name] == 1}


def _quoted(
    text: str, constants: Mapping[str, ast.Call]
) -> Iterator[tuple[ast.expr, Sequence[ast.Call]]]:
    if "Annotated" in text:
        tree = _parsed(text.strip().encode())
        match tree.body if tree is not None else []:
            case [ast.Expr(value=ast.Subscript() as annotation)]:
                yield from _annotated(annotation, constants)
            case _:
                pass


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


def replaces_values(tree: ast.Module | None, line: int) -> bool:
    """Return whether the `__post_init__` at a line may set fields, or leave out its base's."""
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.FunctionDef) and node.lineno == line:
            own = node.args.args[0].arg if node.args.args else ""
            return not _calls_base(node) or _hands_over(node, own)
    # Without its text, anything may stand there.
    return True


def _calls_base(post_init: ast.FunctionDef) -> bool:
    """Return whether the base's is called in any case, and nothing else through `super()`."""
    nodes = list(ast.walk(post_init))
    if [_named(part) for part in nodes if isinstance(part, ast.Call)].count("super") != 1:
        return False
    returns = [part.lineno for part in nodes if isinstance(part, ast.Return)]
    return any(
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and ast.unparse(statement.value.func) == _BASE
        and all(line > statement.lineno for line in returns)
        for statement in post_init.body
    )


def _hands_over(post_init: ast.FunctionDef, own: str) -> bool:
    """Return whether anything is done with the object itself but to look at it."""
    nodes = list(ast.walk(post_init))
    called = [part.func for part in nodes if isinstance(part, ast.Call)]
    looks: list[ast.expr] = []
    for part in nodes:
        match part:
            case ast.Attribute(attr=name, ctx=ast.Load()) if part not in called:
                looks += [] if name.startswith("__") and name != "__class__" else [part.value]
            case ast.Call() if _named(part) in _LOOKS:
                looks += part.args
            case ast.FormattedValue():
                looks.append(part.value)
            case _:
                pass
    return any(
        isinstance(part, ast.Name) and part.id == own and part not in looks for part in nodes
    )


def _named(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


__all__ = [
    "Metadata",
    "Position",
    "annotated_metadata",
    "content_of",
    "parsed",
    "positions",
    "replaces_values",
]
