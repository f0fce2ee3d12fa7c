"""A walk through mypy's tree: its own visitors are compiled, and take no subclass of ours."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
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


def children(node: Node) -> Iterator[Node]:
    """Yield the nodes that a node is made of."""
    for name in _PARTS.get(type(node), ()):
        yield from _nodes(getattr(node, name))


def _nodes(part: object) -> Iterator[Node]:
    if isinstance(part, Node):
        yield part
    elif isinstance(part, list | tuple):
        for item in part:
            yield from _nodes(item)


def descendants(node: Node) -> Iterator[Node]:
    """Yield a node and all that it is made of, each before its parts."""
    # No recursion: a sum of a thousand terms is a thousand deep.
    ahead = [node]
    while ahead:
        node = ahead.pop()
        yield node
        ahead += reversed(list(children(node)))


class Walker:
    """Goes through a tree; a method `visit_if_stmt` is asked for every `IfStmt`."""

    def visit(self, node: Node | None) -> None:
        """Go through a node."""
        if node is not None:
            method = getattr(self, _method_name(type(node).__name__), None)
            if method is None:
                self.visit_children(node)
            else:
                method(node)

    def visit_children(self, node: Node) -> None:
        """Go through what a node is made of."""
        self.visit_all(children(node))

    def visit_all(self, parts: Iterable[Node | None]) -> None:
        """Go through several nodes."""
        for part in parts:
            self.visit(part)


@cache
def _method_name(kind: str) -> str:
    return "visit_" + re.sub(r"(?<!^)(?=[A-Z])", "_", kind).lower()


__all__ = ["Walker", "children", "descendants"]
