"""The hook of type names: puts the constraints of `Annotated` on the type that they constrain."""

import ast
import typing
from collections.abc import Callable
from typing import Final

from mypy.errors import Errors
from mypy.nodes import (
    Import,
    ImportFrom,
    MypyFile,
    PlaceholderNode,
    SymbolNode,
    SymbolTableNode,
    TypeAlias,
    Var,
)
from mypy.options import Options
from mypy.plugin import AnalyzeTypeContext
from mypy.semanal import SemanticAnalyzer
from mypy.semanal_shared import has_placeholder
from mypy.typeanal import TypeAnalyser
from mypy.types import Type, UnboundType, UnionType

from datarax_typed.mypy_plugin.arithmetic import CONSTANTS, combined, negated
from datarax_typed.mypy_plugin.constraints import (
    MODULE,
    Constraint,
    alias_constraints,
    is_constructor,
    is_predicate,
)
from datarax_typed.mypy_plugin.guard import guarded
from datarax_typed.mypy_plugin.marks import fact_of, get_item, with_fact
from datarax_typed.mypy_plugin.source import Metadata, annotated_metadata, content_of

Hook: typing.TypeAlias = Callable[[AnalyzeTypeContext], Type]

_SYMBOLS: Final[dict[type[ast.operator], str]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
}


Watch: typing.TypeAlias = Callable[[MypyFile, Errors], None]

WHOLE: Final = "whole"
_ANNOTATED: Final = ("typing.Annotated", "typing_extensions.Annotated")


class _NotKnownError(Exception):
    """An argument whose value the source does not tell."""


class Carrier(typing.Protocol):
    """What keeps annotations of jaxtyping on types."""

    def look_at(self, tree: MypyFile, options: Options) -> bool:
        """Turn to the module that mypy analyses now; return whether it imports jaxtyping."""
        ...

    def knows_aliases(self, tree: MypyFile | None) -> bool:
        """Return whether there are annotations in expressions of a module."""
        ...

    def is_in_opaque(self, analyzer: SemanticAnalyzer) -> bool:
        """Return whether a function is analysed whose decorator makes something else of it."""
        ...

    def carrying(self, written: UnboundType, typ: Type, analyzer: SemanticAnalyzer) -> Type:
        """Return a type with the annotation that is written around it."""
        ...

    def marked(self, written: UnboundType, typ: Type, analyzer: SemanticAnalyzer) -> Type:
        """Return the type of a user's alias, marked where a decorator changes the signature."""
        ...


