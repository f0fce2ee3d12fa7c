"""The hooks of calls that make an operator, and of its random number generators."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from mypy.checker import TypeChecker
from mypy.nodes import (
    CallExpr,
    ConditionalExpr,
    Expression,
    FuncDef,
    MemberExpr,
    TypeInfo,
)
from mypy.plugin import FunctionContext, MethodContext
from mypy.types import AnyType, CallableType, Instance, NoneType, Type, get_proper_type

from datarax_typed.core.rules import Unknown
from datarax_typed.mypy_plugin.callee import calls_class, info_of, is_class
from datarax_typed.mypy_plugin.codes import OPERATOR
from datarax_typed.mypy_plugin.constructors import arguments_of
from datarax_typed.mypy_plugin.knowledge import Fact, Knowledge, is_of_config
from datarax_typed.mypy_plugin.methods import (
    always_draws,
    config_class,
    draws_nothing,
    is_operator,
    lacks_transformation,
)
from datarax_typed.mypy_plugin.operator_class import no_transformation
from datarax_typed.mypy_plugin.schema import is_config
from datarax_typed.mypy_plugin.text import Alternatives

RNGS: Final = "flax.nnx.rnglib.Rngs"

# The streams that are there; "none" without random numbers, "unknown" where nobody knows.
Streams: TypeAlias = "list[str] | str"


@dataclass(frozen=True, slots=True)
class _Config:
    """A config as far as it is known: one arm of the argument."""

    place: Expression
    info: TypeInfo | None
    fact: Fact | None

    def alternatives(self, field: str) -> Alternatives:
        values: Mapping[str, Alternatives] = self.fact["values"] if self.fact else {}
        return values.get(field, ())


@dataclass(frozen=True, slots=True)
class _Made:
    """An operator that is made: of which class, config and random numbers."""

    info: TypeInfo
    is_exact: bool
    config: _Config
    streams: Streams
    rngs_place: Expression


class OperatorCalls:
    """Checks calls that make operators.

    Args:
        knowledge: of configs, operators and random numbers that were made before.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def generators(self, ctx: FunctionContext) -> Type:
        """Note the streams of `nnx.Rngs(...)`."""
        call, made, api = ctx.context, ctx.default_return_type, ctx.api
        if not isinstance(call, CallExpr) or not isinstance(api, TypeChecker):
            return made
        streams: list[str] = []
        for name, kind, value in zip(call.arg_names, call.arg_kinds, call.args, strict=True):
            if kind.is_star():
                return made
            if name is None or name == "default":
                found = self._knowledge.evaluator(api).alternatives(value)
                if len(found) != 1 or isinstance(found[0], Unknown):
                    return made
                streams += _of_default(found[0])
            else:
                streams.append(name)
        return self._knowledge.made(api, call, made, {"kind": "generators", "streams": streams})

    def construction(self, ctx: FunctionContext) -> Type:
        """Check `Operator(config, rngs=...)`."""
        made, call, api = get_proper_type(ctx.default_return_type), ctx.context, ctx.api
        if not (
            isinstance(made, Instance)
            and isinstance(api, TypeChecker)
            and isinstance(call, CallExpr)
            and calls_class(call)
            and call.callee is not self._knowledge.tried
        ):
            return ctx.default_return_type
        exact = is_class(call.callee)
        if exact and lacks_transformation(made.type):
            api.fail(no_transformation(made.type), call, code=OPERATOR)
        names = arguments_of(made.type)
        config = None if names is None else _argument(ctx, names[0], is_first=True)
        if names is None or config is None:
            return made
        rngs = _argument(ctx, names[1])
        streams: Streams = "none" if names[2] and not _is_starred(call) else "unknown"
        if rngs is not None:
            streams = self._streams(api, rngs)
        arms = self._configs(api, config)
        for arm in arms:
            _report(api, _Made(made.type, exact, arm, streams, rngs or config))
            if _takes_any_config(made.type, names[0], arm):
                _report_class(api, made.type, arm)
        return self._knowledge.made(api, call, made, _fact(arms, streams))

    def check_partial(
        self,
        api: TypeChecker,
        call: CallExpr,
        made: Type,
        whole: Fact,
        places: Mapping[str, Expression],
    ) -> Type:
        """Check the call of a partial operator class.

        Args:
            api: mypy's.
            call: the call.
            made: the type of the operator.
            whole: what is known of all arguments, those of the partial too.
            places: where they stand, if that is in the call.
        """
        info = info_of(made)
        if info is not None and whole["exact"] and lacks_transformation(info):
            api.fail(no_transformation(info), call, code=OPERATOR)
        names = arguments_of(info) if info is not None and is_operator(info) else None
        config = whole["facts"].get(names[0]) if names is not None else None
        if info is None or names is None or not is_of_config(config):
            return made
        streams: Streams = "none" if names[2] else "unknown"
        if names[1] in whole["values"]:
            generators = whole["facts"][names[1]]
            is_none = whole["values"][names[1]] == (None,)
            streams = "none" if is_none else (generators or {}).get("streams", "unknown")
        place = places.get(names[1]) or places.get(names[0]) or call
        arm = _Config(places.get(names[0], call), None, config)
        _report(api, _Made(info, whole["exact"], arm, streams, place))
        return self._knowledge.made(api, call, made, _fact([arm], streams))

    def copy(self, ctx: MethodContext) -> Type:
        """Check `operator.copy(config=..., rngs=...)`."""
        copied, call, api = get_proper_type(ctx.type), ctx.context, ctx.api
        if not (
            isinstance(copied, Instance)
            and is_operator(copied.type)
            and isinstance(api, TypeChecker)
            and isinstance(call, CallExpr)
            and not _is_starred(call)
        ):
            return ctx.default_return_type
        given = {
            name: value
            for name, value in zip(call.arg_names, call.args, strict=True)
            if not _is_none(api, value)
        }
        before = self._before(api, call)
        streams: Streams = before.get("streams", "unknown")
        if "rngs" in given:
            streams = self._streams(api, given["rngs"])
        if "config" not in given:
            fact = {**before, "kind": "operator", "streams": streams}
            return self._knowledge.made(api, call, ctx.default_return_type, fact)
        arms = self._configs(api, given["config"])
        for arm in arms:
            place = given.get("rngs", given["config"])
            _report(api, _Made(copied.type, bool(before), arm, streams, place))
            _report_class(api, copied.type, arm)
        fact = _fact(arms, streams)
        return self._knowledge.made(api, call, ctx.default_return_type, fact)

    def _before(self, api: TypeChecker, call: CallExpr) -> Fact:
        owner = call.callee.expr if isinstance(call.callee, MemberExpr) else None
        fact = self._knowledge.of(api, owner) if owner is not None else None
        return fact if fact is not None and fact["kind"] == "operator" else {}

    def _configs(self, api: TypeChecker, expr: Expression) -> list[_Config]:
        if isinstance(expr, ConditionalExpr):
            return [*self._configs(api, expr.if_expr), *self._configs(api, expr.else_expr)]
        info = info_of(api.lookup_type_or_none(expr))
        facts = self._knowledge.of_arms(api, expr)
        return [_Config(expr, info, fact if is_of_config(fact) else None) for fact in facts]

    def _streams(self, api: TypeChecker, expr: Expression) -> Streams:
        if _is_none(api, expr):
            return "none"
        fact = self._knowledge.of(api, expr)
        streams: Streams = "unknown" if fact is None else fact.get("streams", "unknown")
        return streams


