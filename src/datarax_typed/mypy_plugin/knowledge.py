"""What is known of the objects that a program makes, and where that may be relied on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from mypy.checker import TypeChecker
from mypy.nodes import (
    AssignmentExpr,
    CallExpr,
    ConditionalExpr,
    Expression,
    MemberExpr,
    MypyFile,
    NameExpr,
    RefExpr,
)
from mypy.types import Type

from datarax_typed.mypy_plugin.assignments import Assignments
from datarax_typed.mypy_plugin.marks import fact_of, with_fact
from datarax_typed.mypy_plugin.text import Alternatives
from datarax_typed.mypy_plugin.values import Evaluator

# Of a config, an operator, random numbers or a partial class: what is known varies.
Fact: TypeAlias = dict[str, Any]

_ORIGIN: Final = "origin"


@dataclass(slots=True)
class Knowledge:
    """Facts about objects: put on the type of the call that makes one, read where it is used.

    A type alone is not enough. That of a variable keeps the fact of its first value, that of a list
    the fact of one item: only what is bound once, and the call itself, is relied on.
    """

    _assignments: Assignments = field(default_factory=Assignments)
    _made: dict[Expression, MypyFile] = field(default_factory=dict)

    def made(self, api: TypeChecker, call: object, typ: Type, fact: Mapping[str, object]) -> Type:
        """Return the type of what a call makes, with what is known of it."""
        if not isinstance(call, CallExpr):
            return typ
        if self._made and next(iter(self._made.values())) is not api.tree:
            self._made.clear()
        self._made[call] = api.tree
        self._assignments.look_at(api.tree, api.errors.read_source)
        origin = self._assignments.origin(call)
        text_type = api.named_generic_type("builtins.str", [])
        return with_fact(typ, {**fact, _ORIGIN: origin}, text_type)

    def of(self, api: TypeChecker, expr: Expression) -> Fact | None:
        """Return what is known of the value of an expression, or None."""
        fact = fact_of(api.lookup_type_or_none(expr))
        if not isinstance(fact, dict) or not self._is_certain(api, expr, fact):
            return None
        return fact

    def of_arms(self, api: TypeChecker, expr: Expression) -> list[Fact | None]:
        """Return what is known of each arm of an expression."""
        if isinstance(expr, ConditionalExpr):
            return [*self.of_arms(api, expr.if_expr), *self.of_arms(api, expr.else_expr)]
        return [self.of(api, expr)]

    def evaluator(self, api: TypeChecker) -> Evaluator:
        """Return what evaluates the expressions that mypy checks now."""
        return Evaluator(
            api.lookup_type_or_none, api.options, lambda expr: self._of_attribute(api, expr)
        )

    def _of_attribute(self, api: TypeChecker, expr: MemberExpr) -> Alternatives | None:
        owner = self.of(api, expr.expr)
        values: Mapping[str, Alternatives] = owner.get("values", {}) if owner is not None else {}
        return values.get(expr.name) if owner is not None and "config" in owner else None

    def _is_certain(self, api: TypeChecker, expr: Expression, fact: Mapping[str, Any]) -> bool:
        match expr:
            case CallExpr():
                return expr in self._made
            case AssignmentExpr():
                return self._is_certain(api, expr.value, fact)
            case MemberExpr(name="config") if not isinstance(expr.expr, NameExpr) or not isinstance(
                expr.expr.node, MypyFile
            ):
                return self.of(api, expr.expr) is not None
            case RefExpr():
                self._assignments.look_at(api.tree, api.errors.read_source)
                return self._assignments.is_bound_once(expr, fact.get(_ORIGIN, ""))
            case _:
                return False


__all__ = ["Fact", "Knowledge"]
