"""Which bindings of a name may be in force where it is read: statements, as they run."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Final, TypeAlias

from mypy.nodes import (
    AssertStmt,
    AssignmentExpr,
    AssignmentStmt,
    Block,
    BreakStmt,
    CallExpr,
    ComparisonExpr,
    ConditionalExpr,
    ContinueStmt,
    Decorator,
    DelStmt,
    DictionaryComprehension,
    Expression,
    ExpressionStmt,
    ForStmt,
    FuncDef,
    FuncItem,
    GeneratorExpr,
    IfStmt,
    IndexExpr,
    LambdaExpr,
    Lvalue,
    MatchStmt,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    OperatorAssignmentStmt,
    OpExpr,
    RaiseStmt,
    ReturnStmt,
    RevealExpr,
    StarExpr,
    StrExpr,
    TryStmt,
    TupleExpr,
    Var,
    WhileStmt,
    WithStmt,
)
from mypy.types import CallableType, get_proper_type

from datarax_typed.mypy_plugin.shapes.carried import MAPPING, decorator_name
from datarax_typed.mypy_plugin.shapes.declared import is_telling
from datarax_typed.mypy_plugin.shapes.flow import NO_BINDINGS, Bindings, Flow
from datarax_typed.mypy_plugin.shapes.questions import asks, is_check
from datarax_typed.mypy_plugin.shapes.sites import (
    UNKNOWN,
    Binding,
    Sites,
    assigned,
    bound_names,
    called_name,
    captured,
    has_value,
)
from datarax_typed.mypy_plugin.shapes.walking import Walker, children, descendants

_Reaching: TypeAlias = dict[Var, Bindings]

# What changes a list or dict.
_CHANGERS: Final = frozenset(
    {
        *("append", "extend", "insert", "pop", "remove", "clear", "reverse", "sort"),
        *(
            "update",
            "setdefault",
            "popitem",
            "__setitem__",
            "__delitem__",
            "set_value",
            "set_raw_value",
        ),
    }
)
# `contextlib.suppress`, `pytest.raises` and the like.
_SWALLOWERS: Final = re.compile("suppress|raises|ignor|catch|swallow", re.IGNORECASE)
# What looks at sizes, and goes on only where they are as they should be.
_CHECKERS: Final = re.compile("assert|check|ensure|valid|require|broadcast_shapes")
# Decorators of which nobody knows whether a signature below them tells what the function returns.
_DERIVING: Final = frozenset(
    {
        *("grad", "value_and_grad", "jacfwd", "jacrev", "jacobian", "hessian"),
        *("filter_grad", "filter_value_and_grad", "filter_jacfwd", "filter_jacrev"),
        "filter_hessian",
    }
)


def flow_of(tree: MypyFile) -> Flow:
    """Return what reaches the names that a module reads."""
    sites = Sites()
    sites.visit_all(tree.defs)
    walker = _Walker(sites)
    walker.visit_all(tree.defs)
    walker.flow.changes.finish()
    return walker.flow


@dataclass(slots=True)
class _Loop:
    """What reaches the next round of a loop, what leaves it early, and what does at its end."""

    again: list[_Reaching] = field(default_factory=list)
    after: list[_Reaching] = field(default_factory=list)
    end: _Reaching | None = None


class _Walker(Walker):
    """Goes through statements as they run, with what is bound so far."""

    def __init__(self, sites: Sites) -> None:
        super().__init__()
        self.flow = Flow()
        self._sites = sites
        # None: nothing gets here.
        self._now: _Reaching | None = {}
        self._function: FuncItem | None = None
        self._loops: list[_Loop] = []
        # Of each `try` around: what is bound in its body may be in force in its handlers.
        self._tries: list[_Reaching] = []

    def _bind(self, var: Node | None, binding: Binding, *, surely: bool = True) -> None:
        if not isinstance(var, Var) or self._now is None:
            return
        before = NO_BINDINGS if surely else self._now.get(var, NO_BINDINGS)
        self._now[var] = before | {binding}
        for around in self._tries:
            around[var] = around.get(var, NO_BINDINGS) | {binding}

    def _bind_elements(self, target: Lvalue, value: Expression) -> None:
        self.flow.changes.note_elements(target, value)
        for name, path in bound_names([target]):
            self._bind(name.node, UNKNOWN if path is None else Binding("element", value, path))

    def _copied(self) -> _Reaching | None:
        """Return what is bound so far, whatever is bound later."""
        return None if self._now is None else dict(self._now)

    def _hide(self, *targets: Expression | None) -> None:
        for name, _ in bound_names(targets):
            self._bind(name.node, UNKNOWN)

    def _read_within(self, target: Expression) -> None:
        """Read what a target reads: `x[i] = value` reads x and i."""
        if isinstance(target, NameExpr):
            return
        self.flow.changes.note_content(target)
        if isinstance(target, IndexExpr):
            self.flow.changes.note(target.base)
        for part in children(target):
            if isinstance(target, TupleExpr | StarExpr) and isinstance(part, Expression):
                self._read_within(part)
            else:
                self.visit(part)

    def visit_name_expr(self, node: NameExpr) -> None:
        if isinstance(node.node, Var):
            before = self.flow.reads.get(node, NO_BINDINGS)
            self.flow.reads[node] = before | self._in_force(node.node)

    def _in_force(self, var: Var) -> Bindings:
        if self._sites.owners.get(var, set()) == {self._function}:
            return NO_BINDINGS if self._now is None else self._now.get(var, NO_BINDINGS)
        # What a function reads of those around it: known if it never changes.
        found = self._sites.found.get(var, [])
        return frozenset(found) if len(found) == 1 else frozenset({UNKNOWN})

    def visit_comparison_expr(self, node: ComparisonExpr) -> None:
        if self._function is not None and any(map(self._sites.tells_size, node.operands)):
            self.flow.comparing.add(self._function)
        if isinstance(node.operands[0], StrExpr) and {"in", "not in"} & {*node.operators}:
            self.flow.asking.add(self._function)
        self.visit_children(node)

    def visit_member_expr(self, node: MemberExpr) -> None:
        self.flow.outer[node.expr] = node
        if node.name in _CHANGERS:
            self.flow.changes.note(node.expr)
        self.visit_children(node)

    def visit_index_expr(self, node: IndexExpr) -> None:
        self.flow.outer[node.base] = node
        self.visit_children(node)

    def visit_call_expr(self, node: CallExpr) -> None:
        name = called_name(node)
        if isinstance(node.analyzed, RevealExpr):
            self.flow.revealing.append(node.analyzed)
        if self._function is not None and name == "assert_shape":
            self.flow.asserting[node] = self._function
        elif self._function is not None and _CHECKERS.search(name):
            self.flow.comparing.add(self._function)
        if name in ("setattr", "delattr"):
            self.flow.note_names(node.args[1:2])
        if name in _CHANGERS and isinstance(node.callee, MemberExpr):
            for argument in node.args:
                self.flow.changes.note_names([node.callee.expr], argument)
        self.flow.outer[node.callee] = node
        self.flow.changes.note_call(node, self._function)
        self.visit_children(node)

    def _test(self, *tests: Expression) -> None:
        """Note that a function goes on where something is as it should be."""
        if self._function is not None and any(map(self._sites.tells_size, tests)):
            self.flow.comparing.add(self._function)
        for test in tests:
            self._ask(test)

    def _ask(self, test: Expression) -> None:
        """Note functions in a test: they may look at sizes."""
        calls = (part for part in descendants(test) if isinstance(part, CallExpr))
        if self._function is not None and any(map(asks, calls)):
            self.flow.comparing.add(self._function)

    def visit_conditional_expr(self, node: ConditionalExpr) -> None:
        self._test(node.cond)
        self.visit_children(node)

    def visit_assert_stmt(self, node: AssertStmt) -> None:
        self._test(node.expr)
        self.visit_children(node)

    def visit_op_expr(self, node: OpExpr) -> None:
        if node.op in ("and", "or"):
            self._test(node.left)
        else:
            self.flow.outer[node.left] = self.flow.outer[node.right] = node
        self.visit_children(node)

    def visit_expression_stmt(self, node: ExpressionStmt) -> None:
        if isinstance(node.expr, CallExpr) and is_check(node.expr) and self._function is not None:
            self.flow.comparing.add(self._function)
        self.visit_children(node)

    # Branches: what is in force after them was so in one of them.

    def _either(self, ways: Iterable[Callable[[], None]]) -> None:
        before = self._now
        ends: list[_Reaching | None] = []
        for way in ways:
            self._now = None if before is None else dict(before)
            way()
            ends.append(self._now)
        self._now = _joined(ends)

    def _going(self, block: Block | None) -> Callable[[], None]:
        return lambda: self.visit(block)

    def visit_if_stmt(self, node: IfStmt) -> None:
        self._test(*node.expr)
        self.visit_all(node.expr)
        self._either([*map(self._going, node.body), self._going(node.else_body)])

    def visit_match_stmt(self, node: MatchStmt) -> None:
        self._test(node.subject)
        self.visit(node.subject)
        for var in captured(node):
            self._bind(var, UNKNOWN, surely=False)
        self.visit_all(node.guards)
        self._either([*map(self._going, node.bodies), self._going(None)])

    def visit_try_stmt(self, node: TryStmt) -> None:
        left = [len(ways) for ways in self._ways_out()]
        before = self._copied()
        self._tries.append({})
        self._tries.append({})
        self.visit(node.body)
        bound = self._tries.pop()
        thrown = None if before is None else _joined([before, bound])
        self._either([self._going(node.else_body), *self._handlers(node, thrown)])
        bound = self._tries.pop()
        if node.finally_body is not None:
            after = self._now
            self._now = None if before is None else _joined([after, before, bound])
            self._tries.append({})
            self.visit(node.finally_body)
            self._bind_on_leaving(left, self._tries.pop())
            # What was thrown goes on after it.
            self._now = None if after is None else self._now

    def _ways_out(self) -> list[list[_Reaching]]:
        return [ways for loop in self._loops for ways in (loop.again, loop.after)]

    def _bind_on_leaving(self, left: Sequence[int], bound: _Reaching) -> None:
        """Note what `finally` binds when a loop is left from within."""
        for ways, known in zip(self._ways_out(), left, strict=True):
            for way in ways[known:]:
                for var, bindings in bound.items():
                    way[var] = way.get(var, NO_BINDINGS) | bindings

    def _handlers(self, node: TryStmt, thrown: _Reaching | None) -> Iterator[Callable[[], None]]:
        for handler in node.handlers:

            def handle(handler: Block = handler) -> None:
                self._now = None if thrown is None else dict(thrown)
                self._hide(*node.vars)
                self.visit(handler)

            yield handle

    def visit_with_stmt(self, node: WithStmt) -> None:
        self.visit_all(node.expr)
        before = self._copied()
        self._hide(*node.target)
        self._tries.append({})
        self.visit(node.body)
        bound = self._tries.pop()
        if before is not None and any(map(_swallows, node.expr)):
            self._now = _joined([self._now, before, bound])

    # Loops: what a round binds may be in force in the next.

    def _rounds(self, one_round: Callable[[], None], else_body: Block | None) -> None:
        before = self._now
        while True:
            self._loops.append(_Loop())
            self._now = None if before is None else dict(before)
            one_round()
            loop = self._loops.pop()
            again = _joined([before, self._now, *loop.again])
            if again == before:
                break
            before = again
        self._now = loop.end
        self.visit(else_body)
        self._now = _joined([self._now, *loop.after])

    def visit_while_stmt(self, node: WhileStmt) -> None:
        self._test(node.expr)

        def one_round() -> None:
            self.visit(node.expr)
            self._loops[-1].end = self._copied()
            self.visit(node.body)

        self._rounds(one_round, node.else_body)

    def visit_for_stmt(self, node: ForStmt) -> None:
        self.visit(node.expr)

        def one_round() -> None:
            self._loops[-1].end = self._copied()
            self._bind_elements(node.index, node.expr)
            self._read_within(node.index)
            self.visit(node.body)

        self._rounds(one_round, node.else_body)

    def visit_break_stmt(self, node: BreakStmt) -> None:
        self._leave(self._loops[-1].after)

    def visit_continue_stmt(self, node: ContinueStmt) -> None:
        self._leave(self._loops[-1].again)

    def _leave(self, to: list[_Reaching]) -> None:
        if self._now is not None:
            to.append(self._now)
        self._now = None

    def visit_return_stmt(self, node: ReturnStmt) -> None:
        self.visit_children(node)
        self.flow.around[node] = self._function
        if node.expr is not None and self._function is not None and _tells(self._function):
            self.flow.wait(node, node.expr)
        self._now = None

    def visit_raise_stmt(self, node: RaiseStmt) -> None:
        self.visit_children(node)
        self._now = None

    # What binds.

    def visit_assignment_stmt(self, node: AssignmentStmt) -> None:
        if not has_value(node):
            return
        self.visit(node.rvalue)
        self.flow.around[node] = self._function
        if node.type is not None and is_telling(node.type):
            self.flow.wait(node, node.rvalue)
        for target in node.lvalues:
            for name, path in bound_names([target]):
                self._bind(name.node, assigned(node, path))
            self._note_attributes(target, node.rvalue)
            self.flow.changes.note_names([target], node.rvalue)
            self._read_within(target)

    def _note_attributes(self, target: Expression, value: Expression) -> None:
        if not isinstance(target, TupleExpr):
            self.flow.note_attribute(target, value, self._function)
            return
        values = value.items if isinstance(value, TupleExpr) else []
        is_paired = len(values) == len(target.items) and not any(
            isinstance(item, StarExpr) for item in (*values, *target.items)
        )
        for at, item in enumerate(target.items):
            if is_paired:
                self._note_attributes(item, values[at])
            else:
                self.flow.note_attribute(item, None)

    def visit_operator_assignment_stmt(self, node: OperatorAssignmentStmt) -> None:
        self.visit_children(node)
        self.flow.note_attribute(node.lvalue, None)
        self.flow.changes.note(node.lvalue)
        for name, _ in bound_names([node.lvalue]):
            self._bind(name.node, Binding("operation", node))

    def visit_assignment_expr(self, node: AssignmentExpr) -> None:
        self.visit(node.value)
        # In `a and (b := c)` it may not come to that.
        self._bind(node.target.node, Binding("value", node.value), surely=False)
        self.visit(node.target)

    def visit_del_stmt(self, node: DelStmt) -> None:
        self.flow.note_attribute(node.expr, None)
        self._read_within(node.expr)
        self._hide(node.expr)

    # What is run within, or later.

    def visit_decorator(self, node: Decorator) -> None:
        names = map(decorator_name, reversed(node.original_decorators))
        # What is checked before it is mapped is what goes into the function.
        unsure = set(takewhile(lambda name: name != "jaxtyped", names))
        if unsure & MAPPING:
            self.flow.mapped.add(node.func)
        if unsure & (MAPPING | _DERIVING):
            self.flow.deriving.add(node.func)
        self.visit_children(node)

    def visit_func_def(self, node: FuncDef) -> None:
        self._function_within(node)

    def visit_lambda_expr(self, node: LambdaExpr) -> None:
        self._function_within(node)

    def _function_within(self, node: FuncItem) -> None:
        self.visit_all(argument.initializer for argument in node.arguments)
        outside = self._now, self._function, self._loops, self._tries
        self._now, self._function, self._loops, self._tries = {}, node, [], []
        for argument in node.arguments:
            self._bind(argument.variable, Binding("parameter", node))
        self.visit(node.body)
        self._now, self._function, self._loops, self._tries = outside

    def visit_generator_expr(self, node: GeneratorExpr) -> None:
        self._comprehension(node)
        self.visit(node.left_expr)

    def visit_dictionary_comprehension(self, node: DictionaryComprehension) -> None:
        self._comprehension(node)
        self.visit_all([node.key, node.value])

    def _comprehension(self, node: GeneratorExpr | DictionaryComprehension) -> None:
        for index, sequence, tests in zip(
            node.indices, node.sequences, node.condlists, strict=True
        ):
            self.visit(sequence)
            self._bind_elements(index, sequence)
            self._test(*tests)
            self.visit_all(tests)


def _tells(function: FuncItem) -> bool:
    """Return whether the result of a function is declared, with something about arrays."""
    typ = get_proper_type(function.type)
    return isinstance(typ, CallableType) and is_telling(typ.ret_type)


def _swallows(manager: Expression) -> bool:
    """Return whether a context manager may go on after what is raised within it."""
    return isinstance(manager, CallExpr) and bool(_SWALLOWERS.search(called_name(manager)))


def _joined(ways: Iterable[_Reaching | None]) -> _Reaching | None:
    """Return what is in force where several ways meet; of ways that end, nothing."""
    found: _Reaching | None = None
    for way in ways:
        if way is None:
            continue
        if found is None:
            found = dict(way)
            continue
        for var, bindings in way.items():
            found[var] = found.get(var, NO_BINDINGS) | bindings
    return found


__all__ = ["flow_of"]
