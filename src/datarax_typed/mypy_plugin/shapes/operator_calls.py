"""Calls that make operators, and calls of operators."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mypy.nodes import (
    CallExpr,
    Context,
    DictExpr,
    ListExpr,
    OverloadedFuncDef,
    RefExpr,
    TupleExpr,
    TypeInfo,
)
from mypy.types import Instance, get_proper_type

from datarax_typed.mypy_plugin.shapes.batches import (
    BatchValue,
    ConfigValue,
    OperatorValue,
    batch_of,
    config_value,
)
from datarax_typed.mypy_plugin.shapes.callables import Argument, overloads_of
from datarax_typed.mypy_plugin.shapes.declared import Typed
from datarax_typed.mypy_plugin.shapes.findings import Outcome
from datarax_typed.mypy_plugin.shapes.operators import Operators, is_composite
from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    Items,
    Record,
    Value,
)

if TYPE_CHECKING:
    from datarax_typed.mypy_plugin.shapes.evaluation import Evaluation


class OperatorCalls:
    """Evaluates such calls.

    Args:
        evaluation: of configs.
        operators: applies operators.
    """

    def __init__(self, evaluation: "Evaluation", operators: Operators) -> None:
        self._evaluation = evaluation
        self._operators = operators

    def made(self, call: CallExpr, info: TypeInfo, arguments: Sequence[Argument] | None) -> Outcome:
        """Return the operator that a call makes, and what is wrong with its stages."""
        fact = self._evaluation.config_of(call)
        if fact is None:
            return Outcome(NOTHING)
        made = OperatorValue(info, config_value(fact))
        if not is_composite(info):
            return Outcome(made)
        given = arguments[1:2] if arguments is not None else []
        stages = [one for one in arguments or () if one.name == "operators"] or given
        if not stages:
            return Outcome(NOTHING)
        found = self._stages(stages[0])
        return self._composition(replace(made, stages=found)) if found else Outcome(NOTHING)

    def _stages(self, argument: Argument) -> tuple[tuple[Value, Context], ...] | None:
        match argument.value, argument.place:
            case Items(items=values), ListExpr(items=places) | TupleExpr(items=places):
                return tuple(zip(values, places, strict=False))
            case Record(fields=fields), DictExpr(items=pairs) if len(pairs) == len(fields):
                places = [place for _, place in pairs]
                return tuple(zip(fields.values(), places, strict=True))
            case Items(items=values), place:
                return tuple((value, place) for value in values)
            case _:
                return None

    def chained(self, call: CallExpr, arguments: Sequence[Argument]) -> Outcome:
        """Return the operator that `chain` makes, and what is wrong with its stages."""
        return self._composition(_chained(call, arguments))

    def _composition(self, operator: OperatorValue | None) -> Outcome:
        if operator is None:
            return Outcome(NOTHING)
        findings = self._operators.composed(operator)
        return Outcome(replace(operator, is_broken=bool(findings)), findings)

    def applied(self, operator: OperatorValue, arguments: Sequence[Argument]) -> Outcome:
        """Return what an operator makes of a batch, and what it cannot take."""
        batches = [one for one in arguments[:1] if one.name in (None, "batch")]
        batch = batches[0].value if batches else NOTHING
        if isinstance(batch, Typed):
            batch = batch_of(batch.typ, batch.scope) or NOTHING
        if not isinstance(batch, BatchValue):
            return Outcome(NOTHING)
        return self._operators.applied(operator, batch, batches[0].place)


def _chained(call: CallExpr, arguments: Sequence[Argument]) -> OperatorValue | None:
    stages = tuple((one.value, one.place) for one in arguments if one.name is None)
    node = call.callee.node if isinstance(call.callee, RefExpr) else None
    first = next(overloads_of(node), None) if isinstance(node, OverloadedFuncDef) else None
    made = get_proper_type(first.signature.ret_type) if first is not None else None
    if not isinstance(made, Instance):
        return None
    return OperatorValue(made.type, ConfigValue({"strategy": "sequential"}), stages)


__all__ = ["OperatorCalls"]
