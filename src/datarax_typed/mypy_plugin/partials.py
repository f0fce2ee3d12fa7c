"""The hooks of `functools.partial`: nothing is said before it is called, for a call may mend it."""

from collections.abc import Callable, Iterable

from mypy.checker import TypeChecker
from mypy.nodes import ArgKind, CallExpr, Expression, TypeInfo
from mypy.plugin import FunctionContext, MethodContext
from mypy.types import CallableType, Type, get_proper_type

from datarax_typed.mypy_plugin.callee import class_of, info_of, is_class
from datarax_typed.mypy_plugin.config_call import ConfigCalls
from datarax_typed.mypy_plugin.knowledge import Fact, Knowledge
from datarax_typed.mypy_plugin.marks import is_marked
from datarax_typed.mypy_plugin.methods import is_operator
from datarax_typed.mypy_plugin.operator_call import OperatorCalls
from datarax_typed.mypy_plugin.schema import is_config

_KIND = "partial"


class Partials:
    """Checks calls of partial classes.

    Args:
        knowledge: of partial classes that were made before.
        configs: checks calls that make configs.
        operators: checks calls that make operators.
    """

    def __init__(
        self, knowledge: Knowledge, configs: ConfigCalls, operators: OperatorCalls
    ) -> None:
        self._knowledge = knowledge
        self._configs = configs
        self._operators = operators

    def creation(
        self, ctx: FunctionContext, as_mypy_does: Callable[[FunctionContext], Type]
    ) -> Type:
        """Note the arguments of `functools.partial(Class, ...)`."""
        call, api = ctx.context, ctx.api
        if not isinstance(call, CallExpr) or not call.args or not isinstance(api, TypeChecker):
            return as_mypy_does(ctx)
        # mypy tries a call with these arguments: not one that the program makes.
        self._knowledge.tried = call.args[0]
        try:
            made = as_mypy_does(ctx)
        finally:
            self._knowledge.tried = None
        before = self._before(api, call.args[0])
        if before is None or any(kind.is_star() for kind in call.arg_kinds):
            return made
        return self._knowledge.made(api, call, made, self._with(api, before, call, passed_over=1))

    def call(self, ctx: MethodContext, as_mypy_does: Callable[[MethodContext], Type]) -> Type:
        """Check the call of a partial class."""
        made, call, api = as_mypy_does(ctx), ctx.context, ctx.api
        if not (
            isinstance(call, CallExpr) and isinstance(api, TypeChecker) and is_marked(ctx.type)
        ):
            return made
        known = self._knowledge.of(api, call.callee)
        if known is None or known["kind"] != _KIND or any(k.is_star() for k in call.arg_kinds):
            return made
        whole = self._with(api, known, call)
        places = dict(self._named(whole, call, known))
        info = info_of(made)
        if info is not None and is_config(info):
            values, exact = whole["values"], whole["exact"]
            return self._configs.check(api, call, made, values, places, exact=exact)
        return self._operators.check_partial(api, call, made, whole, places)

    def _before(self, api: TypeChecker, expr: Expression) -> Fact | None:
        """Return what is known of the first argument: a class, or a partial one."""
        typ = api.lookup_type_or_none(expr)
        info = class_of(typ)
        if info is None:
            fact = self._knowledge.of(api, expr) if is_marked(typ) else None
            return fact if fact is not None and fact["kind"] == _KIND else None
        if not is_config(info) and not is_operator(info):
            return None
        names = _positional_names(info)
        return {"names": names, "bound": 0, "exact": is_class(expr), "values": {}, "facts": {}}

    def _with(self, api: TypeChecker, before: Fact, call: CallExpr, passed_over: int = 0) -> Fact:
        """Return what is known once the arguments of a call are added."""
        evaluator = self._knowledge.evaluator(api)
        given = dict(self._named(before, call, before, passed_over))
        values = {name: evaluator.alternatives(expr) for name, expr in given.items()}
        facts = {name: self._knowledge.of(api, expr) for name, expr in given.items()}
        positional = sum(kind is ArgKind.ARG_POS for kind in call.arg_kinds[passed_over:])
        return {
            **before,
            "kind": _KIND,
            "bound": before["bound"] + positional,
            "values": {**before["values"], **values},
            "facts": {**before["facts"], **facts},
        }

    def _named(
        self, whole: Fact, call: CallExpr, before: Fact, passed_over: int = 0
    ) -> Iterable[tuple[str, Expression]]:
        """Yield the arguments of a call with the names that they have for the class."""
        left = iter(whole["names"][before["bound"] :])
        each = zip(call.arg_names, call.arg_kinds, call.args, strict=True)
        for name, kind, expr in list(each)[passed_over:]:
            own = next(left, None) if kind is ArgKind.ARG_POS else name
            if own is not None:
                yield own, expr


def _positional_names(info: TypeInfo) -> list[str]:
    """Return the names of a class's constructor's arguments that may be given by position."""
    init = info.get("__init__")
    signature = get_proper_type(init.type) if init is not None else None
    if not isinstance(signature, CallableType):
        return []
    pairs = zip(signature.arg_names, signature.arg_kinds, strict=True)
    return [name for name, kind in pairs if name is not None and kind.is_positional()][1:]


__all__ = ["Partials"]
