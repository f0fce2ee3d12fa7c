"""The hook of an operator class: keeps how its constructor hands on, and reports on its methods."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

from mypy.nodes import (
    ClassDef,
    Context,
    Decorator,
    FuncDef,
    TypeInfo,
)
from mypy.plugin import ClassDefContext
from mypy.semanal import SemanticAnalyzer
from mypy.types import AnyType, CallableType, TypeOfAny

from datarax_typed.mypy_plugin.codes import OPERATOR
from datarax_typed.mypy_plugin.constructors import forwarding_at, store
from datarax_typed.mypy_plugin.methods import lacks_transformation
from datarax_typed.mypy_plugin.source import content_of, parsed

_TRANSFORMATIONS: Final = ("apply", "transform")
_METHODS: Final = (*_TRANSFORMATIONS, "sample_params", "generate_random_params", "apply_batch")


def operator_class(ctx: ClassDefContext) -> None:
    """Store how a class's constructor hands its arguments on; report on its methods."""
    functions = dict(_functions(ctx.cls))
    if not isinstance(ctx.api, SemanticAnalyzer):
        return
    if "__init__" in functions:
        tree = parsed(content_of(ctx.api.cur_mod_node.path, ctx.api.options))
        forwarding = forwarding_at(tree, functions["__init__"].line)
        store(ctx.cls.info, forwarding, ctx.api.named_type("builtins.str"))
    for place, complaint in _complaints(ctx.cls, functions):
        ctx.api.fail(complaint, place, code=OPERATOR)


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


def no_transformation(info: TypeInfo) -> str:
    """Return what is said of an operator that transforms nothing."""
    text = (
        f"{info.name} cannot be made: {info.name}: expected a class that writes apply() or "
        "transform(), got neither"
    )
    for name, symbol in info.names.items():
        if isinstance(symbol.node, FuncDef | Decorator):
            for close in get_close_matches(name, _TRANSFORMATIONS, n=1, cutoff=0.8):
                return f"{text}; did you mean {close!r} where it says {name!r}?"
    return text


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


__all__ = ["no_transformation", "operator_class"]
