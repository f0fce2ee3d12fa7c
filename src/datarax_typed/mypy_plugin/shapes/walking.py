"""A walk through mypy's tree: its own visitors are compiled, and take no subclass of ours."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from mypy import nodes, patterns
from mypy.nodes import Node

# What mypy has not always had.
_NEWER: Final = {"TemplateStrExpr": ("items",)}
# What of a node is walked through, in the order in which it is run.
_PARTS: Final[Mapping[type[Node], tuple[str, ...]]] = {
    nodes.AssertStmt: ("expr", "msg"),
    nodes.AssertTypeExpr: ("expr",),
    nodes.AssignmentExpr: ("value", "target"),
    nodes.AssignmentStmt: ("rvalue", "lvalues"),
    nodes.AwaitExpr: ("expr",),
    nodes.Block: ("body",),
    nodes.CallExpr: ("callee", "args"),
    nodes.CastExpr: ("expr",),
    nodes.ClassDef: ("decorators", "base_type_exprs", "defs"),
    nodes.ComparisonExpr: ("operands",),
    nodes.ConditionalExpr: ("cond", "if_expr", "else_expr"),
    nodes.Decorator: ("decorators", "func"),
    nodes.DelStmt: ("expr",),
    nodes.DictExpr: ("items",),
    nodes.DictionaryComprehension: ("sequences", "indices", "condlists", "key", "value"),
    nodes.ExpressionStmt: ("expr",),
    nodes.ForStmt: ("expr", "index", "body", "else_body"),
    nodes.FuncDef: ("body",),
    nodes.GeneratorExpr: ("sequences", "indices", "condlists", "left_expr"),
    nodes.IfStmt: ("expr", "body", "else_body"),
    nodes.IndexExpr: ("base", "index"),
    nodes.LambdaExpr: ("body",),
    nodes.ListComprehension: ("generator",),
    nodes.ListExpr: ("items",),
    nodes.MatchStmt: ("subject", "patterns", "guards", "bodies"),
    nodes.MemberExpr: ("expr",),
    nodes.OpExpr: ("left", "right"),
    nodes.OperatorAssignmentStmt: ("rvalue", "lvalue"),
    nodes.OverloadedFuncDef: ("items",),
    nodes.RaiseStmt: ("expr", "from_expr"),
    nodes.ReturnStmt: ("expr",),
    nodes.RevealExpr: ("expr",),
    nodes.SetComprehension: ("generator",),
    nodes.SetExpr: ("items",),
    nodes.SliceExpr: ("begin_index", "end_index", "stride"),
    nodes.StarExpr: ("expr",),
    nodes.SuperExpr: ("call",),
    nodes.TryStmt: ("body", "types", "vars", "handlers", "else_body", "finally_body"),
    nodes.TupleExpr: ("items",),
    nodes.UnaryExpr: ("expr",),
    nodes.WhileStmt: ("expr", "body", "else_body"),
    nodes.WithStmt: ("expr", "target", "body"),
    nodes.YieldExpr: ("expr",),
    nodes.YieldFromExpr: ("expr",),
    patterns.AsPattern: ("pattern", "name"),
    patterns.ClassPattern: ("positionals", "keyword_values"),
    patterns.MappingPattern: ("values", "rest"),
    patterns.OrPattern: ("patterns",),
    patterns.SequencePattern: ("patterns",),
    patterns.StarredPattern: ("capture",),
    **{getattr(nodes, name): parts for name, parts in _NEWER.items() if hasattr(nodes, name)},
}


def children(node: Node) -> list[Node]:
    """Return the nodes that a node is made of."""
    found: list[Node] = []
    for name in _PARTS.get(type(node), ()):
        part: object = getattr(node, name)
        if isinstance(part, Node):
            found.append(part)
        elif part:
            _collect(part, found)
    return found


def _collect(part: object, found: list[Node]) -> None:
    for item in part if isinstance(part, list | tuple) else ():
        if isinstance(item, Node):
            found.append(item)
        elif item:
            _collect(item, found)


def descendants(node: Node) -> Iterator[Node]:
    """Yield a node and all that it is made of, each before its parts."""
    # No recursion: a sum of a thousand terms is a thousand deep.
    ahead = [node]
    while ahead:
        node = ahead.pop()
        yield node
        ahead += reversed(children(node))


class Walker:
    """Goes through a tree; a method `visit_if_stmt` is asked for every `IfStmt`."""

    def __init__(self) -> None:
        self._methods: dict[type[Node], Callable[[Node], None]] = {}

    def visit(self, node: Node | None) -> None:
        """Go through a node."""
        if node is not None:
            self.visit_all((node,))

    def visit_children(self, node: Node) -> None:
        """Go through what a node is made of."""
        self.visit_all(children(node))

    def visit_all(self, parts: Iterable[Node | None]) -> None:
        """Go through several nodes."""
        for part in parts:
            if part is not None:
                (self._methods.get(type(part)) or self._method(type(part)))(part)

    def _method(self, kind: type[Node]) -> Callable[[Node], None]:
        otherwise = self.visit_children if kind in _PARTS else _nothing
        method: Callable[[Node], None] = getattr(self, _method_name(kind.__name__), otherwise)
        self._methods[kind] = method
        return method


def _nothing(node: Node) -> None:
    return None


def _method_name(kind: str) -> str:
    return "visit_" + re.sub(r"(?<!^)(?=[A-Z])", "_", kind).lower()


__all__ = ["Walker", "children", "descendants"]
