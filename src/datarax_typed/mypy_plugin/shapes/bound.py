"""What the bindings of a name give: parameters, assignments, loops."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    Expression,
    FuncItem,
    OperatorAssignmentStmt,
    Var,
)
from mypy.types import Instance, NoneType, TupleType, Type, get_proper_type

from datarax_typed.mypy_plugin.shapes.annotation import Resolve
from datarax_typed.mypy_plugin.shapes.batches import BatchValue, OperatorValue
from datarax_typed.mypy_plugin.shapes.bindings import Bindings, BoundShape
from datarax_typed.mypy_plugin.shapes.callables import Chained, ClassValue
from datarax_typed.mypy_plugin.shapes.declared import (
    Typed,
    has_annotation,
    is_array,
    is_number,
    is_shared,
    names_in,
    replaced,
    value_of_type,
    within,
)
from datarax_typed.mypy_plugin.shapes.fitting import Fitting
from datarax_typed.mypy_plugin.shapes.iteration import is_named_tuple, item_of, part_of
from datarax_typed.mypy_plugin.shapes.matching import unresolved
from datarax_typed.mypy_plugin.shapes.operations import applied
from datarax_typed.mypy_plugin.shapes.sites import Binding
from datarax_typed.mypy_plugin.shapes.sizes import INTEGER, LOOSE
from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    Items,
    Made,
    Record,
    Several,
    Size,
    Value,
)

if TYPE_CHECKING:
    from datarax_typed.mypy_plugin.shapes.evaluation import Evaluation


class BoundValues:
    """Evaluates bindings.

    Args:
        evaluation: of what is assigned.
        resolver_within: gives for a function what gives the sizes in braces within it.
    """

    def __init__(
        self,
        evaluation: "Evaluation",
        resolver_within: Callable[[FuncItem], Resolve],
    ) -> None:
        self._evaluation = evaluation
        self._resolver_within = resolver_within

    def of(self, binding: Binding, var: Var) -> Value:
        """Return what a binding gives for a variable."""
        match binding.kind:
            case "parameter" if isinstance(binding.node, FuncItem):
                return self._parameter(var, binding.node)
            case "annotated" if isinstance(binding.node, AssignmentStmt):
                return self._annotated(var, binding.node)
            case "value" if isinstance(binding.node, Expression):
                return _part(self._evaluation.value(binding.node), binding.path)
            case "element" if isinstance(binding.node, Expression):
                return _part(item_of(self._evaluation.value(binding.node)), binding.path)
            case "operation" if isinstance(binding.node, OperatorAssignmentStmt):
                statement = binding.node
                operands = (
                    self._evaluation.value(statement.lvalue),
                    self._evaluation.value(statement.rvalue),
                )
                return applied(statement.op, *operands).value
            case _:
                return NOTHING

    def _annotated(self, var: Var, statement: AssignmentStmt) -> Value:
        if not has_annotation(var.type) and (_is_plain(var.type) or is_number(var.type)):
            # `y: Array = f(x)` says less than f does. Of `WIDTH = 64`, mypy declares the type.
            return self._evaluation.value(statement.rvalue)
        made = self._evaluation.value(statement.rvalue)
        if isinstance(made, OperatorValue | BatchValue):
            return made
        function = self._evaluation.flow.around.get(statement)
        if function is None:
            return value_of_type(var.type, within(var.fullname))
        fitting = self.declaring(function)
        # What it is made of tells what new names stand for.
        list(fitting.misfits(statement.type or NoneType(), made, ""))
        return value_of_type(var.type, replaced(fitting.bindings, fitting.resolve, {}))

    def declaring(self, function: FuncItem) -> Fitting:
        """Return the names of a function's parameters, each bound to a size that is fixed."""
        scope = self._evaluation.flow.scope(function)
        bindings = Bindings()
        for argument in function.arguments:
            for name in names_in(argument.variable.type):
                bindings.bind(name, Size.named(name, scope))
            for name in names_in(argument.variable.type, variadic=True):
                bindings.shapes[name] = BoundShape((Several(name, scope),), False, "")
        return Fitting(self._resolver_within(function), bindings)

    def asserting(self, call: CallExpr) -> Fitting:
        """Return the names that have a meaning where a shape is asserted."""
        function = self._evaluation.flow.asserting.get(call)
        return Fitting(unresolved) if function is None else self.declaring(function)

    def _parameter(self, var: Var, function: FuncItem) -> Value:
        scope = self._evaluation.flow.scope(function)
        if function in self._evaluation.flow.mapped:
            return NOTHING
        if _is_first_of_method(var, function):
            return self._receiver(var, function)
        typ = get_proper_type(var.type)
        if isinstance(typ, Instance) and typ.type.fullname == "builtins.int":
            # Whatever it is, it is the same everywhere.
            return Size.named(var.name, f"{scope}{INTEGER}")
        if not is_shared(var.type):
            # Nothing says that what is in an object has to do with the other parameters.
            scope = f"{scope} {var.name}{LOOSE}"
        return value_of_type(var.type, within(scope))

    def parameters(self, function: FuncItem) -> dict[str, Value]:
        """Return what is known of the parameters of a function within it."""
        variables = [argument.variable for argument in function.arguments]
        return {var.name: self._parameter(var, function) for var in variables}

    def _receiver(self, var: Var, function: FuncItem) -> Value:
        if function.is_class:
            return ClassValue(function.info)
        typ = get_proper_type(var.type)
        if isinstance(typ, Instance):
            return Typed(typ, self._evaluation.flow.class_scope(function.info), is_self=True)
        return NOTHING


def may_change(value: Value) -> bool:
    """Return whether a value is an object that may be changed, or has one in it."""
    match value:
        case Items():
            return value.may_change or any(map(may_change, value.items))
        case Record():
            # What a schema declares holds, whatever is written into it.
            return not value.name
        case _:
            return isinstance(value, Made | Chained)


def _part(value: Value, path: tuple[int, ...]) -> Value:
    for at in path:
        if isinstance(value, Items):
            value = value.items[at] if at < len(value.items) else NOTHING
        elif is_named_tuple(value):
            value = part_of(value, at)
        else:
            value = item_of(value)
    return value


def _is_plain(typ: Type | None) -> bool:
    """Return whether a type is an array's, or a tuple of such."""
    proper = get_proper_type(typ)
    if isinstance(proper, TupleType):
        return all(map(_is_plain, proper.items))
    return proper is not None and is_array(proper)


def _is_first_of_method(var: Var, function: FuncItem) -> bool:
    if not function.info or not function.arguments or function.is_static:
        return False
    return function.arguments[0].variable is var


__all__ = ["BoundValues", "may_change"]
