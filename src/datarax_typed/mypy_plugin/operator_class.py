"""The hook of an operator class: keeps how its constructor hands on, and reports on its methods."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

from mypy.nodes import (
    ArgKind,
    AssignmentStmt,
    CallExpr,
    ClassDef,
    Context,
    Decorator,
    Expression,
    ExpressionStmt,
    FuncDef,
    MemberExpr,
    NameExpr,
    Statement,
    SuperExpr,
    TypeInfo,
)
from mypy.plugin import ClassDefContext
from mypy.semanal import SemanticAnalyzer
from mypy.types import AnyType, CallableType, TypeOfAny

from datarax_typed.mypy_plugin.codes import OPERATOR
from datarax_typed.mypy_plugin.constructors import Forwarding, store
from datarax_typed.mypy_plugin.methods import lacks_transformation

_TRANSFORMATIONS: Final = ("apply", "transform")
_METHODS: Final = (*_TRANSFORMATIONS, "sample_params", "generate_random_params", "apply_batch")


def operator_class(ctx: ClassDefContext) -> None:
    """Store how a class's constructor hands its arguments on; report on its methods."""
    functions = dict(_functions(ctx.cls))
    if "__init__" in functions:
        store(ctx.cls.info, _forwarding(functions["__init__"]))
    if isinstance(ctx.api, SemanticAnalyzer):
        for place, text in _complaints(ctx.cls, functions):
            ctx.api.fail(text, place, code=OPERATOR)


def _functions(cls: ClassDef) -> Iterator[tuple[str, FuncDef]]:
    for statement in cls.defs.body:
        function = statement.func if isinstance(statement, Decorator) else statement
        if isinstance(function, FuncDef):
            yield function.name, function


def _complaints(cls: ClassDef, functions: dict[str, FuncDef]) -> Iterator[tuple[Context, str]]:
    for name in _TRANSFORMATIONS:
        missing = list(_unannotated(functions[name])) if name in functions else []
        if missing:
            wanting = " and ".join(missing)
            text = f"{cls.name}.{name}: expected annotations, got none for {wanting}; "
            yield functions[name], text + "what is not annotated is not checked"
    if cls.info.is_final and lacks_transformation(cls.info):
        yield cls, no_transformation(cls.info)
    elif lacks_transformation(cls.info):
        for name, function in functions.items():
            if close := get_close_matches(name, _TRANSFORMATIONS, n=1, cutoff=0.85):
                yield function, f"{cls.name}.{name}: did you mean {close[0]!r}?"


def no_transformation(info: TypeInfo) -> str:
    """Return what is said of an operator that transforms nothing."""
    return (
        f"{info.name} cannot be made: {info.name}: expected a class that writes apply() or "
        "transform(), got neither"
    )


def _unannotated(function: FuncDef) -> Iterator[str]:
    signature = function.unanalyzed_type
    takes_self = not function.is_static
    names = [str(name) for name in function.arg_names][takes_self:]
    if not isinstance(signature, CallableType):
        missing, returns = names, False
    else:
        types = signature.arg_types[takes_self:]
        missing = [name for name, typ in zip(names, types, strict=True) if _is_open(typ)]
        returns = not _is_open(signature.ret_type)
    if missing:
        yield ", ".join(map(repr, missing))
    if not returns:
        yield "the return value"


def _is_open(typ: object) -> bool:
    return isinstance(typ, AnyType) and typ.type_of_any == TypeOfAny.unannotated


def _forwarding(init: FuncDef) -> Forwarding | None:
    """Return what a constructor hands to the next one, if it calls that once and as it got it."""
    calls = list(_super_calls(init.body.body))
    if len(calls) != 1 or any(kind.is_star() for kind in calls[0].arg_kinds):
        return None
    names = [str(name) for name in init.arg_names][1:]
    rebound = set(_rebound(init.body.body))
    args: list[str | None] = []
    kwargs: dict[str, str | None] = {}
    for keyword, kind, value in zip(
        calls[0].arg_names, calls[0].arg_kinds, calls[0].args, strict=True
    ):
        handed = value.name if isinstance(value, NameExpr) else None
        handed = handed if handed in names and handed not in rebound else None
        if kind is ArgKind.ARG_POS:
            args.append(handed)
        else:
            kwargs[str(keyword)] = handed
    none_by_default = [
        argument.variable.name
        for argument in init.arguments
        if isinstance(argument.initializer, NameExpr) and argument.initializer.name == "None"
    ]
    return Forwarding(tuple(names), tuple(args), kwargs, tuple(none_by_default))


def _super_calls(body: list[Statement]) -> Iterator[CallExpr]:
    """Yield the calls of super().__init__ that are made in any case."""
    for statement in body:
        call = statement.expr if isinstance(statement, ExpressionStmt) else None
        if isinstance(call, CallExpr) and _is_super_init(call.callee):
            yield call


def _is_super_init(callee: Expression) -> bool:
    if isinstance(callee, SuperExpr):
        return callee.name == "__init__"
    return isinstance(callee, MemberExpr) and callee.name == "__init__"


def _rebound(body: list[Statement]) -> Iterator[str]:
    for statement in body:
        if isinstance(statement, AssignmentStmt):
            yield from (target.name for target in statement.lvalues if isinstance(target, NameExpr))
        elif not isinstance(statement, ExpressionStmt):
            # What stands within an `if` or a loop is not looked at.
            yield from ("config", "rngs")


__all__ = ["no_transformation", "operator_class"]
