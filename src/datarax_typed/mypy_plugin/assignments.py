"""Names that are bound once: what is known of their value holds wherever they are read."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from mypy.nodes import (
    AssignmentStmt,
    Block,
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
from mypy.options import Options

from datarax_typed.mypy_plugin.mentions import Mentions, mentions
from datarax_typed.mypy_plugin.source import content_of, parsed

# More often than once.
_OFTEN: Final = 2

# Which attributes of a statement bind names, and which hold further statements.
_TARGETS: Final[Mapping[type, tuple[str, ...]]] = {
    DelStmt: ("expr",),
    ForStmt: ("index",),
    OperatorAssignmentStmt: ("lvalue",),
    TryStmt: ("vars",),
    WithStmt: ("target",),
}
_PARTS: Final[Mapping[type, tuple[str, ...]]] = {
    Block: ("body",),
    ClassDef: ("defs",),
    Decorator: ("func",),
    ForStmt: ("body", "else_body"),
    FuncDef: ("body",),
    IfStmt: ("body", "else_body"),
    MatchStmt: ("bodies",),
    OverloadedFuncDef: ("items", "impl"),
    TryStmt: ("body", "handlers", "else_body", "finally_body"),
    WhileStmt: ("body", "else_body"),
    WithStmt: ("body",),
}


@dataclass(slots=True)
class Assignments:
    """How often each variable of the module that mypy checks now is bound, and to what."""

    _bound: dict[Var, int] = field(default_factory=dict)
    _values: dict[Var, Expression] = field(default_factory=dict)
    _calls: dict[Expression, Var] = field(default_factory=dict)
    _read: Callable[[], bytes] = bytes
    _mentions: Mentions | None = None
    _has_read: bool = False

    def is_bound(self, var: Var) -> bool:
        """Return whether the module binds a variable."""
        return var in self._bound

    def value_of(self, var: Var) -> Expression | None:
        """Return what is assigned to a variable of the module, if that is once and by itself."""
        return self._values.get(var) if self._is_bound_once(var) else None

    def is_tested(self, expr: RefExpr, lines: Iterable[int]) -> bool:
        """Return whether a condition of the module looks at a name or attribute."""
        return is_tested(expr, self._mentioned(), lines)

    def _is_bound_once(self, var: Var) -> bool:
        mentioned = self._mentioned() if self._bound.get(var) == 1 else None
        # What is written into a class may be written anywhere.
        is_attribute = var.is_initialized_in_class and not var.is_final
        return mentioned is not None and var.name not in mentioned.rebound and not is_attribute

    def _mentioned(self) -> Mentions | None:
        if not self._has_read:
            # Most modules are not asked about: their text is not read before.
            self._mentions, self._has_read = mentions(parsed(self._read())), True
        return self._mentions

    def origin(self, call: Expression) -> str:
        """Return the full name of the global that holds the result of a call, and nothing else."""
        var = self._calls.get(call)
        is_global = var is not None and "." in var.fullname and self._is_bound_once(var)
        return var.fullname if var is not None and is_global else ""

    def look_at(self, tree: MypyFile, options: Options) -> None:
        """Count what a module binds."""
        self._bound, self._calls, self._values = {}, {}, {}
        for statement in statements(tree.defs):
            self._statement(statement)
        self._mentions, self._has_read = None, False
        self._read = lambda: content_of(tree.path, options)

    def _statement(self, statement: Statement) -> None:
        if isinstance(statement, AssignmentStmt):
            self._assignment(statement)
        elif isinstance(statement, FuncDef):
            for argument in statement.arguments:
                self._count(argument.variable, _OFTEN)
        else:
            for name in _TARGETS.get(type(statement), ()):
                target: Expression | list[Expression | None] | None = getattr(statement, name)
                self._bind(*target if isinstance(target, list) else (target,))

    def _assignment(self, statement: AssignmentStmt) -> None:
        for target in statement.lvalues:
            if isinstance(target, NameExpr) and isinstance(target.node, Var):
                has_value = getattr(statement.rvalue, "line", -1) != -1
                self._count(target.node, 1 if has_value else 0)
                self._values[target.node] = statement.rvalue
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


def is_tested(expr: RefExpr, mentioned: Mentions | None, lines: Iterable[int] = ()) -> bool:
    """Return whether one of the mentioned conditions looks at a name or attribute.

    Args:
        expr: the name or attribute.
        mentioned: what the module mentions; None where that is not known.
        lines: those of the functions that it is read in.
    """
    if mentioned is None:
        return True
    if isinstance(expr, MemberExpr):
        return expr.name in mentioned.tested_attributes
    if not isinstance(expr, NameExpr):
        return False
    if isinstance(expr.node, Var) and "." in expr.node.fullname:
        return expr.name in mentioned.tested
    return any((expr.name, line) in mentioned.tested_locals for line in lines)


def statements(body: Iterable[Statement]) -> Iterator[Statement]:
    """Yield statements, and those within them."""
    for statement in body:
        yield statement
        yield from statements(_within(statement))


def _within(statement: Statement) -> Iterator[Statement]:
    for name in _PARTS.get(type(statement), ()):
        part: object = getattr(statement, name)
        for inner in part if isinstance(part, list) else (part,):
            if isinstance(inner, Block):
                yield from inner.body
            elif isinstance(inner, Statement):
                yield inner


__all__ = ["Assignments", "is_tested", "statements"]