def _report(api: TypeChecker, made: _Made) -> None:
    for place, text in _complaints(made):
        api.fail(f"{made.info.name} cannot be made: {text}", place, code=OPERATOR)


def _complaints(made: _Made) -> Iterator[tuple[Expression, str]]:
    """Yield what an operator would refuse, and where the reason for it stands."""
    if _wrong_class(made.info, made.config):
        # Of another class, nothing is said about its fields.
        return
    stochastic = made.config.alternatives("stochastic")
    if True in stochastic:
        if made.is_exact and draws_nothing(made.info):
            yield (
                made.config.place,
                (
                    f"config: expected stochastic=False, since {made.info.name} writes neither "
                    "sample_params() nor generate_random_params(), got stochastic=True; "
                    "write one of them"
                ),
            )
        else:
            yield from _missing_streams(made)
    drawing = always_draws(made.info) if made.is_exact and False in stochastic else None
    if drawing is not None:
        yield (
            made.config.place,
            (
                f"config: expected stochastic=True, since {drawing} needs random_params, got "
                "stochastic=False; give stochastic=True and a stream_name"
            ),
        )


def _missing_streams(made: _Made) -> Iterator[tuple[Expression, str]]:
    for stream in made.config.alternatives("stream_name"):
        if made.streams == "none" and stream is not None:
            yield (
                made.rngs_place,
                "rngs: expected random numbers, since its config says stochastic=True, got None; "
                + _mend(stream),
            )
        elif isinstance(stream, str) and not _serves(made.streams, stream):
            available = ", ".join(map(repr, made.streams)) or "none"
            yield (
                made.rngs_place,
                f"rngs: expected the random stream {stream!r}, got {available}; {_mend(stream)}",
            )


