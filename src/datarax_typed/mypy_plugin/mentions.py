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
        tested_locals: names of arguments and local variables that conditions look at.
        tested_attributes: names of attributes that conditions look at.
    """

    rebound: set[str] = field(default_factory=set)
    tested: set[str] = field(default_factory=set)
    tested_locals: set[str] = field(default_factory=set)
    tested_attributes: set[str] = field(default_factory=set)


def mentions(tree: ast.Module | None) -> Mentions | None:
    """Return the names that a module mentions; None without a module."""
    if tree is None:
        return None
    found = Mentions()
    _look_at(tree, frozenset(), found)
    return found


def _look_at(node: ast.AST, own: frozenset[str], found: Mentions) -> None:
    """Note what stands in a node, within functions that have names of their own."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
            own |= frozenset(_locals(node))
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
        _note(test, own, found)
    for child in ast.iter_child_nodes(node):
        _look_at(child, own, found)


def _writes(function: ast.expr) -> bool:
    name = ast.unparse(function).rpartition(".")[2]
    return name in ("setattr", "delattr", "__setattr__", "__delattr__", "vars")


def _note(test: ast.AST, own: frozenset[str], found: Mentions) -> None:
    for node in ast.walk(test):
        if isinstance(node, ast.Attribute):
            found.tested_attributes.add(node.attr)
        elif isinstance(node, ast.Name):
            (found.tested_locals if node.id in own else found.tested).add(node.id)


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
        case ast.comprehension():
            return node.ifs
        case ast.BoolOp():
            return node.values[:-1]
        case ast.Match():
            return [node.subject]
        case ast.match_case() if node.guard is not None:
            return [node.guard]
        case _:
            return ()


__all__ = ["Mentions", "mentions"]
