"""The hooks of calls that make a config: what is refused, and what is known of the result."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from mypy.checker import TypeChecker
from mypy.nodes import ArgKind, CallExpr, Context, Expression, TypeInfo
from mypy.plugin import FunctionContext, MethodContext
from mypy.types import CallableType, Type, get_proper_type

from datarax_typed.mypy_plugin.callee import calls_class, class_of, info_of, is_class
from datarax_typed.mypy_plugin.codes import CONFIG
from datarax_typed.mypy_plugin.findings import Finding
from datarax_typed.mypy_plugin.knowledge import Knowledge, is_of_config
from datarax_typed.mypy_plugin.schema import Schema, findings, is_config, schema_of
from datarax_typed.mypy_plugin.text import Alternatives
from datarax_typed.mypy_plugin.values import ANYTHING, Evaluator

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
        made, call, api = ctx.default_return_type, ctx.context, ctx.api
        schema = _schema(info_of(made))
        if (
            schema is None
            or not isinstance(api, TypeChecker)
            or not isinstance(call, CallExpr)
            or not calls_class(call)
            or call.callee is self._knowledge.tried
        ):
            return made
        given = _arguments(ctx, self._knowledge.evaluator(api))
        # Of `type[Config]`, a subclass with other defaults may be meant.
        values = {**(schema.defaults if is_class(call.callee) else {}), **given.values}
        _report(api, made, findings(schema, values), given.places, call)
        return self._known(api, call, made, values)

    def replacement(self, ctx: FunctionContext) -> Type:
        """Check `dataclasses.replace(config, ...)`."""
        made, call, api = ctx.default_return_type, ctx.context, ctx.api
        schema = _schema(info_of(made))
        if (
            schema is None
            or not isinstance(api, TypeChecker)
            or not isinstance(call, CallExpr)
            or not call.args
        ):
            return made
        changes = self._given(api, call)
        if changes.is_open:
            return made
        arms = [
            fact if is_of_config(fact) else {"values": {}}
            for fact in self._knowledge.of_arms(api, call.args[0])
        ]
        found = [
            finding
            for known in arms
            for finding in findings(schema, {**known["values"], **changes.values})
            # What the original breaks was said there.
            if not changes.values.keys().isdisjoint(finding.fields)
        ]
        _report(api, made, found, changes.places, call)
        if len(arms) > 1:
            return made
        return self._known(api, call, made, {**arms[0]["values"], **changes.values})

    def partial(
        self, ctx: FunctionContext, as_mypy_does: Callable[[FunctionContext], Type]
    ) -> Type:
        """Note the arguments of `functools.partial(Config, ...)`; a call may give others."""
        call, api = ctx.context, ctx.api
        if not isinstance(call, CallExpr) or not call.args or not isinstance(api, TypeChecker):
            return as_mypy_does(ctx)
        self._knowledge.tried = call.args[0]
        try:
            made = as_mypy_does(ctx)
        finally:
            self._knowledge.tried = None
        info = class_of(api.lookup_type_or_none(call.args[0]))
        before: Values = {}
        bound = 0
        if info is None:
            fact = self._knowledge.of(api, call.args[0])
            if fact is None or "bound" not in fact:
                return made
            before, bound, exact, info = fact["values"], fact["bound"], fact["exact"], None
            names: list[str] = fact["names"]
        else:
            exact, names = is_class(call.args[0]), _positional_names(info)
            if not is_config(info):
                return made
        given = self._given(api, call, names[bound:], passed_over=1)
        if given.is_open:
            return made
        positional = sum(kind is ArgKind.ARG_POS for kind in call.arg_kinds) - 1
        fact = {
            "kind": "partial",
            "values": {**before, **given.values},
            "bound": bound + positional,
            "names": names,
            "exact": exact,
        }
        return self._knowledge.made(api, call, made, fact)

    def partial_call(
        self, ctx: MethodContext, as_mypy_does: Callable[[MethodContext], Type]
    ) -> Type:
        """Check the call of a partial config class."""
        made, call, api = as_mypy_does(ctx), ctx.context, ctx.api
        schema = _schema(info_of(made))
        if schema is None or not isinstance(call, CallExpr) or not isinstance(api, TypeChecker):
            return made
        known = self._knowledge.of(api, call.callee)
        if known is None or "bound" not in known:
            return made
        given = self._given(api, call, known["names"][known["bound"] :])
        if given.is_open:
            return made
        defaults = schema.defaults if known["exact"] else {}
        values = {**defaults, **known["values"], **given.values}
        _report(api, made, findings(schema, values), given.places, call)
        return self._known(api, call, made, values)

    def _known(self, api: TypeChecker, call: CallExpr, made: Type, values: Values) -> Type:
        return self._knowledge.made(api, call, made, {"kind": "config", "values": values})

    def _given(
        self, api: TypeChecker, call: CallExpr, names: Iterable[str] = (), passed_over: int = 0
    ) -> Given:
        """Return the arguments of a call, of which some have their names by position."""
        given = Given(is_open=any(kind.is_star() for kind in call.arg_kinds))
        evaluator = self._knowledge.evaluator(api)
        left = iter(names)
        for name, kind, expr in list(zip(call.arg_names, call.arg_kinds, call.args, strict=True))[
            passed_over:
        ]:
            field_name = next(left, None) if kind is ArgKind.ARG_POS else name
            if field_name is not None:
                given.add(field_name, expr, evaluator)
        return given


def _schema(info: TypeInfo | None) -> Schema | None:
    """Return the schema of a config class, or None if it may replace what it is given."""
    init = info.get("__init__") if info is not None and is_config(info) else None
    if info is None or init is None or not init.plugin_generated:
        return None
    schema = schema_of(info)
    return None if schema.is_opaque else schema


def _report(
    api: TypeChecker,
    made: Type,
    found: Iterable[Finding],
    places: Mapping[str, Context],
    otherwise: Context,
) -> None:
    """Report findings, each at the last argument that it is about."""
    info = info_of(made)
    name = info.name if info is not None else "The config"
    for finding in found:
        concerned = [places[field_name] for field_name in finding.fields if field_name in places]
        place = max(concerned, key=_position, default=otherwise)
        api.fail(f"{name} is refused: {finding}", place, code=CONFIG)


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


def _positional_names(info: TypeInfo) -> list[str]:
    """Return the names of a class's constructor's arguments that may be given by position."""
    init = info.get("__init__")
    signature = get_proper_type(init.type) if init is not None else None
    if not isinstance(signature, CallableType):
        return []
    pairs = zip(signature.arg_names, signature.arg_kinds, strict=True)
    return [name for name, kind in pairs if name is not None and kind.is_positional()][1:]


__all__ = ["ConfigCalls"]