class TypeNames:
    """Looks at type names: aliases, and all in modules that import `annotated-types`.

    Args:
        look_up: gives the symbol of a full name.
        carrier: keeps annotations of jaxtyping.
        watch: is told of every module that has some.
        tells: whether a type may have some in it.
    """

    def __init__(
        self,
        look_up: Callable[[str], SymbolTableNode | None],
        carrier: Carrier,
        watch: Watch,
        tells: Callable[[Type], bool],
    ) -> None:
        self._look_up = look_up
        self._watch = watch
        self._tells = tells
        # The names with nothing on them: of classes, and of aliases that say nothing of arrays.
        self._plain: set[str] = set()
        # What analyses all modules, one after the other; known from the first name on.
        self._analyzer: SemanticAnalyzer | None = None
        self._tree: MypyFile | None = None
        # The module, if nothing is written in it that stands around types.
        self._plain_tree: MypyFile | None = None
        self._metadata: Metadata | None = None
        self._carrier = carrier
        # Whether the next look at a name is mypy's own.
        self._declines = False

    def hook(self, fullname: str) -> Hook | None:
        """Return the hook of a type name, if there may be constraints on it."""
        analyzer = self._analyzer
        # Most names of most modules: mypy asks at every name of every annotation.
        if (
            fullname in self._plain
            and analyzer is not None
            and self._plain_tree is analyzer.cur_mod_node
            and fullname not in _ANNOTATED
        ):
            return None
        if self._declines:
            self._declines = False
            return None
        if analyzer is None:
            return guarded(self._first, self._as_mypy_does)
        alias_hook = self._alias_hook(fullname, analyzer)
        if alias_hook is not None:
            return guarded(alias_hook, self._as_mypy_does)
        if analyzer.cur_mod_node is not self._tree:
            self._look_at(analyzer.cur_mod_node, analyzer)
        if self._plain_tree is not self._tree or fullname in _ANNOTATED:
            return guarded(self._name, self._as_mypy_does)
        return None

    def _look_at(self, tree: MypyFile, analyzer: SemanticAnalyzer) -> None:
        imports_it = any(map(_is_import, tree.imports))
        content = content_of(tree.path, analyzer.options) if imports_it else b""
        self._tree, self._metadata = tree, annotated_metadata(content)
        if self._carrier.look_at(tree, analyzer.options):
            self._watch(tree, analyzer.errors)
        is_plain = self._metadata is None and not self._carrier.knows_aliases(tree)
        self._plain_tree = tree if is_plain else None

    def _as_mypy_does(self, ctx: AnalyzeTypeContext) -> Type:
        # No hook can decline what it was asked for: mypy asks again, and gets none.
        self._declines = True
        try:
            return ctx.api.analyze_type(ctx.type)
        finally:
            self._declines = False

    def _first(self, ctx: AnalyzeTypeContext) -> Type:
        inner = ctx.api.api if isinstance(ctx.api, TypeAnalyser) else None
        if isinstance(inner, SemanticAnalyzer):
            self._analyzer = inner
            return ctx.api.analyze_type(ctx.type)
        return self._as_mypy_does(ctx)

    def _name(self, ctx: AnalyzeTypeContext) -> Type:
        typ = self._as_mypy_does(ctx)
        if self._analyzer is not None:
            typ = self._carrier.carrying(ctx.type, typ, self._analyzer)
        if self._metadata is None:
            return typ
        position = (ctx.type.line, ctx.type.column)
        calls = self._metadata.calls.get(position, ())
        if ctx.type.name.rpartition(".")[2] == "Annotated":
            calls = self._metadata.quoted.get(position, calls)
        found = [constraint for call in calls for constraint in _constraints(ctx, call)]
        if position in self._metadata.unions:
            found = [of_whole(constraint) for constraint in found]
        return _with_constraints(typ, found, ctx)

    def _alias(self, ctx: AnalyzeTypeContext, found: list[Constraint]) -> Type:
        return _with_constraints(self._name(ctx), found, ctx)

    def _alias_hook(self, fullname: str, analyzer: SemanticAnalyzer) -> Hook | None:
        if fullname not in self._plain and (found := self._of_alias(fullname)):
            return lambda ctx: self._alias(ctx, found)
        is_marked = self._is_alias(fullname) and self._carrier.is_in_opaque(analyzer)
        return self._marked if is_marked else None

    def _is_alias(self, fullname: str) -> bool:
        symbol = None if fullname in self._plain else self._look_up(fullname)
        return symbol is not None and isinstance(symbol.node, TypeAlias)

    def _marked(self, ctx: AnalyzeTypeContext) -> Type:
        typ = self._name(ctx)
        if self._analyzer is None:
            return typ
        return self._carrier.marked(ctx.type, typ, self._analyzer)

    def _of_alias(self, fullname: str) -> list[Constraint]:
        symbol = self._look_up(fullname)
        match symbol.node if symbol is not None else None:
            case TypeAlias(target=target):
                # Of an alias of a class, such as Annotated[float, Gt(0)], mypy takes the class.
                found = alias_constraints(fullname) or constraints_of(target)
                if not found and not has_placeholder(target) and not self._tells(target):
                    self._remember(fullname)
                return found
            case None | PlaceholderNode():
                pass
            case _:
                self._remember(fullname)
        return []

    def _remember(self, fullname: str) -> None:
        # An edit may make it another one while the daemon runs.
        if self._analyzer is not None and not self._analyzer.options.fine_grained_incremental:
            self._plain.add(fullname)


