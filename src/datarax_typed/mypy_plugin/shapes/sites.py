"""What binds each variable of a module, and where."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from mypy.nodes import (
    AssignmentExpr,
    AssignmentStmt,
    CallExpr,
    DelStmt,
    DictionaryComprehension,
    Expression,
    ForStmt,
    FuncDef,
    FuncItem,
    GeneratorExpr,
    LambdaExpr,
    ListExpr,
    MatchStmt,
    MemberExpr,
    NameExpr,
    Node,
    OperatorAssignmentStmt,
    StarExpr,
    TryStmt,
    TupleExpr,
    Var,
    WithStmt,
)

from datarax_typed.mypy_plugin.shapes.walking import Walker, descendants


@dataclass(frozen=True, slots=True)
class Binding:
    """One place that binds a name.

    Attributes:
        kind: "value": to an expression, or a part of its value; "element": to one after the other
            of the items of an expression; "operation": by an augmented assignment; "annotated": by
            an assignment that declares a type; "parameter"; "unknown".
        node: the expression or assignment; of a parameter, the function.
        path: which part of the value: `a, (b, c) = value` binds c to the part (1, 1).
    """

    kind: Literal["value", "element", "operation", "annotated", "parameter", "unknown"]
    node: Node | None = None
    path: tuple[int, ...] = ()


UNKNOWN: Final = Binding("unknown")


def bound_names(
    targets: Iterable[Expression | None], path: tuple[int, ...] | None = ()
) -> Iterator[tuple[NameExpr, tuple[int, ...] | None]]:
    """Yield the names in targets, and which part of the value each is; None if nobody knows."""
    for target in targets:
        match target:
            case NameExpr():
                yield target, path
            case StarExpr():
                yield from bound_names([target.expr], None)
            case TupleExpr() | ListExpr():
                starred = any(isinstance(item, StarExpr) for item in target.items)
                for at, item in enumerate(target.items):
                    part = None if starred or path is None else (*path, at)
                    yield from bound_names([item], part)
            case _:
                pass


def has_value(statement: AssignmentStmt) -> bool:
    """Return whether an assignment is more than `x: int`."""
    return getattr(statement.rvalue, "line", -1) != -1


def assigned(statement: AssignmentStmt, path: tuple[int, ...] | None) -> Binding:
    """Return how an assignment binds one of its names."""
    if statement.type is not None:
        return Binding("annotated", statement)
    return UNKNOWN if path is None else Binding("value", statement.rvalue, path)


def captured(statement: MatchStmt) -> Iterator[Var]:
    """Yield the variables that the patterns of a statement bind, and those that they compare."""
    for pattern in statement.patterns:
        for node in descendants(pattern):
            if isinstance(node, NameExpr) and isinstance(node.node, Var):
                yield node.node


def called_name(call: CallExpr) -> str:
    """Return the last part of the name of what is called, or an empty text."""
    callee = call.callee
    return callee.name if isinstance(callee, NameExpr | MemberExpr) else ""


class Sites(Walker):
    """Collects the bindings of each variable, and the functions that they are in."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[Var, list[Binding]] = {}
        self.owners: dict[Var, set[FuncItem | None]] = {}
        self._functions: list[FuncItem | None] = [None]
        # What the variables of loops and comprehensions go through.
        self._sequences: dict[Var, list[Expression]] = {}
        # The variables that were found to have nothing to do with sizes.
        self._no_sizes: set[Var] = set()

    def visit_func_def(self, node: FuncDef) -> None:
        self._function(node)

    def visit_lambda_expr(self, node: LambdaExpr) -> None:
        self._function(node)

    def _function(self, node: FuncItem) -> None:
        self.visit_all(argument.initializer for argument in node.arguments)
        self._functions.append(node)
        for argument in node.arguments:
            self._bind(argument.variable, Binding("parameter", node))
        self.visit_children(node)
        self._functions.pop()

    def visit_assignment_stmt(self, node: AssignmentStmt) -> None:
        for target in node.lvalues if has_value(node) else ():
            for name, path in bound_names([target]):
                self._bind(name.node, assigned(node, path))
        self.visit_children(node)

    def visit_operator_assignment_stmt(self, node: OperatorAssignmentStmt) -> None:
        self._hide(node, node.lvalue)

    def visit_for_stmt(self, node: ForStmt) -> None:
        self._hide_elements(node, [node.index], [node.expr])

    def visit_with_stmt(self, node: WithStmt) -> None:
        self._hide(node, *node.target)

    def visit_try_stmt(self, node: TryStmt) -> None:
        self._hide(node, *node.vars)

    def visit_del_stmt(self, node: DelStmt) -> None:
        self._hide(node, node.expr)

    def visit_generator_expr(self, node: GeneratorExpr) -> None:
        self._hide_elements(node, node.indices, node.sequences)

    def visit_dictionary_comprehension(self, node: DictionaryComprehension) -> None:
        self._hide_elements(node, node.indices, node.sequences)

    def _hide_elements(
        self, node: Node, targets: Sequence[Expression], sequences: Sequence[Expression]
    ) -> None:
        for target, sequence in zip(targets, sequences, strict=True):
            for name, _ in bound_names([target]):
                if isinstance(name.node, Var):
                    self._sequences.setdefault(name.node, []).append(sequence)
        self._hide(node, *targets)

    def visit_assignment_expr(self, node: AssignmentExpr) -> None:
        self._bind(node.target.node, Binding("value", node.value))
        self.visit_children(node)

    def visit_match_stmt(self, node: MatchStmt) -> None:
        for var in captured(node):
            self._bind(var, UNKNOWN)
        self.visit_children(node)

    def _hide(self, node: Node, *targets: Expression | None) -> None:
        for name, _ in bound_names(targets):
            self._bind(name.node, UNKNOWN)
        self.visit_children(node)

    def _bind(self, var: Node | None, binding: Binding) -> None:
        if isinstance(var, Var):
            self.found.setdefault(var, []).append(binding)
            self.owners.setdefault(var, set()).add(self._functions[-1])

    def tells_size(self, expr: Expression) -> bool:
        """Return whether an expression looks at the size of an array."""
        seen = set(self._no_sizes)
        found = self._tells_size(expr, seen)
        if not found:
            # Of these, nobody has to ask again.
            self._no_sizes = seen
        return found

    def _tells_size(self, expr: Expression, seen: set[Var]) -> bool:
        return any(self._is_size(node, seen) for node in descendants(expr))

    def _is_size(self, node: Node, seen: set[Var]) -> bool:
        match node:
            case MemberExpr():
                return node.name in ("shape", "size", "ndim")
            case CallExpr():
                return called_name(node) in ("len", "shape", "size", "ndim")
            case NameExpr(node=Var() as var) if var not in seen:
                # Once is enough: in `b = a + a; c = b + b`, ways to `a` double with each line.
                seen.add(var)
                return any(self._tells_size(source, seen) for source in self._sources(var))
            case _:
                return False

    def _sources(self, var: Var) -> Iterator[Expression]:
        bound = (one.node for one in self.found.get(var, ()) if one.kind == "value")
        for source in (*self._sequences.get(var, ()), *bound):
            if isinstance(source, Expression):
                yield source


__all__ = [
    "UNKNOWN",
    "Binding",
    "Sites",
    "assigned",
    "bound_names",
    "called_name",
    "captured",
    "has_value",
]