def _mend(stream: object) -> str:
    return f"give rngs=nnx.Rngs({stream if isinstance(stream, str) else 'stream'}=0)"


def _serves(streams: Streams, wanted: str) -> bool:
    return isinstance(streams, str) or wanted in streams or "default" in streams


def _report_class(api: TypeChecker, info: TypeInfo, config: _Config) -> None:
    if text := _wrong_class(info, config):
        api.fail(f"{info.name} cannot be made: {text}", config.place, code=OPERATOR)


def _wrong_class(info: TypeInfo, config: _Config) -> str:
    wanted, given = config_class(info), config.info
    if wanted is None or given is None or not is_config(given):
        return ""
    if given.has_base(wanted.fullname):
        return ""
    # A variable of a more general type may hold what is asked for.
    may_fit = config.fact is None and wanted.has_base(given.fullname)
    return "" if may_fit else f"config: expected {wanted.name}, got {given.name}"


def _takes_any_config(info: TypeInfo, name: str, config: _Config) -> bool:
    """Return whether a constructor of the user's takes the config, so that mypy says nothing."""
    symbol = info.get("__init__")
    node = symbol.node if symbol is not None else None
    signature = get_proper_type(node.type) if isinstance(node, FuncDef) else None
    if not isinstance(signature, CallableType) or name not in signature.arg_names:
        return False
    formal = get_proper_type(signature.arg_types[signature.arg_names.index(name)])
    if isinstance(formal, AnyType):
        return True
    if config.info is None or not isinstance(formal, Instance):
        return False
    return config.info.has_base(formal.type.fullname)


def _fact(arms: list[_Config], streams: Streams) -> Fact:
    return {
        "kind": "operator",
        "config": arms[0].fact if len(arms) == 1 else None,
        "streams": streams,
    }


def _of_default(value: object) -> list[str]:
    """Return the streams of the first argument of `nnx.Rngs`: a seed, or a map of them."""
    if value is None:
        return []
    return [str(key) for key in value] if isinstance(value, dict) else ["default"]


def _argument(ctx: FunctionContext, name: str, *, is_first: bool = False) -> Expression | None:
    """Return the expression that is given for an argument, and for it alone."""
    names = [*ctx.callee_arg_names]
    if name not in names and not (is_first and names[:1] == [None]):
        return None
    at = names.index(name) if name in names else 0
    given = ctx.args[at]
    return given[0] if given and not ctx.arg_kinds[at][0].is_star() else None


def _is_starred(call: CallExpr) -> bool:
    return any(kind.is_star() for kind in call.arg_kinds)


def _is_none(api: TypeChecker, expr: Expression) -> bool:
    return isinstance(get_proper_type(api.lookup_type_or_none(expr)), NoneType)


__all__ = ["RNGS", "OperatorCalls"]