def constraints_of(typ: Type) -> list[Constraint]:
    """Return the constraints on a type."""
    fact = fact_of(typ)
    return fact if isinstance(fact, list) else []


def of_whole(constraint: Constraint) -> Constraint:
    """Return a constraint that stands at an arm of a union, and is one of the union."""
    return constraint if constraint[0] == WHOLE else (WHOLE, [constraint], {})


def _is_import(node: object) -> bool:
    match node:
        case Import():
            return any(name.partition(".")[0] == MODULE for name, _ in node.ids)
        case ImportFrom():
            # They may come from a module that has them from there.
            return node.id == MODULE or any(
                is_constructor(f"{MODULE}.{name}") for name, _ in node.names
            )
        case _:
            return False


def _with_constraints(typ: Type, found: list[Constraint], ctx: AnalyzeTypeContext) -> Type:
    if not found:
        return typ
    both = [*constraints_of(typ), *found]
    # Annotated[Annotated[int, Gt(0)], Lt(9)] has both; a quoted one is looked at twice.
    distinct = [constraint for at, constraint in enumerate(both) if constraint not in both[:at]]
    if isinstance(get_item(typ), UnionType):
        distinct = [of_whole(constraint) for constraint in distinct]
    return with_fact(typ, distinct, ctx.api.named_type("builtins.str", []))


def _constraints(ctx: AnalyzeTypeContext, call: ast.Call) -> list[Constraint]:
    node = _named(ctx, ast.unparse(call.func))
    if node is None or not is_constructor(node.fullname):
        return []
    try:
        return [_constraint(ctx, node.name, call)]
    except _NotKnownError:
        return []


def _constraint(ctx: AnalyzeTypeContext, name: str, call: ast.Call) -> Constraint:
    if name == "Predicate":
        function = _named(ctx, ast.unparse(call.args[0])) if len(call.args) == 1 else None
        if function is None or not is_predicate(function.fullname):
            raise _NotKnownError
        return (name, [function.fullname], {})
    kwargs = {}
    for keyword in call.keywords:
        if keyword.arg is None:
            raise _NotKnownError
        kwargs[keyword.arg] = _evaluated(ctx, keyword.value)
    return (name, [_evaluated(ctx, arg) for arg in call.args], kwargs)


def _evaluated(ctx: AnalyzeTypeContext, node: ast.expr) -> object:
    match node:
        case ast.Constant(value=bool() | int() | float() | str() | None as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            found = negated(_evaluated(ctx, operand))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _SYMBOLS:
            sides = _evaluated(ctx, left), _evaluated(ctx, right)
            found = combined(_SYMBOLS[type(op)], *sides)
        case ast.Call(func=ast.Name() as function, args=[text], keywords=[]):
            found = _number(_named(ctx, function.id), _evaluated(ctx, text))
        case ast.Name() | ast.Attribute():
            found = _constant(_named(ctx, ast.unparse(node)))
        case _:
            found = None
    if found is None:
        raise _NotKnownError
    return found


def _number(function: SymbolNode | None, text: object) -> float | None:
    """Return what `float("inf")` is."""
    is_float = function is not None and function.fullname == "builtins.float"
    try:
        return float(text) if is_float and isinstance(text, str | int | float) else None
    except (ValueError, OverflowError):
        return None


def _constant(node: SymbolNode | None) -> object:
    if not isinstance(node, Var):
        return None
    return CONSTANTS.get(node.fullname, node.final_value)


def _named(ctx: AnalyzeTypeContext, name: str) -> SymbolNode | None:
    if not isinstance(ctx.api, TypeAnalyser):
        return None
    found = ctx.api.lookup_qualified(name, ctx.context, suppress_errors=True)
    return found.node if found is not None else None


__all__ = ["WHOLE", "Hook", "TypeNames", "constraints_of"]
