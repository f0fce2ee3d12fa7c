"""What operators and indices give."""

from typing import TYPE_CHECKING, Final

from mypy.nodes import ComparisonExpr, IndexExpr, OpExpr, UnaryExpr

from datarax_typed.mypy_plugin.shapes.attributes import is_variable
from datarax_typed.mypy_plugin.shapes.batches import BatchValue
from datarax_typed.mypy_plugin.shapes.callables import ClassValue, as_of_jax
from datarax_typed.mypy_plugin.shapes.declared import Typed
from datarax_typed.mypy_plugin.shapes.findings import Outcome, attempted
from datarax_typed.mypy_plugin.shapes.functions import OPERATORS, index
from datarax_typed.mypy_plugin.shapes.iteration import (
    MAPPINGS,
    argument_of,
    has_name,
    is_named_tuple,
    part_of,
)
from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    ArrayValue,
    Call,
    Constant,
    Items,
    Made,
    Number,
    OtherArray,
    Record,
    Size,
    Slice,
    Value,
)

if TYPE_CHECKING:
    from datarax_typed.mypy_plugin.shapes.evaluation import Evaluation

_ELEMENT: Final = "datarax_typed.core.element_batch.Element"
_SEQUENCES: Final = ("builtins.list", "builtins.tuple", "typing.Sequence")
_CONTAINERS: Final = (
    *_SEQUENCES,
    *MAPPINGS,
)


class Operations:
    """Evaluates operations.

    Args:
        evaluation: of the operands.
    """

    def __init__(self, evaluation: "Evaluation") -> None:
        self._evaluation = evaluation

    def of(self, expr: OpExpr | UnaryExpr | ComparisonExpr | IndexExpr) -> Outcome:
        """Return what an operation gives, and why it fails."""
        match expr:
            case OpExpr(op="and" | "or"):
                return Outcome(NOTHING)
            case OpExpr():
                return applied(
                    expr.op, self._evaluation.value(expr.left), self._evaluation.value(expr.right)
                )
            case UnaryExpr(op="not"):
                return Outcome(NOTHING)
            case UnaryExpr():
                return applied(expr.op, self._evaluation.value(expr.expr))
            case ComparisonExpr(operators=[operator], operands=[left, right]):
                if operator in OPERATORS:
                    return applied(
                        operator, self._evaluation.value(left), self._evaluation.value(right)
                    )
                return Outcome(NOTHING)
            case IndexExpr():
                return _indexed(
                    self._evaluation.value(expr.base), self._evaluation.value(expr.index)
                )
            case _:
                return Outcome(NOTHING)


def applied(operator: str, *operands: Value) -> Outcome:
    """Return what an operator gives."""
    function = OPERATORS.get(operator)
    of_jax = any(isinstance(operand, ArrayValue | Made) for operand in operands)
    of_others = any(isinstance(operand, OtherArray) for operand in operands)
    if function is None or (of_others and not of_jax):
        return Outcome(NOTHING)
    given = tuple(map(as_of_jax, operands))
    return attempted(lambda: function(Call(given, {})))


def _indexed(base: Value, key: Value) -> Outcome:
    match base:
        case ArrayValue() | Made() | Items():
            return attempted(lambda: index(base, key))
        case OtherArray():
            found = attempted(lambda: index(base.array, key))
            if isinstance(found.value, ArrayValue):
                return Outcome(OtherArray(found.value))
            return Outcome(NOTHING, found.findings)
        case _:
            return Outcome(_item(base, key))


def _item(base: Value, key: Value) -> Value:
    match base, key:
        case Record(), Constant(value=str() as name):
            return base.fields.get(name, NOTHING)
        case BatchValue(), Size() | Number("int"):
            return Made(_ELEMENT, {"data": base.data})
        case Typed(), Slice():
            return base if has_name(base.typ, _SEQUENCES) else NOTHING
        case Typed(), Size(number=int() as at) if is_named_tuple(base):
            return part_of(base, at)
        case Typed(), _:
            is_known = has_name(base.typ, _CONTAINERS) or is_variable(base.typ)
            return argument_of(base) if is_known else NOTHING
        case ClassValue(), _:
            # `Class[int]`
            return base
        case _:
            return NOTHING


__all__ = ["Operations", "applied"]
