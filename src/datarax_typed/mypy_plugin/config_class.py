"""The hook of a config class: keeps what its body declares, and reports what contradicts it."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final, get_args

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    ClassDef,
    Context,
    Decorator,
    Expression,
    FuncDef,
    LambdaExpr,
    ListExpr,
    NameExpr,
    OpExpr,
    RefExpr,
    ReturnStmt,
    StrExpr,
    TupleExpr,
    Var,
)
from mypy.plugin import ClassDefContext
from mypy.semanal import SemanticAnalyzer
from mypy.types import Instance, Type, get_proper_type

from datarax_typed.core.rules import Rule, RuleKind, unknown_fields
from datarax_typed.mypy_plugin.assignments import is_tested
from datarax_typed.mypy_plugin.codes import CONFIG
from datarax_typed.mypy_plugin.known_types import ANYTHING, of_type
from datarax_typed.mypy_plugin.mentions import Mentions, mentions
from datarax_typed.mypy_plugin.schema import (
    ROOT,
    Schema,
    findings,
    has_schema,
    is_config,
    schema_of,
)
from datarax_typed.mypy_plugin.source import content_of, parsed, replaces_values
from datarax_typed.mypy_plugin.spec import spec_of
from datarax_typed.mypy_plugin.text import Alternatives
from datarax_typed.mypy_plugin.values import Evaluator

_RULES: Final = "datarax_typed.core.rules"
_KINDS: Final[tuple[RuleKind, ...]] = get_args(RuleKind)
_IN_ORDER: Final = (None, "kind", "fields", "field", "needed", "other")
_FACTORIES: Final[Mapping[str, object]] = {
    "builtins.list": [],
    "builtins.dict": {},
    "builtins.tuple": (),
}


def config_class(ctx: ClassDefContext) -> None:
    """Store the schema of a config class, and report what is wrong with the class itself."""
    if not isinstance(ctx.api, SemanticAnalyzer):
        return
    text_type = ctx.api.named_type("builtins.str")
    for info in ctx.cls.info.mro[1:]:
        # The root has no base whose hook would be called; its subclass stands in its module.
        if is_config(info) and not has_schema(info) and info.defn.defs.body:
            _read(info.defn, ctx.api).schema().store(info, text_type)
    body = _read(ctx.cls, ctx.api)
    body.schema().store(ctx.cls.info, text_type)
    for place, text in body.complaints():
        ctx.api.fail(f"{ctx.cls.name} {text}", place, code=CONFIG)


class _Body:
    """What the body of a config class declares, and where."""

    def __init__(self, cls: ClassDef, evaluator: Evaluator, *, is_opaque: bool) -> None:
        self.cls = cls
        self.is_opaque = is_opaque
        self.fields: dict[str, AssignmentStmt] = {}
        self.defaults: dict[str, tuple[Expression, Alternatives]] = {}
        self.rules: list[tuple[Rule, CallExpr]] = []
        self._evaluator = evaluator

    def read(self) -> None:
        for statement in self.cls.defs.body:
            if isinstance(statement, AssignmentStmt) and len(statement.lvalues) == 1:
                target = statement.lvalues[0]
                if isinstance(target, NameExpr) and target.name == "rules":
                    self.rules += self._rules(statement.rvalue)
                elif isinstance(target, NameExpr) and _is_field(statement, target):
                    self._field(target.name, statement)

    def _field(self, name: str, statement: AssignmentStmt) -> None:
        self.fields[name] = statement
        if default := self._default(name, statement.rvalue):
            self.defaults[name] = default

    def _default(self, name: str, value: Expression) -> tuple[Expression, Alternatives] | None:
        if isinstance(value, CallExpr) and _fullname(value.callee) == "dataclasses.field":
            for argument, given in zip(value.arg_names, value.args, strict=True):
                if argument == "default":
                    return given, self._evaluator.alternatives(given)
                if argument == "default_factory":
                    return given, self._made_by(name, given)
            return None
        # An annotation alone has a value too: one that stands for nothing.
        has_value = getattr(value, "line", -1) != -1
        return (value, self._evaluator.alternatives(value)) if has_value else None

    def _made_by(self, name: str, factory: Expression) -> Alternatives:
        if _fullname(factory) in _FACTORIES:
            return (_FACTORIES[_fullname(factory)],)
        if isinstance(factory, LambdaExpr):
            last = factory.body.body[-1] if factory.body.body else None
            if isinstance(last, ReturnStmt) and last.expr is not None:
                return self._evaluator.alternatives(last.expr)
        node = self.cls.info.names[name].node
        return of_type(node.type) if isinstance(node, Var) else (ANYTHING,)

    def _rules(self, value: Expression) -> Iterator[tuple[Rule, CallExpr]]:
        match value:
            case TupleExpr() | ListExpr():
                for item in value.items:
                    yield from self._rules(item)
            case OpExpr(op="+"):
                yield from self._rules(value.left)
                yield from self._rules(value.right)
            case CallExpr():
                if rule := self._rule(value):
                    yield rule, value
            case _:
                # A rule that is made elsewhere is not known here.
                return

    def _rule(self, call: CallExpr) -> Rule | None:
        module, _, kind = _fullname(call.callee).rpartition(".")
        found = [self._evaluator.alternatives(argument) for argument in call.args]
        if module != _RULES or any(len(alternatives) != 1 for alternatives in found):
            return None
        if any(name is not None and name not in _IN_ORDER for name in call.arg_names):
            return None
        # All their parameters by name stand in this order.
        named = sorted(
            zip(call.arg_names, found, strict=True), key=lambda pair: _IN_ORDER.index(pair[0])
        )
        values = [alternatives[0] for _, alternatives in named]
        if kind == "Rule" and len(values) == 2 and isinstance(values[1], tuple):
            kind, values = str(values[0]), list(values[1])
        names = tuple(value for value in values if isinstance(value, str))
        if len(names) < len(values) or any(arg.is_star() for arg in call.arg_kinds):
            return None
        return Rule(kind, names) if kind in _KINDS else None

    def schema(self) -> Schema:
        return Schema(
            {name: spec_of(self._type(name)) for name in self.fields},
            {name: value for name, (_, value) in self.defaults.items()},
            tuple(rule for rule, _ in self.rules),
            self.is_opaque,
        )

    def _type(self, name: str) -> Type | None:
        symbol = self.cls.info.names.get(name)
        node = symbol.node if symbol is not None else None
        return node.type if isinstance(node, Var) else None

    def complaints(self) -> Iterator[tuple[Context, str]]:
        """Yield what is wrong with the class, and where."""
        known = self._known_fields()
        for rule, call in self.rules:
            for problem in unknown_fields((rule,), known, self.cls.name):
                yield _name_in(call, problem.actual), f"has rules over unknown fields: {problem}"
        if self.fields and not self.cls.decorators and not self._is_decorated_by_a_base():
            mend = "decorate the class with @dataclass(frozen=True)"
            first = next(iter(self.fields))
            yield self.cls, f"is no dataclass: {first}: expected a field, got an attribute; {mend}"
        yield from self._contradictions()

    def _is_decorated_by_a_base(self) -> bool:
        return any(
            base.dataclass_transform_spec is not None or "__init_subclass__" in base.names
            for base in self.cls.info.mro[1:]
            if base.fullname not in (ROOT, "builtins.object")
        )

    def _known_fields(self) -> set[str]:
        names = set(schema_of(self.cls.info).specs) | set(self.fields)
        for base in self.cls.info.mro[1:]:
            if not is_config(base):
                names |= {name for name, symbol in base.names.items() if _is_variable(symbol.node)}
        return names

    def _contradictions(self) -> Iterator[tuple[Context, str]]:
        whole = schema_of(self.cls.info)
        if whole.is_opaque:
            return
        places = {**{name: place for name, (place, _) in self.defaults.items()}}
        calls: dict[str, Expression] = {str(rule): call for rule, call in self.rules}
        for finding in findings(whole, whole.defaults):
            place = calls.get(finding.rule)
            for name in finding.fields:
                place = place or places.get(name)
            # What is neither of its rules nor of its defaults is said at a base.
            if place is not None:
                yield place, f"contradicts its own defaults: {finding}"


def _read(cls: ClassDef, api: SemanticAnalyzer) -> _Body:
    @cache
    def mentioned() -> Mentions | None:
        return mentions(parsed(content_of(api.cur_mod_node.path, api.options)))

    evaluator = Evaluator(
        lambda _: None, api.options, is_tested=lambda expr: is_tested(expr, mentioned())
    )
    body = _Body(cls, evaluator, is_opaque=_is_opaque(cls, api))
    body.read()
    return body


def _is_variable(node: object) -> bool:
    return isinstance(node, Var) and not node.is_inferred and not node.name.startswith("__")


def _name_in(call: CallExpr, text: str) -> Expression:
    """Return where a rule names a field."""
    names = [arg for arg in call.args if isinstance(arg, StrExpr) and repr(arg.value) == text]
    return names[0] if names else call


def _is_field(statement: AssignmentStmt, target: NameExpr) -> bool:
    if statement.unanalyzed_type is None or not isinstance(target.node, Var):
        return False
    proper = get_proper_type(target.node.type)
    kind = proper.type.fullname if isinstance(proper, Instance) else ""
    return not target.node.is_classvar and kind not in (
        "dataclasses.InitVar",
        "dataclasses.KW_ONLY",
    )


def _fullname(expr: Expression) -> str:
    return expr.fullname if isinstance(expr, RefExpr) else ""


def _is_opaque(cls: ClassDef, api: SemanticAnalyzer) -> bool:
    """Return whether a class may replace values before they are checked."""
    for statement in cls.defs.body:
        function = statement.func if isinstance(statement, Decorator) else statement
        if isinstance(function, FuncDef) and function.name == "__post_init__":
            tree = parsed(content_of(api.cur_mod_node.path, api.options))
            return cls.fullname != ROOT and replaces_values(tree, function.line)
    return False


__all__ = ["config_class"]
