"""What calls give, and what is wrong with their arguments."""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mypy.nodes import (
    CallExpr,
    FuncItem,
    IndexExpr,
    OverloadedFuncDef,
    RefExpr,
    TypeInfo,
)
from mypy.types import CallableType, Instance, TypeVarType, get_proper_type

from datarax_typed.mypy_plugin.methods import is_operator
from datarax_typed.mypy_plugin.shapes.batches import OperatorValue
from datarax_typed.mypy_plugin.shapes.callables import (
    Argument,
    Chained,
    ClassValue,
    Differentiated,
    Entry,
    Function,
    Mapped,
    as_of_jax,
    function_of,
    is_opaque,
    is_telling_signature,
    overloads_of,
    paired,
)
from datarax_typed.mypy_plugin.shapes.declared import Typed, dims_of, replaced, value_of_type
from datarax_typed.mypy_plugin.shapes.findings import Finding, Outcome, attempted
from datarax_typed.mypy_plugin.shapes.fitting import Fitting, array_text
from datarax_typed.mypy_plugin.shapes.functions import (
    CALLED,
    OPERATORS,
    TABLE,
)
from datarax_typed.mypy_plugin.shapes.higher_order import (
    LOOPS,
    TRANSFORMS,
    looped,
    transformed,
    transformed_call,
)
from datarax_typed.mypy_plugin.shapes.iteration import ITERATORS
from datarax_typed.mypy_plugin.shapes.matching import match, substitute
from datarax_typed.mypy_plugin.shapes.names import public, public_name
from datarax_typed.mypy_plugin.shapes.operator_calls import OperatorCalls
from datarax_typed.mypy_plugin.shapes.operators import Operators
from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    ArrayValue,
    Call,
    Constant,
    Items,
    Made,
    OtherArray,
    Several,
    Size,
    Value,
)

if TYPE_CHECKING:
    from datarax_typed.mypy_plugin.shapes.evaluation import Evaluation

# What gives a function that takes and returns the same.
_SAME: Final = frozenset(
    {
        *("jax.jit", "jax.checkpoint", "jax.remat", "jax.named_call", "flax.nnx.jit"),
        *("flax.nnx.remat", "equinox.filter_jit", "equinox.filter_checkpoint"),
        *("jaxtyping.jaxtyped", "datarax_typed.contract", "datarax_typed.jit"),
    }
)
_ASSERTION: Final = "datarax_typed.assert_shape"
_CHAIN: Final = "datarax_typed.chain"
_PARTIAL: Final = "functools.partial"
_SEQUENTIAL: Final = "flax.nnx.Sequential"
_SPECIAL: Final = frozenset(
    {*_SAME, *TRANSFORMS, *LOOPS, *ITERATORS, _ASSERTION, _CHAIN, _PARTIAL, _SEQUENTIAL}
)
_OPERATORS: Final[Mapping[type[ast.operator], str]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
}


