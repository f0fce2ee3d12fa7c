"""The hooks of calls that make a config: what is refused, and what is known of the result."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from mypy.checker import TypeChecker
from mypy.nodes import (
    ArgKind,
    CallExpr,
    Context,
    Expression,
    RefExpr,
    TypeInfo,
)
from mypy.nodes import (
    TypeAlias as AliasNode,
)
from mypy.plugin import FunctionContext, MethodContext
from mypy.types import CallableType, Instance, Type, TypeType, get_proper_type

from datarax_typed.mypy_plugin.codes import CONFIG
from datarax_typed.mypy_plugin.findings import Finding
from datarax_typed.mypy_plugin.knowledge import Knowledge
from datarax_typed.mypy_plugin.schema import Schema, findings, is_config, schema_of
from datarax_typed.mypy_plugin.text import Alternatives
from datarax_typed.mypy_plugin.values import ANYTHING, Evaluator

Places: TypeAlias = Mapping[str, Context]
Values: TypeAlias = dict[str, Alternatives]


@dataclass(slots=True)
class Given:
    """The arguments of a call that fill fields: their values, and where they stand."""

    values: Values = field(default_factory=dict)
    places: dict[str, Context] = field(default_factory=dict)
    # Whether more may come by `**kwargs`.
    is_open: bool = False

    def add(self, name: str, expr: Expression, evaluator: Evaluator) -> None:
        """Add the argument for a field."""
        self.values[name] = evaluator.alternatives(expr)
        self.places[name] = expr


class ConfigCalls:
    """Checks calls that make configs.

    Args:
        knowledge: of configs that were made before.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def construction(self, ctx: FunctionContext) -> Type:
        """Check `Config(...)`."""
        made = get_proper_type(ctx.default_return_type)
        if not isinstance(made, Instance) or not isinstance(ctx.api, TypeChecker):
            return ctx.default_return_type
        schema = _checked_schema(made.type)
        if schema is None:
            return ctx.default_return_type
        given = _arguments(ctx, self._knowledge.evaluator(ctx.api))
        exact = names_class(ctx.context)
        # Of `type[Config]`, a subclass with other defaults may be meant.
        values = {**(schema.defaults if exact else {}), **given.values}
        _report(ctx.api, made.type, findings(schema, values), given.places, ctx.context)
        fact = {"config": made.type.fullname, "values": values}
        return self._knowledge.made(ctx.api, ctx.context, made, fact)

    def replacement(self, ctx: FunctionContext) -> Type:
        """Check `dataclasses.replace(config, ...)`."""
        made = get_proper_type(ctx.default_return_type)
        call = ctx.context
        if not (
            isinstance(ctx.api, TypeChecker)
            and isinstance(call, CallExpr)
            and isinstance(made, Instance)
            and is_config(made.type)
            and call.args
        ):
            return ctx.default_return_type
        schema = _checked_schema(made.type)
        changes = _keywords(call, self._knowledge.evaluator(ctx.api))
        if schema is None or changes.is_open:
            return ctx.default_return_type
        before = [fact or {"values": {}} for fact in self._knowledge.of_arms(ctx.api, call.args[0])]
        found = [
            finding
            for known in before
            for finding in findings(schema, {**known["values"], **changes.values})
            # What the original breaks was said there.
            if not changes.values.keys().isdisjoint(finding.fields)
        ]
        _report(ctx.api, made.type, found, changes.places, call)
        if len(before) > 1:
            return ctx.default_return_type
        values = {**before[0]["values"], **changes.values}
        fact = {"config": made.type.fullname, "values": values}
        return self._knowledge.made(ctx.api, call, made, fact)

    def partial(
        self, ctx: FunctionContext, as_mypy_does: Callable[[FunctionContext], Type]
    ) -> Type:
        """Check `functools.partial(Config, ...)`: what no further argument can mend."""
        made = as_mypy_does(ctx)
        call = ctx.context
        if not isinstance(ctx.api, TypeChecker) or not isinstance(call, CallExpr) or not call.args:
            return made
        info = _class_of(ctx.api.lookup_type_or_none(call.args[0]))
        schema = None if info is None or not is_config(info) else _checked_schema(info)
        if info is None or schema is None:
            return made
        given = _keywords(call, self._knowledge.evaluator(ctx.api))
        names = _positional_names(info)
        positional = [
            expr
            for expr, kind in zip(call.args[1:], call.arg_kinds[1:], strict=True)
            if kind is ArgKind.ARG_POS
        ]
        for name, expr in zip(names, positional, strict=False):
            given.add(name, expr, self._knowledge.evaluator(ctx.api))
        if given.is_open:
            return made
        _report(ctx.api, info, findings(schema, given.values), given.places, call)
        fact = {
            "partial": info.fullname,
            "values": given.values,
            "bound": len(positional),
            "exact": names_class(call, of_argument=True),
        }
        return self._knowledge.made(ctx.api, call, made, fact)

    def partial_call(
        self, ctx: MethodContext, as_mypy_does: Callable[[MethodContext], Type]
    ) -> Type:
        """Check the call of a partial config class."""
        result = as_mypy_does(ctx)
        made, call = get_proper_type(result), ctx.context
        if (
            not isinstance(ctx.api, TypeChecker)
            or not isinstance(call, CallExpr)
            or not isinstance(made, Instance)
        ):
            return result
        known = self._knowledge.of(ctx.api, call.callee)
        schema = _checked_schema(made.type) if known and "partial" in known else None
        given = _keywords(call, self._knowledge.evaluator(ctx.api))
        if known is None or schema is None or given.is_open:
            return result
        positional = [
            expr
            for expr, kind in zip(call.args, call.arg_kinds, strict=True)
            if kind is ArgKind.ARG_POS
        ]
        for name, expr in zip(
            _positional_names(made.type)[known["bound"] :], positional, strict=False
        ):
            given.add(name, expr, self._knowledge.evaluator(ctx.api))
        defaults = schema.defaults if known["exact"] else {}
        values = {**defaults, **known["values"], **given.values}
        said = findings(schema, known["values"])
        found = [finding for finding in findings(schema, values) if finding not in said]
        _report(ctx.api, made.type, found, given.places, call)
        fact = {"config": made.type.fullname, "values": values}
        return self._knowledge.made(ctx.api, call, made, fact)


