"""What is known of the attributes of a value."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mypy.expandtype import expand_type_by_instance
from mypy.maptype import map_instance_to_supertype
from mypy.nodes import Decorator, FuncDef, TypeInfo, Var
from mypy.types import CallableType, Instance, TupleType, Type, TypeVarId, get_proper_type

from datarax_typed.mypy_plugin.shapes.batches import (
    BatchValue,
    ConfigValue,
    OperatorValue,
    batch_of,
    plain_value,
)
from datarax_typed.mypy_plugin.shapes.callables import ClassValue, Entry, Function, function_of
from datarax_typed.mypy_plugin.shapes.declared import Reading, Typed, value_of_type, within
from datarax_typed.mypy_plugin.shapes.findings import attempted
from datarax_typed.mypy_plugin.shapes.functions import (
    ATTRIBUTES,
    MADE_METHODS,
    METHODS,
    added_axis,
    unwrapped,
)
from datarax_typed.mypy_plugin.shapes.iteration import argument_of, view
from datarax_typed.mypy_plugin.shapes.joined import anonymous
from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    ArrayValue,
    Made,
    OtherArray,
    Size,
    Value,
)

if TYPE_CHECKING:
    from datarax_typed.mypy_plugin.shapes.evaluation import Evaluation

_VARIABLE: Final = "flax.nnx.variablelib.Variable"
_COUNTED: Final = {
    ("datarax_typed.operators.image.normalize.NormalizeOperator", "channels"): "mean",
}


class Attributes:
    """Evaluates attributes.

    Args:
        evaluation: of what is assigned to them.
    """

    def __init__(self, evaluation: "Evaluation") -> None:
        self._evaluation = evaluation

    def of(self, owner: Value, name: str) -> Value:
        """Return what is known of an attribute of a value."""
        stream = view(owner, name)
        return self._of(owner, name) if stream is None else Entry(name, lambda _: stream)

    def _of(self, owner: Value, name: str) -> Value:
        match owner:
            case ArrayValue():
                return _of_array(owner, name)
            case OtherArray() if name in ("shape", "ndim", "size"):
                return _of_array(owner.array, name)
            case Made():
                return self._of_made(owner, name)
            case Typed():
                return self._of_typed(owner, name)
            case ClassValue():
                return _of_class(owner, name)
            case OperatorValue():
                return self._of_operator(owner, name)
            case BatchValue() | ConfigValue():
                return _of_ours(owner, name)
            case _:
                return NOTHING

    def _of_typed(self, owner: Typed, name: str) -> Value:
        if name in ("value", "raw_value") and is_variable(owner.typ):
            return argument_of(owner)
        batch = batch_of(owner.typ, owner.scope) if name == "data" else None
        return self._of_object(owner, name) if batch is None else _of_ours(batch, name)

    def _of_operator(self, owner: OperatorValue, name: str) -> Value:
        if name == "config":
            return owner.config
        counted = _counted(owner, name)
        found = counted if counted != NOTHING else self.of(Typed(Instance(owner.info, [])), name)
        if isinstance(found, Function) and found.receiver is not None:
            # Sizes in braces are those of its config.
            return replace(found, receiver=owner)
        return found

    def _of_made(self, owner: Made, name: str) -> Value:
        methods = MADE_METHODS.get(owner.kind, {})
        if name in methods:
            return Entry(name, methods[name], (owner,))
        if name in owner.facts:
            return owner.facts[name]
        inner = unwrapped(owner)
        return NOTHING if inner is owner else self.of(inner, name)

    def _of_object(self, owner: Typed, name: str) -> Value:
        typ = _instance(owner.typ)
        symbol = typ.type.get(name) if typ is not None else None
        if symbol is None or typ is None:
            return NOTHING
        node = symbol.node
        if isinstance(node, Decorator) and node.var.is_property:
            signature = get_proper_type(node.func.type)
            result = signature.ret_type if isinstance(signature, CallableType) else None
            return value_of_type(_seen_from(typ, result, node.var.info), _reading(owner))
        if isinstance(node, FuncDef | Decorator):
            found = function_of(node, owner)
            info = node.info if isinstance(node, FuncDef) else node.var.info
            variables = variables_of(owner, info)
            return NOTHING if found is None else replace(found, variables=variables)
        return self._field(owner, typ, node) if isinstance(node, Var) else NOTHING

    def _field(self, owner: Typed, typ: Instance, var: Var) -> Value:
        if not var.is_inferred and var.type is not None:
            declared = _seen_from(typ, var.type, var.info)
            return value_of_type(declared, _reading(owner))
        assigned = self._evaluation.flow.attribute(var)
        if assigned is None:
            return NOTHING
        value = self._evaluation.value(assigned)
        # Of another object of the class, the names are other sizes.
        return (
            value if owner.is_self and not self._evaluation.flow.is_late(var) else anonymous(value)
        )


def _of_array(owner: ArrayValue, name: str) -> Value:
    if name in ATTRIBUTES:
        return attempted(lambda: ATTRIBUTES[name](owner)).value
    return Entry(name, METHODS[name], (owner,)) if name in METHODS else NOTHING


def _of_ours(owner: BatchValue | ConfigValue, name: str) -> Value:
    match owner:
        case BatchValue():
            # One element after the other, on a new first axis.
            return added_axis(owner.data, 0, None) if name == "data" else NOTHING
        case ConfigValue():
            return plain_value(owner.get(name)) if name in owner.values else NOTHING


def _counted(owner: OperatorValue, name: str) -> Value:
    """Return how many items a field of the config has that an operator counts when it is made."""
    given = owner.config.get(_COUNTED.get((owner.info.fullname, name), ""))
    return Size.of(len(given)) if isinstance(given, tuple | list) else NOTHING


def _of_class(owner: ClassValue, name: str) -> Value:
    symbol = owner.info.get(name)
    node = symbol.node if symbol is not None else None
    function = node.func if isinstance(node, Decorator) else node
    if not isinstance(function, FuncDef):
        return NOTHING
    return function_of(node, owner if function.is_class else None) or NOTHING


def _instance(typ: Type) -> Instance | None:
    proper = get_proper_type(typ)
    # Of a named tuple, the class.
    fallback = proper.partial_fallback if isinstance(proper, TupleType) else proper
    return fallback if isinstance(fallback, Instance) else None


def _reading(owner: Typed) -> Reading:
    """Return how the annotations of a class's body are read in one of its objects."""
    # Of another object than that whose method it is, the names are other sizes.
    return within(owner.scope if owner.is_self else "")


def _seen_from(typ: Instance, declared: Type | None, info: TypeInfo) -> Type | None:
    """Return a type of a class's body as an object has it, that may be of a subclass."""
    if declared is None or not info.defn.type_vars or not typ.args:
        return declared
    return expand_type_by_instance(declared, map_instance_to_supertype(typ, info))


def variables_of(owner: Value, info: TypeInfo | None) -> dict[TypeVarId, Value]:
    """Return what the type variables of a class stand for in an object of a declared type."""
    typ = _instance(owner.typ) if isinstance(owner, Typed) else None
    if typ is None or info is None or not typ.args or not isinstance(owner, Typed):
        return {}
    args = map_instance_to_supertype(typ, info).args
    reading = within("")
    return {
        variable.id: value_of_type(arg, reading)
        for variable, arg in zip(info.defn.type_vars, args, strict=False)
    }


def is_variable(typ: Type) -> bool:
    """Return whether a type is `nnx.Param[...]`, or another kind of variable of flax."""
    proper = get_proper_type(typ)
    return isinstance(proper, Instance) and proper.type.has_base(_VARIABLE)


__all__ = ["Attributes", "is_variable"]