class Calls:
    """Evaluates calls.

    Args:
        evaluation: of the arguments.
    """

    def __init__(self, evaluation: "Evaluation") -> None:
        self._evaluation = evaluation
        self._operators = OperatorCalls(evaluation, Operators(self))

    def outcome(self, call: CallExpr) -> Outcome:
        """Return what a call gives, and what is wrong with its arguments."""
        special = self._special(call)
        if special is not None:
            return special
        callee = self._evaluation.value(call.callee)
        if callee == NOTHING:
            node = call.callee.node if isinstance(call.callee, RefExpr) else None
            if isinstance(node, OverloadedFuncDef):
                return self._overloaded(node, self._arguments(call))
            if isinstance(call.callee, RefExpr | IndexExpr):
                callee = self._evaluation.object_of(call.callee)
        arguments = self._arguments(call) if _looks_at_arguments(callee) else None
        if isinstance(callee, ClassValue) and is_operator(callee.info):
            return self._operators.made(call, callee.info, arguments)
        if arguments is None:
            return Outcome(self._of_unknown_arguments(callee))
        return self.called(callee, arguments)

    def _special(self, call: CallExpr) -> Outcome | None:
        """Return what a function gives that makes something of functions, operators or shapes."""
        name = public_name(call.callee) if isinstance(call.callee, RefExpr) else ""
        arguments = self._arguments(call) if name in _SPECIAL else None
        if arguments is None:
            return None
        if name == _ASSERTION:
            return self._assertion(call, arguments)
        if name == _CHAIN:
            return self._operators.chained(call, arguments)
        if name in LOOPS:
            return looped(name, arguments, self.called)
        is_plain = bool(arguments) and not arguments[0].name
        made = self._transformed(name, arguments) if is_plain else None
        return None if made is None else Outcome(made)

    def _arguments(self, call: CallExpr) -> list[Argument] | None:
        found = []
        for name, kind, expr in zip(call.arg_names, call.arg_kinds, call.args, strict=True):
            if kind.is_star():
                return None
            found.append(Argument(self._evaluation.value(expr), expr, name))
        # By position first.
        return sorted(found, key=lambda argument: argument.name is not None)

    def _of_unknown_arguments(self, callee: Value) -> Value:
        if isinstance(callee, Function):
            reading = replaced(Fitting(_no_text).bindings, _no_text, {})
            return value_of_type(callee.signature.ret_type, reading)
        return Typed(Instance(callee.info, [])) if isinstance(callee, ClassValue) else NOTHING

    def _transformed(self, name: str, arguments: Sequence[Argument]) -> Value | None:
        first, *rest = arguments
        if name in _SAME:
            return first.value
        if name in TRANSFORMS:
            return transformed(name, first.value, rest)
        if name == _SEQUENTIAL:
            return Chained(tuple(one.value for one in arguments))
        if name in ITERATORS:
            return ITERATORS[name](*(one.value for one in arguments if one.name is None))
        if name == _PARTIAL and isinstance(first.value, Function):
            return _partial(first.value, rest)
        return None

    def called(self, callee: Value, arguments: Sequence[Argument]) -> Outcome:
        """Return what the call of a value gives."""
        match callee:
            case Function():
                return self._function(callee, arguments)
            case Entry():
                return attempted(lambda: callee.function(_call(arguments, callee.first)))
            case Made() if callee.kind in CALLED:
                return attempted(lambda: CALLED[callee.kind](callee, _call(arguments)))
            case Mapped() | Differentiated() | Chained():
                return transformed_call(callee, arguments, self.called)
            case OperatorValue():
                return self._operators.applied(callee, arguments)
            case ClassValue():
                return self._construction(callee, arguments)
            case Typed():
                return self._object(callee, arguments)
            case _:
                return Outcome(NOTHING)

    def _assertion(self, call: CallExpr, arguments: Sequence[Argument]) -> Outcome:
        """Check `assert_shape(x, "b 3")`, and return what is known of x after it."""
        given = dict(zip(("array", "shape"), arguments, strict=False))
        given |= {one.name: one for one in arguments if one.name is not None}
        if given.keys() != {"array", "shape"}:
            return Outcome(NOTHING)
        array, text = given["array"], _text_of(given["shape"].value)
        dims = None if text is None else dims_of(text)
        if dims is None:
            return Outcome(array.value)
        known = array.value.array if isinstance(array.value, OtherArray) else array.value
        shape = known.shape if isinstance(known, ArrayValue) else (Several(),)
        fitting = self._evaluation.bound.asserting(call)
        reason = match(dims, shape, fitting.bindings, "array", fitting.resolve)
        if reason is not None:
            got = array_text(known) if isinstance(known, ArrayValue) else "another array"
            report = f'assert_shape: expected "{text}", got {got}: {reason}'
            return Outcome(NOTHING, (Finding(report, array.place),))
        after = substitute(dims, fitting.bindings, fitting.resolve)
        if not isinstance(known, ArrayValue):
            return Outcome(self._evaluation.array_of(array.place, after))
        better = ArrayValue(known.dtypes, after)
        return Outcome(OtherArray(better) if isinstance(array.value, OtherArray) else better)

    def _construction(self, callee: ClassValue, arguments: Sequence[Argument]) -> Outcome:
        made: Value = Typed(Instance(callee.info, []))
        name = public(callee.info.fullname)
        if name in TABLE:
            return attempted(lambda: TABLE[name](_call(arguments)))
        if callee.info.typeddict_type is not None or callee.info.tuple_type is not None:
            return Outcome(NOTHING)
        init = _initialiser(callee.info, made)
        if init is None:
            return Outcome(made)
        outcome = self._function(init, arguments, name=callee.info.name)
        return Outcome(made, outcome.findings)

    def _object(self, callee: Typed, arguments: Sequence[Argument]) -> Outcome:
        typ = get_proper_type(callee.typ)
        if isinstance(typ, CallableType):
            if is_opaque(typ):
                return Outcome(NOTHING)
            return self._function(Function("the function", typ), arguments)
        method = self._evaluation.attribute(callee, "__call__")
        return self.called(method, arguments) if isinstance(method, Function) else Outcome(NOTHING)

    def _overloaded(self, node: OverloadedFuncDef, arguments: Sequence[Argument] | None) -> Outcome:
        """Return what an overloaded function gives, if only one of its signatures fits."""
        if arguments is None:
            return Outcome(NOTHING)
        outcomes = [
            self._function(item, arguments)
            for item in overloads_of(node)
            if paired(item.signature, arguments) is not None
        ]
        fitting = [outcome for outcome in outcomes if not outcome.findings]
        return fitting[0] if len(fitting) == 1 else Outcome(NOTHING)

    def _function(
        self, function: Function, arguments: Sequence[Argument], name: str = ""
    ) -> Outcome:
        given_names = {argument.name for argument in arguments}
        named = [one for key, one in function.named.items() if key not in given_names]
        given = [*function.first, *arguments, *named]
        pairs = paired(function.signature, given)
        if pairs is None:
            return Outcome(NOTHING)
        fitting = Fitting(self._resolver(function, pairs), variables=dict(function.variables))
        findings: list[Finding] = []
        for where, typ, argument in pairs:
            for misfit in fitting.misfits(typ, argument.value, where):
                text = f"{name or function.name}: {misfit.text}"
                findings.append(Finding(text, argument.place, misfit.kind))
        if findings:
            return Outcome(NOTHING, tuple(findings))
        for _, typ, _ in pairs:
            variable = get_proper_type(typ)
            if isinstance(variable, TypeVarType) and variable.id not in function.variables:
                # `def batched(tree: T) -> T` may do anything to the arrays in it.
                fitting.variables[variable.id] = NOTHING
        reading = replaced(fitting.bindings, fitting.resolve, fitting.variables)
        return Outcome(value_of_type(function.signature.ret_type, reading))

    def _resolver(
        self, function: Function, pairs: Sequence[tuple[str, object, Argument]]
    ) -> Callable[[str], Size | None]:
        names = {where: argument.value for where, _, argument in pairs}
        if function.receiver is not None:
            names[function.receiver_name] = function.receiver
        return lambda text: self.resolved(text, names)

    def resolver_of(self, method: Function) -> Callable[[str], Size | None]:
        """Return what gives the sizes in braces in the signature of a method."""
        return self._resolver(method, ())

    def resolver_within(self, function: FuncItem) -> Callable[[str], Size | None]:
        """Return what gives the sizes in braces within a function."""
        return lambda text: self.resolved(text, self._evaluation.bound.parameters(function))

    def resolved(self, text: str, names: Mapping[str, Value]) -> Size | None:
        """Return the size that stands in the braces of an annotation, or None.

        Args:
            text: a Python expression.
            names: what its names stand for.
        """
        try:
            tree = ast.parse(text.strip(), mode="eval")
        except (SyntaxError, ValueError):
            return None
        found = self._of_text(tree.body, names)
        return found if isinstance(found, Size) else None

    def _of_text(self, node: ast.expr, names: Mapping[str, Value]) -> Value:
        match node:
            case ast.Constant(value=int() as value):
                return Size.of(value)
            case ast.Name():
                return names.get(node.id, NOTHING)
            case ast.Attribute():
                return self._evaluation.attribute(self._of_text(node.value, names), node.attr)
            case ast.Subscript(slice=ast.Constant(value=int() as at)):
                whole = self._of_text(node.value, names)
                is_there = isinstance(whole, Items) and -len(whole.items) <= at < len(whole.items)
                return whole.items[at] if isinstance(whole, Items) and is_there else NOTHING
            case ast.Call(func=ast.Name(id="len"), args=[items], keywords=[]):
                counted = self._of_text(items, names)
                return Size.of(len(counted.items)) if isinstance(counted, Items) else NOTHING
            case ast.BinOp() if type(node.op) in _OPERATORS:
                operands = self._of_text(node.left, names), self._of_text(node.right, names)
                function = OPERATORS[_OPERATORS[type(node.op)]]
                return attempted(lambda: function(Call(operands, {}))).value
            case _:
                return NOTHING