def _checked_schema(info: TypeInfo) -> Schema | None:
    """Return the schema of a config class, or None if it may replace what it is given."""
    init = info.get("__init__")
    if not is_config(info) or init is None or not init.plugin_generated:
        return None
    schema = schema_of(info)
    return None if schema.is_opaque else schema


def _report(
    api: TypeChecker,
    info: TypeInfo,
    found: Iterable[Finding],
    places: Places,
    otherwise: Context,
) -> None:
    """Report findings, each at the last argument that it is about."""
    for finding in found:
        concerned = [places[name] for name in finding.fields if name in places]
        place = max(concerned, key=_position, default=otherwise)
        api.fail(f"{info.name} is refused: {finding}", place, code=CONFIG)


def _position(place: Context) -> tuple[int, int]:
    return place.line, place.column


def _arguments(ctx: FunctionContext, evaluator: Evaluator) -> Given:
    given = Given()
    for name, exprs, kinds in zip(ctx.callee_arg_names, ctx.args, ctx.arg_kinds, strict=True):
        if name is None or not exprs:
            continue
        if kinds[0].is_star():
            given.values[name] = (ANYTHING,)
        else:
            given.add(name, exprs[0], evaluator)
    return given


def _keywords(call: CallExpr, evaluator: Evaluator) -> Given:
    given = Given(is_open=any(kind.is_star() for kind in call.arg_kinds))
    for name, expr in zip(call.arg_names, call.args, strict=True):
        if name is not None:
            given.add(name, expr, evaluator)
    return given


def _positional_names(info: TypeInfo) -> list[str]:
    """Return the names of a class's constructor's arguments that may be given by position."""
    init = info.get("__init__")
    signature = get_proper_type(init.type) if init is not None else None
    if not isinstance(signature, CallableType):
        return []
    pairs = zip(signature.arg_names, signature.arg_kinds, strict=True)
    return [name for name, kind in pairs if name is not None and kind.is_positional()][1:]


def names_class(context: Context, *, of_argument: bool = False) -> bool:
    """Return whether a call names the class itself, not a variable that holds a class."""
    if not isinstance(context, CallExpr):
        return False
    callee = context.args[0] if of_argument else context.callee
    return isinstance(callee, RefExpr) and isinstance(callee.node, TypeInfo | AliasNode)


def _class_of(typ: Type | None) -> TypeInfo | None:
    proper = get_proper_type(typ)
    if isinstance(proper, CallableType) and proper.is_type_obj():
        return proper.type_object()
    if isinstance(proper, TypeType) and isinstance(proper.item, Instance):
        return proper.item.type
    return None


__all__ = ["ConfigCalls", "names_class"]
