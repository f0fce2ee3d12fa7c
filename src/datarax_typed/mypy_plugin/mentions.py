"""The names that a module looks at in conditions, or binds within expressions and patterns."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(slots=True)
class Mentions:
    """Names that a module mentions where its statements do not show it.

    Under a condition that looks at it, a constant may not be what it was made as: after
    `if SIZE > 0:` it is more than 0, whatever stands above.

    Attributes:
        rebound: names that assignment expressions and patterns bind.
        tested: global names that conditions look at.
        tested_locals: names of arguments and local variables that conditions look at, each with
            the lines of the functions around the condition.
        tested_attributes: names of attributes that conditions look at.
    """

    rebound: set[str] = field(default_factory=set)
    tested: set[str] = field(default_factory=set)
    tested_locals: set[tuple[str, int]] = field(default_factory=set)
    tested_attributes: set[str] = field(default_factory=set)


def mentions(tree: ast.Module | None) -> Mentions | None:
    """Return the names that a module mentions; None without a module."""
    if tree is None:
        return None
    found = Mentions()
    _look_at(tree, _Around(), found)
    return found


@dataclass(frozen=True, slots=True)
class _Around:
    """The functions around a place: their own names, and their lines."""

    names: frozenset[str] = frozenset()
    lines: frozenset[int] = frozenset()

    def within(self, function: _Function) -> "_Around":
        return _Around(self.names.union(_locals(function)), self.lines | {function.lineno})


def _look_at(node: ast.AST, around: _Around, found: Mentions) -> None:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
            around = around.within(node)
        case ast.NamedExpr():
            found.rebound.add(node.target.id)
        case ast.MatchAs(name=str() as name) | ast.MatchStar(name=str() as name):
            found.rebound.add(name)
        case ast.MatchMapping(rest=str() as name):
            found.rebound.add(name)
        case ast.Call(func=func, args=[ast.Name(id=name), *_]) if _writes(func):
            found.rebound.add(name)
        case _:
            pass
    for test in _tests(node):
        _note(test, around, found)
    for child in ast.iter_child_nodes(node):
        _look_at(child, around, found)


def _writes(function: ast.expr) -> bool:
    name = ast.unparse(function).rpartition(".")[2]
    return name in ("setattr", "delattr", "__setattr__", "__delattr__", "vars")


def _note(test: ast.AST, around: _Around, found: Mentions) -> None:
    for node in ast.walk(test):
        if isinstance(node, ast.Attribute):
            found.tested_attributes.add(node.attr)
        elif isinstance(node, ast.Name) and node.id in around.names:
            found.tested_locals |= {(node.id, line) for line in around.lines}
        elif isinstance(node, ast.Name):
            found.tested.add(node.id)


def _locals(function: _Function) -> Iterator[str]:
    everywhere: set[str] = set()
    for node in ast.walk(function):
        match node:
            case ast.arg():
                yield node.arg
            case ast.Global():
                everywhere |= set(node.names)
            case ast.Name(ctx=ast.Store()) if node.id not in everywhere:
                yield node.id
            case _:
                pass


def _tests(node: ast.AST) -> Iterable[ast.AST]:
    match node:
        case ast.If() | ast.While() | ast.IfExp() | ast.Assert():
            return [node.test]
        case ast.Compare():
            # Its result may be kept, or be that of a function.
            return [node]
        case ast.For() | ast.AsyncFor():
            return [node.iter]
        case ast.comprehension():
            return [node.iter, *node.ifs]
        case ast.BoolOp():
            return node.values[:-1]
        case ast.Match():
            return [node.subject]
        case ast.match_case() if node.guard is not None:
            return [node.guard]
        case _:
            return ()


__all__ = ["Mentions", "mentions"]
