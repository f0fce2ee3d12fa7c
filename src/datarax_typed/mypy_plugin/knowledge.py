"""What is known of the objects that a program makes, and where that may be relied on."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeGuard

from mypy.checker import TypeChecker
from mypy.nodes import (
    AssignmentExpr,
    CallExpr,
    ConditionalExpr,
    Expression,
    FuncItem,
    MemberExpr,
    MypyFile,
    RefExpr,
    TypeInfo,
    Var,
)
from mypy.types import Instance, Type, get_proper_type

from datarax_typed.mypy_plugin.assignments import Assignments
from datarax_typed.mypy_plugin.marks import fact_of, with_fact
from datarax_typed.mypy_plugin.text import Alternatives
from datarax_typed.mypy_plugin.values import Evaluator

# Of a config, an operator, random numbers or a partial class: what is known varies.
Fact: TypeAlias = dict[str, Any]

_ORIGIN: Final = "origin"


class Knowledge:
    """Facts about objects: put on the type of the call that makes one, read where it is used.

    A type alone is not enough: that of a variable keeps the fact of its first value, that of a list
    the fact of one item. What is relied on is the call itself, and names that are bound once, to a
    call. Nor is the fact always still there: where mypy joins types, it may take it off for good.
    """

    def __init__(self) -> None:
        self._assignments = Assignments()
        self._tree: MypyFile | None = None
        self._version = 0
        # The class of the partial that mypy tries to call, to see whether its arguments fit.
        self.tried: Expression | None = None
        # The calls of this module, and all types that facts were put on.
        self._made: dict[Expression, Fact] = {}
        self._marked: dict[int, tuple[Instance, Fact]] = {}

    def made(
        self, api: TypeChecker, call: CallExpr, typ: Type, known: Mapping[str, object]
    ) -> Type:
        """Return the type of what a call makes, with what is known of it."""
        self._look_at(api)
        fact: Fact = {**known, _ORIGIN: self._assignments.origin(call)}
        self._made[call] = fact
        if api.expr_checker.in_lambda_expr:
            # Lambdas whose results differ in a fact would not fit one type any more.
            return typ
        marked = with_fact(typ, fact, api.named_generic_type("builtins.str", []))
        if isinstance(marked, Instance):
            self._marked[id(marked)] = marked, fact
        return marked

    def of(self, api: TypeChecker, expr: Expression) -> Fact | None:
        """Return what is known of the value of an expression, or None."""
        arms = self.of_arms(api, expr)
        return arms[0] if len(arms) == 1 else None

    def of_arms(self, api: TypeChecker, expr: Expression) -> list[Fact | None]:
        """Return what is known of each arm of an expression."""
        self._look_at(api)
        match expr:
            case ConditionalExpr():
                return [*self.of_arms(api, expr.if_expr), *self.of_arms(api, expr.else_expr)]
            case CallExpr():
                return [self._made.get(expr)]
            case AssignmentExpr():
                return self.of_arms(api, expr.value)
            case MemberExpr(name="config") if not isinstance(variable_of(expr), Var):
                owner = self.of(api, expr.expr)
                return [owner.get("config") if owner is not None else None]
            case RefExpr():
                if self._assignments.is_tested(expr, _functions(api)):
                    return [None]
                return self._of_variable(api, variable_of(expr))
            case _:
                return [None]

    def _of_variable(self, api: TypeChecker, var: Var | None) -> list[Fact | None]:
        if var is None:
            return [None]
        self._look_again(api, var)
        if self._assignments.is_bound(var):
            value = self._assignments.value_of(var)
            if value is None or (isinstance(value, CallExpr) and value not in self._made):
                # Another process may have checked the call, and put the fact on the type.
                return [self._on_type(var.type) if isinstance(value, CallExpr) else None]
            arms = self.of_arms(api, value)
            # Where it is read, only one of several arms may be possible.
            return arms if len(arms) == 1 else [None]
        fact = self._on_type(var.type)
        # Of another module: whether it is bound once was found out there.
        return [fact if fact is not None and fact[_ORIGIN] == var.fullname else None]

    def _on_type(self, typ: Type | None) -> Fact | None:
        proper = get_proper_type(typ)
        instance, fact = self._marked.get(id(proper), (None, None))
        if instance is proper and fact is not None:
            return fact
        found = fact_of(proper)
        return found if isinstance(found, dict) else None

    def _look_at(self, api: TypeChecker) -> None:
        # The daemon makes a module anew in the tree that it has.
        version = _last_change(api.tree) if api.options.fine_grained_incremental else 0
        if api.tree is not self._tree or version != self._version:
            self._tree, self._version = api.tree, version
            self._made.clear()
            self._assignments.look_at(api.tree, api.options)

    def _look_again(self, api: TypeChecker, var: Var) -> None:
        """Look at a module anew that the daemon has analysed again without a change of its text."""
        own = "." not in var.fullname or var.fullname.startswith(f"{api.tree.fullname}.")
        is_daemon = api.options.fine_grained_incremental
        if is_daemon and own and not self._assignments.is_bound(var):
            self._assignments.look_at(api.tree, api.options)

    def evaluator(self, api: TypeChecker) -> Evaluator:
        """Return what evaluates the expressions that mypy checks now."""
        return Evaluator(
            api.lookup_type_or_none,
            api.options,
            lambda expr: self._of_attribute(api, expr),
            lambda expr: self._value_of(api, expr),
            lambda expr: self._is_tested(api, expr),
        )

    def _is_tested(self, api: TypeChecker, expr: RefExpr) -> bool:
        self._look_at(api)
        return self._assignments.is_tested(expr, _functions(api))

    def _of_attribute(self, api: TypeChecker, expr: MemberExpr) -> Alternatives | None:
        owner = self.of(api, expr.expr)
        values: Mapping[str, Alternatives] = owner["values"] if is_of_config(owner) else {}
        return values.get(expr.name)

    def _value_of(self, api: TypeChecker, expr: RefExpr) -> Expression | None:
        self._look_at(api)
        var = variable_of(expr)
        if var is None:
            return None
        # A function that reads a global is not checked again when another value is assigned.
        if "." in var.fullname and not var.is_final and api.scope.current_function() is not None:
            return None
        self._look_again(api, var)
        return self._assignments.value_of(var)


def _functions(api: TypeChecker) -> list[int]:
    """Return the lines of the functions that mypy checks now, one within the other."""
    return [item.line for item in api.scope.stack if isinstance(item, FuncItem)]


def _last_change(tree: MypyFile) -> int:
    try:
        return Path(tree.path).stat().st_mtime_ns
    except OSError:
        return 0


def is_of_config(fact: Fact | None) -> TypeGuard[Fact]:
    """Return whether a fact is about a config."""
    return fact is not None and fact.get("kind") == "config"


def variable_of(expr: RefExpr) -> Var | None:
    """Return the variable that a name stands for: of a function, a module or a class."""
    if isinstance(expr.node, Var):
        return expr.node
    if isinstance(expr, MemberExpr) and isinstance(expr.expr, RefExpr):
        owner = expr.expr.node
        symbol = owner.names.get(expr.name) if isinstance(owner, TypeInfo) else None
        return symbol.node if symbol is not None and isinstance(symbol.node, Var) else None
    return None


__all__ = ["Fact", "Knowledge", "is_of_config", "variable_of"]
