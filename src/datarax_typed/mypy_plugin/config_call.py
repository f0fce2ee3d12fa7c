"""The hooks of calls that make a config: what is refused, and what is known of the result."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from mypy.checker import TypeChecker
from mypy.nodes import CallExpr, Context, Expression, TypeInfo
from mypy.plugin import FunctionContext
from mypy.types import Type

from datarax_typed.mypy_plugin.callee import calls_class, info_of, is_class
from datarax_typed.mypy_plugin.codes import CONFIG
from datarax_typed.mypy_plugin.findings import Finding
from datarax_typed.mypy_plugin.knowledge import Knowledge, is_of_config
from datarax_typed.mypy_plugin.known_types import ANYTHING
from datarax_typed.mypy_plugin.schema import Schema, findings, is_config, schema_of
from datarax_typed.mypy_plugin.text import Alternatives
from datarax_typed.mypy_plugin.values import Evaluator

Values: TypeAlias = dict[str, Alternatives]


@dataclass(slots=True)
class Given:
    """The arguments of a call that fill fields: their values, and where they stand."""

    values: Values = field(default_factory=dict)
    places: dict[str, Context] = field(default_factory=dict)

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
        if (
            not isinstance(api, TypeChecker)
            or not isinstance(call, CallExpr)
            or not calls_class(call)
            or call.callee is self._knowledge.tried
        ):
            return made
        given = _arguments(ctx, self._knowledge.evaluator(api))
        exact = is_class(call.callee)
        return self.check(api, call, made, given.values, given.places, exact=exact)

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
        if any(kind.is_star() for kind in call.arg_kinds):
            return made
        changes = Given()
        for name, expr in zip(call.arg_names, call.args, strict=True):
            if name is not None:
                changes.add(name, expr, self._knowledge.evaluator(api))
        facts = self._knowledge.of_arms(api, call.args[0])
        arms: list[Values] = [fact["values"] if is_of_config(fact) else {} for fact in facts]
        found = [
            finding
            for known in arms
            for finding in findings(schema, {**known, **changes.values})
            # What the original breaks was said there.
            if not changes.values.keys().isdisjoint(finding.fields)
        ]
        _report(api, made, found, changes.places, call)
        if len(arms) > 1:
            return made
        return self._known(api, call, made, {**arms[0], **changes.values})

    def check(
        self,
        api: TypeChecker,
        call: CallExpr,
        made: Type,
        given: Values,
        places: Mapping[str, Context],
        *,
        exact: bool,
    ) -> Type:
        """Check what a call gives, and return the type of the config that it makes.

        Args:
            api: mypy's.
            call: the call.
            made: the type of the config.
            given: what the fields that are given may be.
            places: where they stand, if that is in the call.
            exact: whether the config's class is certain: of `type[Config]`, a subclass with other
                defaults may be meant.
        """
        schema = _schema(info_of(made))
        if schema is None:
            return made
        values = {**(schema.defaults if exact else {}), **given}
        _report(api, made, findings(schema, values), places, call)
        return self._known(api, call, made, values)

    def _known(self, api: TypeChecker, call: CallExpr, made: Type, values: Values) -> Type:
        # Where the config is used, only one of several arms may be possible.
        certain = {
            name: value if len(value) == 1 else (ANYTHING,) for name, value in values.items()
        }
        return self._knowledge.made(api, call, made, {"kind": "config", "values": certain})


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


__all__ = ["ConfigCalls"]
