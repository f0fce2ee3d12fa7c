"""Functions that take functions: what `jax.vmap` and `jax.grad` make of one, and JAX's loops."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from inspect import signature
from typing import Final, TypeAlias

from mypy.nodes import Context, ListExpr, TupleExpr

from datarax_typed.mypy_plugin.shapes.callables import (
    Argument,
    Chained,
    Differentiated,
    Mapped,
    as_of_jax,
)
from datarax_typed.mypy_plugin.shapes.findings import Finding, Outcome, attempted
from datarax_typed.mypy_plugin.shapes.fitting import array_text
from datarax_typed.mypy_plugin.shapes.functions import added_axis, axis_size, removed_axis
from datarax_typed.mypy_plugin.shapes.functions.kinds import INEXACT
from datarax_typed.mypy_plugin.shapes.joined import joined
from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    ArrayValue,
    Constant,
    Items,
    Number,
    Record,
    Several,
    Size,
    Value,
)

# Gives what the call of a value gives.
Called: TypeAlias = Callable[[Value, Sequence[Argument]], Outcome]

# What gives gradients that are what the arguments are.
_PLAIN: Final = ("jax.", "datarax_typed.")
_FIRST: Final = Size.of(0)
_NO: Final = Constant(False)


# What makes a function of a function.


def transformed(name: str, function: Value, options: Sequence[Argument]) -> Value:
    """Return the function that a function is made into.

    Args:
        name: of what makes it.
        function: the function.
        options: the other arguments.
    """
    names = _OPTIONS[name]
    given = {one.name or names[at]: one.value for at, one in enumerate(options[: len(names)])}
    if function == NOTHING or given.keys() - {*names} or len(options) > len(names):
        return NOTHING
    if names is _OF_VMAP:
        return _mapped(function, given)
    return _differentiated(name, function, given)


def _mapped(function: Value, given: Mapping[str, Value]) -> Value:
    in_axes = _numbers(given.get("in_axes", _FIRST))
    out_axis = _numbers(given.get("out_axes", _FIRST))
    if in_axes is None or not isinstance(out_axis, int):
        return NOTHING
    return Mapped(function, in_axes, out_axis)


def _differentiated(name: str, function: Value, given: Mapping[str, Value]) -> Value:
    has_aux = given.get("has_aux", _NO)
    if not isinstance(has_aux, Constant) or not isinstance(has_aux.value, bool):
        return NOTHING
    # The gradient of a module is no module.
    argnums = _numbers(given.get("argnums", _FIRST)) if name.startswith(_PLAIN) else None
    return Differentiated(
        function, name.rpartition(".")[2], argnums, has_aux.value, "value" in name
    )


def _numbers(value: Value) -> int | tuple[int | None, ...] | None:
    match value:
        case Size(number=int() as number):
            return number
        case Items():
            found: list[int | None] = []
            for item in value.items:
                if isinstance(item, Size) and item.number is not None:
                    found.append(item.number)
                elif item == Constant(None):
                    found.append(None)
                else:
                    return None
            return tuple(found)
        case _:
            return None


_OF_VMAP: Final = ("in_axes", "out_axes", "axis_name")
_OF_GRADIENT: Final = ("argnums", "has_aux", "holomorphic", "allow_int")
_OPTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("jax.vmap", "datarax_typed.vmap"), _OF_VMAP),
    **{
        f"{package}{name}": _OF_GRADIENT
        for package in (*_PLAIN, "flax.nnx.", "equinox.filter_")
        for name in ("grad", "value_and_grad")
    },
}


# Calls of what was made.


def transformed_call(
    callee: Mapped | Differentiated | Chained, arguments: Sequence[Argument], called: Called
) -> Outcome:
    """Return what a function gives that others were made into, and what is wrong with a call."""
    if isinstance(callee, Mapped):
        return _vectorised(callee, arguments, called)
    if isinstance(callee, Chained):
        return _chained(callee, arguments, called)
    return _differentiated_call(callee, arguments, called)


def _vectorised(callee: Mapped, arguments: Sequence[Argument], called: Called) -> Outcome:
    axes = [_axis_of(callee, at, argument) for at, argument in enumerate(arguments)]
    items = [_item(*pair) for pair in zip(arguments, axes, strict=True)]
    findings = [finding for _, found in items for finding in found]
    if findings:
        return Outcome(NOTHING, tuple(findings))
    outcome = called(callee.inner, [item for item, _ in items])
    sizes = [
        axis_size(argument.value, axis)
        for argument, axis in zip(arguments, axes, strict=True)
        if axis is not None
    ]
    known = next((size for size in sizes if size is not None), None)
    numbers = sorted({size.number for size in sizes if size and size.number is not None})
    if len(numbers) > 1:
        text = f"vmap: expected axes of one size, got {' and '.join(map(str, numbers))}"
        return Outcome(NOTHING, (*outcome.findings, Finding(text)))
    put = attempted(lambda: added_axis(outcome.value, callee.out_axis, known))
    return replace(put, findings=(*outcome.findings, *put.findings))


def _axis_of(callee: Mapped, at: int, argument: Argument) -> int | None:
    """Return along which axis of an argument a mapped function goes."""
    axes = callee.in_axes
    if argument.name is not None:
        # JAX goes along the first axis of whatever has a name.
        return 0
    if isinstance(axes, int):
        return axes
    return axes[at] if at < len(axes) else None


def _item(argument: Argument, axis: int | None) -> tuple[Argument, Sequence[Finding]]:
    """Return what a function gets of an argument along one of its axes, and why it cannot."""
    if axis is None:
        return argument, ()
    found = attempted(lambda: removed_axis(argument.value, axis))
    placed = [replace(finding, place=argument.place) for finding in found.findings]
    return replace(argument, value=found.value), placed


def _differentiated_call(
    callee: Differentiated, arguments: Sequence[Argument], called: Called
) -> Outcome:
    outcome = called(callee.inner, list(map(_traced, arguments)))
    both = outcome.value.items if isinstance(outcome.value, Items) else ()
    value, aux = both if callee.has_aux and len(both) == 2 else (outcome.value, NOTHING)
    if isinstance(value, ArrayValue) and not all(isinstance(one, Several) for one in value.shape):
        text = f"{callee.name}: expected a function that gives a scalar, got {array_text(value)}"
        return Outcome(NOTHING, (*outcome.findings, Finding(text)))
    # Of what is wrong, nothing is known.
    gradients = NOTHING if outcome.findings else _gradients(callee, arguments)
    if callee.gives_value:
        return replace(outcome, value=Items((outcome.value, gradients)))
    return replace(outcome, value=Items((gradients, aux)) if callee.has_aux else gradients)


def _gradients(callee: Differentiated, arguments: Sequence[Argument]) -> Value:
    values = [_gradient(argument.value) for argument in arguments if argument.name is None]

    def one(at: int | None) -> Value:
        is_there = at is not None and -len(values) <= at < len(values)
        return values[at] if at is not None and is_there else NOTHING

    if isinstance(callee.argnums, tuple):
        return Items(tuple(map(one, callee.argnums)))
    return one(callee.argnums)


def _gradient(value: Value) -> Value:
    """Return what is known of the gradient for a value, or of its tangent: arrays like its own."""
    match value:
        case ArrayValue():
            # Of integers, JAX gives arrays of a dtype that has no values.
            return value if value.dtypes & INEXACT else NOTHING
        case Items(items=items):
            return replace(value, items=tuple(map(_gradient, items)))
        case Record(fields=fields):
            return Record({name: _gradient(part) for name, part in fields.items()}, value.is_whole)
        case _:
            return NOTHING


def _chained(callee: Chained, arguments: Sequence[Argument], called: Called) -> Outcome:
    findings: list[Finding] = []
    given = arguments
    for function in callee.functions:
        outcome = called(function, given)
        findings += outcome.findings
        if not arguments or isinstance(outcome.value, Items | Record):
            # A tuple or a dict comes as several arguments.
            return Outcome(NOTHING, tuple(findings))
        given = [Argument(outcome.value, arguments[0].place)]
    value = given[0].value if callee.functions else NOTHING
    return Outcome(value, tuple(findings))


# What calls a function at once. The parameters are JAX's.


def looped(name: str, arguments: Sequence[Argument], called: Called) -> Outcome:
    """Return what a loop or a choice of JAX gives, and what is wrong in a call within.

    Args:
        name: of the loop.
        arguments: functions and values.
        called: gives what a call gives.
    """
    rule = _LOOPS[name]
    positional = [one for one in arguments if one.name is None]
    named = {one.name: one for one in arguments if one.name is not None}
    try:
        bound = signature(rule).bind(called, *positional, **named)
    except TypeError:
        return Outcome(NOTHING)
    return rule(*bound.args, **bound.kwargs)


def _map(called: Called, f: Argument, xs: Argument, **options: Argument) -> Outcome:
    return _vectorised(Mapped(f.value, 0, 0), [xs], called)


def _scan(
    called: Called,
    f: Argument,
    init: Argument,
    xs: Argument,
    *length: Argument,
    **options: Argument,
) -> Outcome:
    row, findings = _item(xs, 0)
    if findings:
        return Outcome(NOTHING, tuple(findings))
    step = called(f.value, [_traced(init), row])
    if not isinstance(step.value, Items) or len(step.value.items) != 2:
        return replace(step, value=NOTHING)
    carry, out = step.value.items
    rows = attempted(lambda: added_axis(out, 0, axis_size(xs.value, 0)))
    return replace(step, value=Items((carry, rows.value)))


def _while_loop(
    called: Called, cond_fun: Argument, body_fun: Argument, init_val: Argument
) -> Outcome:
    test = called(cond_fun.value, [_traced(init_val)])
    round_ = called(body_fun.value, [_traced(init_val)])
    return replace(round_, findings=(*test.findings, *round_.findings))


def _fori_loop(
    called: Called,
    lower: Argument,
    upper: Argument,
    body_fun: Argument,
    init_val: Argument,
    **options: Argument,
) -> Outcome:
    return called(body_fun.value, [replace(lower, value=NOTHING), _traced(init_val)])


def _cond(
    called: Called, pred: Argument, true_fun: Argument, false_fun: Argument, *operands: Argument
) -> Outcome:
    return _branches([true_fun.value, false_fun.value], operands, called)


def _switch(called: Called, index: Argument, branches: Argument, *operands: Argument) -> Outcome:
    functions = branches.value.items if isinstance(branches.value, Items) else ()
    return _branches(functions, operands, called)


def _branches(functions: Sequence[Value], operands: Sequence[Argument], called: Called) -> Outcome:
    outcomes = [called(function, list(map(_traced, operands))) for function in functions]
    findings = [finding for outcome in outcomes for finding in outcome.findings]
    return Outcome(joined(outcome.value for outcome in outcomes), tuple(findings))


def _vjp(called: Called, fun: Argument, *primals: Argument) -> Outcome:
    outcome = called(fun.value, list(map(_traced, primals)))
    return replace(outcome, value=Items((outcome.value, NOTHING)))


def _jvp(called: Called, fun: Argument, primals: Argument, tangents: Argument) -> Outcome:
    if not isinstance(primals.value, Items):
        return Outcome(NOTHING)
    values = primals.value.items
    places: Sequence[Context] = (
        primals.place.items
        if isinstance(primals.place, TupleExpr | ListExpr)
        else [primals.place] * len(values)
    )
    given = [Argument(value, place) for value, place in zip(values, places, strict=False)]
    outcome = called(fun.value, list(map(_traced, given)))
    return replace(outcome, value=Items((outcome.value, _gradient(outcome.value))))


def _traced(argument: Argument) -> Argument:
    """Return what a function gets of an argument: arrays for numbers."""
    value = argument.value
    is_number = isinstance(value, Size | Constant | Number) and value != Constant(None)
    return replace(argument, value=NOTHING if is_number else as_of_jax(value))


_LOOPS: Final[Mapping[str, Callable[..., Outcome]]] = {
    "jax.lax.map": _map,
    "jax.lax.scan": _scan,
    "jax.lax.while_loop": _while_loop,
    "jax.lax.fori_loop": _fori_loop,
    "jax.lax.cond": _cond,
    "jax.lax.switch": _switch,
    "jax.vjp": _vjp,
    "jax.jvp": _jvp,
}
TRANSFORMS: Final = frozenset(_OPTIONS)
LOOPS: Final = frozenset(_LOOPS)

__all__ = ["LOOPS", "TRANSFORMS", "looped", "transformed", "transformed_call"]
