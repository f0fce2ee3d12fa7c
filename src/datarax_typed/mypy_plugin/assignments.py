"""Names that are bound once: what is known of their value holds wherever they are read."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from mypy.nodes import (
    AssignmentStmt,
    Block,
    CallExpr,
    ClassDef,
    Decorator,
    DelStmt,
    Expression,
    ForStmt,
    FuncDef,
    IfStmt,
    ListExpr,
    MatchStmt,
    MemberExpr,
    MypyFile,
    NameExpr,
    OperatorAssignmentStmt,
    OverloadedFuncDef,
    RefExpr,
    StarExpr,
    Statement,
    TryStmt,
    TupleExpr,
    Var,
    WhileStmt,
    WithStmt,
)

from datarax_typed.mypy_plugin.source import ReadLines, rebound_within_expressions, text_of

# More often than once.
_OFTEN = 2


@dataclass(slots=True)
class Assignments:
    """How often each name of the module that mypy checks now is bound, and to which calls."""

    _tree: MypyFile | None = None
    _bound: dict[Var, int] = field(default_factory=dict)
    _calls: dict[Expression, Var] = field(default_factory=dict)

    def is_bound_once(self, expr: RefExpr, origin: str) -> bool:
        """Return whether a name has one value wherever it is read.

        Args:
            expr: the name; it stands in the module that was looked at last.
            origin: the full name of the variable that the value was made for, or "".
        """
        if not isinstance(expr.node, Var):
            return False
        if expr.node in self._bound:
            return self._bound[expr.node] == 1
        # Of another module: it was looked at when the value was made.
        return expr.node.fullname == origin != ""

    def origin(self, call: Expression) -> str:
        """Return the full name of the global that holds the result of a call, and nothing else."""
        var = self._calls.get(call)
        if var is None or self._bound[var] != 1 or "." not in var.fullname or self._tree is None:
            return ""
        return var.fullname if var.fullname.rpartition(".")[0] == self._tree.fullname else ""

    def look_at(self, tree: MypyFile, read: ReadLines | None) -> None:
        """Count what a module binds, if that is not the last one."""
        if tree is self._tree:
            return
        self._tree, self._bound, self._calls = tree, {}, {}
        exotic = rebound_within_expressions(text_of(tree.path, read))
        for statement in _statements(tree.defs):
            self._statement(statement)
        for var in self._bound:
            if var.name in exotic:
                self._bound[var] = _OFTEN

    def _statement(self, statement: Statement) -> None:
        match statement:
            case AssignmentStmt():
                self._assignment(statement)
            case OperatorAssignmentStmt():
                self._bind(statement.lvalue)
            case ForStmt():
                self._bind(statement.index)
            case WithStmt():
                self._bind(*statement.target)
            case TryStmt():
                self._bind(*statement.vars)
            case DelStmt():
                self._bind(statement.expr)
            case FuncDef():
                for argument in statement.arguments:
                    self._count(argument.variable, _OFTEN)
            case _:
                pass

    def _assignment(self, statement: AssignmentStmt) -> None:
        for target in statement.lvalues:
            if isinstance(target, NameExpr) and isinstance(target.node, Var):
                self._count(target.node, 1)
                if isinstance(statement.rvalue, CallExpr):
                    self._calls[statement.rvalue] = target.node
            else:
                self._bind(target)

    def _bind(self, *targets: Expression | None) -> None:
        for target in targets:
            match target:
                case NameExpr(node=Var() as var) | MemberExpr(expr=NameExpr(node=Var() as var)):
                    # A written attribute: the object is not what it was made as.
                    self._count(var, _OFTEN)
                case MemberExpr(node=Var() as var):
                    self._count(var, _OFTEN)
                case StarExpr():
                    self._bind(target.expr)
                case TupleExpr() | ListExpr():
                    self._bind(*target.items)
                case _:
                    pass

    def _count(self, var: Var, times: int) -> None:
        self._bound[var] = self._bound.get(var, 0) + times


def _statements(body: list[Statement]) -> Iterator[Statement]:
    """Yield statements, and those within them."""
    for statement in body:
        yield statement
        for inner in _bodies(statement):
            yield from _statements(inner)


def _bodies(statement: Statement) -> Iterator[list[Statement]]:
    blocks: list[Block | None] = []
    match statement:
        case Block():
            blocks = [statement]
        case ClassDef():
            blocks = [statement.defs]
        case FuncDef():
            blocks = [statement.body]
        case Decorator():
            yield [statement.func]
        case OverloadedFuncDef():
            yield [*statement.items, *([statement.impl] if statement.impl is not None else [])]
        case IfStmt():
            blocks = [*statement.body, statement.else_body]
        case ForStmt() | WhileStmt():
            blocks = [statement.body, statement.else_body]
        case WithStmt():
            blocks = [statement.body]
        case TryStmt():
            blocks = [statement.body, *statement.handlers]
            blocks += [statement.else_body, statement.finally_body]
        case MatchStmt():
            blocks = [*statement.bodies]
        case _:
            pass
    yield from (block.body for block in blocks if block is not None)


__all__ = ["Assignments"]
