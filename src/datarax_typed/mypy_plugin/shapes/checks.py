"""The reports of shapes: at calls and operations, and where their results are returned or kept."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from mypy.checker import TypeChecker
from mypy.errorcodes import ErrorCode
from mypy.errors import Errors
from mypy.nodes import (
    AssignmentStmt,
    Context,
    Expression,
    FuncItem,
    MypyFile,
    NameExpr,
    ReturnStmt,
    Statement,
)
from mypy.types import CallableType, Type, get_proper_type

from datarax_typed.mypy_plugin.codes import DTYPE, FIELD, SHAPE
from datarax_typed.mypy_plugin.knowledge import Knowledge
from datarax_typed.mypy_plugin.shapes.evaluation import Evaluation
from datarax_typed.mypy_plugin.shapes.findings import Finding
from datarax_typed.mypy_plugin.shapes.revealing import Revealer
from datarax_typed.mypy_plugin.shapes.values import NOTHING

_CODES: Final[Mapping[str, ErrorCode]] = {"shape": SHAPE, "dtype": DTYPE, "field": FIELD}

# Of a long sum, mypy asks about each part anyway.
_MOST_AROUND: Final = 16


class Checks:
    """Checks expressions when mypy has found out their types.

    Args:
        knowledge: of configs and operators that were made before.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._evaluation = Evaluation(knowledge)
        self._revealer = Revealer(self._evaluation)

    def watch(self, tree: MypyFile, errors: Errors) -> None:
        """Show shapes where the types of a module are revealed."""
        self._revealer.watch(tree, errors)

    def expression(self, api: TypeChecker, expr: Context) -> None:
        """Report what is wrong with a call or an operation, and with what waits for it."""
        # Of packages that others have installed, mypy says nothing either.
        if not isinstance(expr, Expression) or api.path in api.errors.ignored_files:
            return
        self._evaluation.look_at(api.tree, api)
        # mypy does not ask about the call of what has no name, nor about what is done with Any.
        for part in self._known_around(expr):
            _report(api, part, self._told(api, self._evaluation.outcome(part).findings))
            self._waiting(api, part)

    def _known_around(self, expr: Expression) -> Iterator[Expression]:
        """Yield an expression and those that do something with what is known of it at once."""
        yield expr
        for _ in range(_MOST_AROUND):
            outer = self._evaluation.flow.outer.get(expr)
            if outer is None or self._evaluation.value(expr) == NOTHING:
                return
            yield outer
            expr = outer

    def _told(self, api: TypeChecker, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Yield what is to be reported: whoever asks for a field knows that it may be missing."""
        asking = self._evaluation.flow.asking
        for finding in findings:
            if finding.kind != "field" or api.scope.current_function() not in asking:
                yield finding

    def _waiting(self, api: TypeChecker, expr: Expression) -> None:
        for statement in self._evaluation.flow.awaiting.get(expr, ()):
            _report(api, statement, self._of_statement(statement))

    def _of_statement(self, statement: Statement) -> Iterator[Finding]:
        function = self._evaluation.flow.around.get(statement)
        match statement:
            case ReturnStmt(expr=Expression() as value) if function is not None:
                result = _result_type(function)
                if result is not None and function not in self._evaluation.flow.deriving:
                    yield from self._of_value(function, result, value, "return")
            case AssignmentStmt(lvalues=[NameExpr(name=name)], rvalue=value) if (
                function is not None
            ):
                if statement.type is not None:
                    yield from self._of_value(function, statement.type, value, name)
            case _:
                return

    def _of_value(
        self, function: FuncItem, typ: Type, value: Expression, where: str
    ) -> Iterator[Finding]:
        fitting = self._evaluation.bound.declaring(function)
        for misfit in fitting.misfits(typ, self._evaluation.value(value), where):
            yield Finding(f"{function.name}: {misfit.text}", value, misfit.kind)


def _result_type(function: FuncItem) -> Type | None:
    typ = get_proper_type(function.type)
    is_plain = not function.is_generator and not function.is_coroutine
    return typ.ret_type if isinstance(typ, CallableType) and is_plain else None


def _report(api: TypeChecker, place: Context, findings: Iterable[Finding]) -> None:
    for finding in findings:
        with _unwatched(api):
            api.fail(finding.text, finding.place or place, code=_CODES[finding.kind])


@contextmanager
def _unwatched(api: TypeChecker) -> Iterator[None]:
    """Let mypy not take a report for the reason why an overload or operator does not fit."""
    watchers = api.errors._watchers
    saved = [*watchers]
    watchers.clear()
    try:
        yield
    finally:
        watchers.extend(saved)


__all__ = ["Checks"]