def _looks_at_arguments(callee: Value) -> bool:
    """Return whether the arguments of a call may matter, for its result or by themselves."""
    match callee:
        case Function():
            return is_telling_signature(callee.signature)
        case ClassValue(info=info) if not is_operator(info) and public(info.fullname) not in TABLE:
            if info.typeddict_type is not None or info.tuple_type is not None:
                return True
            init = _initialiser(info)
            return init is not None and is_telling_signature(init.signature)
        case _:
            return callee != NOTHING


def _initialiser(info: TypeInfo, made: Value = NOTHING) -> Function | None:
    symbol = info.get("__init__")
    return function_of(symbol.node if symbol is not None else None, made)


def _partial(function: Function, rest: Sequence[Argument]) -> Function:
    first = [argument for argument in rest if argument.name is None]
    named = {argument.name: argument for argument in rest if argument.name is not None}
    return replace(function, first=(*function.first, *first), named={**function.named, **named})


def _call(arguments: Sequence[Argument], first: tuple[Value, ...] = ()) -> Call:
    positional = [as_of_jax(argument.value) for argument in arguments if argument.name is None]
    keywords = {one.name: as_of_jax(one.value) for one in arguments if one.name is not None}
    return Call((*first, *positional), keywords)


def _text_of(value: Value) -> str | None:
    return value.value if isinstance(value, Constant) and isinstance(value.value, str) else None


def _no_text(text: str) -> None:
    return None


__all__ = ["Calls"]
