"""Annotations on types: `Float[Array, "b c"]` stays readable wherever mypy hands the type on.

mypy drops what jaxtyping says, `Array` is left. A type alias is what it keeps as it was written, in
signatures, fields and its cache, and looks through for everything else. So each annotation
becomes an alias, with dtype and text in its name, among the symbols of the module. (Attributes on
the `Instance` do not do: mypy takes them off shared types where it joins them, and its loops do not
come to an end.)
"""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

from mypy.nodes import (
    GDEF,
    CallExpr,
    Decorator,
    Expression,
    FuncDef,
    FuncItem,
    Import,
    ImportBase,
    ImportFrom,
    MemberExpr,
    MypyFile,
    NameExpr,
    SymbolTableNode,
    TypeAlias,
)
from mypy.options import Options
from mypy.semanal import SemanticAnalyzer
from mypy.typeops import get_all_type_vars
from mypy.types import (
    PlaceholderType,
    RawExpressionType,
    Type,
    TypeAliasType,
    UnboundType,
    UnionType,
    flatten_nested_unions,
    get_proper_type,
)

from datarax_typed.mypy_plugin.assignments import statements
from datarax_typed.mypy_plugin.shapes.dtypes import DTYPES
from datarax_typed.mypy_plugin.shapes.written import Written, written_in_expressions
from datarax_typed.mypy_plugin.source import Position, content_of

# No identifier, so that no program meets it; with a low line, so that no star import takes it; with
# an at sign, so that the daemon does not take it away when it makes the top of the module anew.
_PREFIX: Final = "_datarax_typed@"
_SEPARATOR: Final = " "
_OPAQUE: Final = "opaque"
_OPEN: Final = "open"
# Decorators after which a function still takes and gives what its signature says.
_TRANSPARENT: Final = frozenset(
    {
        *("abstractmethod", "beartype", "cache", "checkpoint", "classmethod", "contract"),
        *("custom_jvp", "custom_vjp", "filter_checkpoint", "filter_custom_jvp"),
        *("filter_custom_vjp", "filter_jit", "final", "jaxtyped", "jit", "lru_cache"),
        *("named_call", "named_scope", "no_type_check", "overload", "override", "property"),
        *("cached_property", "remat", "staticmethod", "typechecked", "typechecker"),
        *("runtime_checkable", "deprecated", "trace", "annotate_function"),
    }
)
# Those of which nobody knows whether a signature below them tells what goes in, or what goes into
# the function that they decorate.
MAPPING: Final = frozenset(
    {
        *("vmap", "pmap", "smap", "xmap", "shard_map", "scan", "vectorize"),
        *("filter_vmap", "filter_pmap"),
    }
)


@dataclass(frozen=True, slots=True)
class Annotation:
    """What jaxtyping says of an array.

    Attributes:
        dtype: the name as jaxtyping has it.
        text: the axes as they are written.
        array: the type of the array, as mypy has it.
        is_opaque: whether a decorator makes something else of the function around.
    """

    dtype: str
    text: str
    array: Type
    is_opaque: bool

    def __str__(self) -> str:
        return f'{self.dtype}[Array, "{self.text}"]'


def annotation_of(typ: Type | None) -> Annotation | None:
    """Return the annotation that a type carries, or None; aliases are looked through."""
    found: Annotation | None = None
    for prefix, parts, target in _carried(typ):
        if prefix == _PREFIX and len(parts) == _PARTS:
            found = _nested(found, parts, target)
    return found


def is_marked_opaque(typ: Type | None) -> bool:
    """Return whether a type stands in the signature of a function that a decorator changes."""
    return any(prefix == _PREFIX and parts[0] == _OPAQUE for prefix, parts, _ in _carried(typ))


def _carried(typ: Type | None) -> Iterator[tuple[str, list[str], Type]]:
    while isinstance(typ, TypeAliasType) and typ.alias is not None and not typ.args:
        prefix, *parts = typ.alias.name.split(_SEPARATOR)
        yield prefix, parts, typ.alias.target
        typ = typ.alias.target


_PARTS: Final = 4


def _nested(outer: Annotation | None, parts: list[str], array: Type) -> Annotation:
    opaque, dtype, text, _ = (unquote(part) for part in parts)
    inner = Annotation(dtype, text, array, opaque == _OPAQUE)
    if outer is None:
        return inner
    # The array of the outer annotation is what the inner one says: its axes come last.
    dtypes = min(outer.dtype, inner.dtype, key=lambda name: len(DTYPES[name]))
    joined = f"{outer.text} {inner.text}".strip()
    return Annotation(dtypes, joined, array, outer.is_opaque or inner.is_opaque)


class Carrier:
    """Makes the aliases of the modules that mypy analyses."""

    def __init__(self) -> None:
        self._tree: MypyFile | None = None
        self._names: Mapping[str, str] = {}
        self._in_expressions: Mapping[Position, Sequence[Written]] = {}
        self._decorators: Mapping[FuncItem, Decorator] | None = None

    def look_at(self, tree: MypyFile, options: Options) -> bool:
        """Turn to the module that mypy analyses now; return whether it imports jaxtyping."""
        self._tree, self._decorators, self._in_expressions = tree, None, {}
        self._names = {
            alias or name: name
            for node in tree.imports
            if isinstance(node, ImportFrom)
            for name, alias in node.names
            if name in DTYPES
        }
        imports_it = bool(self._names) or any(map(_imports_jaxtyping, tree.imports))
        if imports_it:
            content = content_of(tree.path, options)
            self._in_expressions = written_in_expressions(content)
        return imports_it

    def knows_aliases(self, tree: MypyFile | None) -> bool:
        """Return whether there are annotations in expressions of a module."""
        return tree is self._tree and bool(self._in_expressions)

    def carrying(self, written: UnboundType, typ: Type, analyzer: SemanticAnalyzer) -> Type:
        """Return a type with the annotation that is written around it, if that is jaxtyping's.

        Args:
            written: the annotation, or a name within one that mypy has dropped.
            typ: what mypy makes of it.
            analyzer: what analyses the module now.
        """
        around = self._in_expressions.get((written.line, written.column), ())
        if not around and len(written.args) > 1:
            text = _text(written.args[1])
            around = () if text is None else (Written(written.name, text),)
        for one in reversed(around):
            dtype = self._dtype(one.dtype)
            if dtype is not None and _can_be_target(typ):
                typ = self._around(Written(dtype, one.text), typ, written, analyzer)
        return typ

    def _around(
        self, meant: Written, typ: Type, place: UnboundType, analyzer: SemanticAnalyzer
    ) -> Type:
        arms = flatten_nested_unions([typ])
        if len(arms) == 1 or not any(annotation_of(arm) is not None for arm in arms):
            return self._alias(meant, typ, place, analyzer)
        # Of several annotated arrays, each has the axes around it.
        return UnionType([self._alias(meant, arm, place, analyzer) for arm in arms])

    def _alias(
        self, meant: Written, typ: Type, place: UnboundType, analyzer: SemanticAnalyzer
    ) -> Type:
        kind = _OPAQUE if self.is_in_opaque(analyzer) else _OPEN
        base = f"{zlib.crc32(_identity(typ).encode()):08x}"
        parts = (_PREFIX, kind, meant.dtype, *(_encoded(part) for part in (meant.text, base)))
        return _alias(analyzer.cur_mod_node, _SEPARATOR.join(parts), typ, place)

    def _dtype(self, written: str) -> str | None:
        name = written.rpartition(".")[2]
        name = self._names.get(written, name)
        return name if name in DTYPES else None

    def marked(self, written: UnboundType, typ: Type, analyzer: SemanticAnalyzer) -> Type:
        """Return the type of a user's alias, marked where a decorator changes the signature."""
        if not self.is_in_opaque(analyzer) or not isinstance(typ, TypeAliasType):
            return typ
        base = f"{zlib.crc32(_identity(typ).encode()):08x}"
        name = _SEPARATOR.join((_PREFIX, _OPAQUE, base))
        return _alias(analyzer.cur_mod_node, name, typ, written)

    def is_in_opaque(self, analyzer: SemanticAnalyzer) -> bool:
        """Return whether a function is analysed whose decorator makes something else of it."""
        function = analyzer.scope.functions[-1] if analyzer.scope.functions else None
        if not isinstance(function, FuncDef) or not function.is_decorated or self._tree is None:
            return False
        if self._decorators is None:
            found = (node for node in statements(self._tree.defs) if isinstance(node, Decorator))
            self._decorators = {node.func: node for node in found}
        decorator = self._decorators.get(function)
        written = [] if decorator is None else decorator.original_decorators
        return not all(decorator_name(part) in _TRANSPARENT for part in written)


def _imports_jaxtyping(node: ImportBase) -> bool:
    names = [name for name, _ in node.ids] if isinstance(node, Import) else []
    return "jaxtyping" in names


def decorator_name(expr: Expression) -> str:
    """Return the last part of the name of a decorator; of `partial(f, ...)`, that of `f`."""
    match expr:
        case CallExpr(callee=callee, args=[first, *_]) if decorator_name(callee) == "partial":
            return decorator_name(first)
        case CallExpr(callee=callee):
            return decorator_name(callee)
        case NameExpr() | MemberExpr():
            # `@size.setter`
            return "property" if expr.name in ("getter", "setter", "deleter") else expr.name
        case _:
            return ""


def _text(written: Type) -> str | None:
    match written:
        case RawExpressionType(literal_value=str() | int() as value):
            return str(value)
        case UnboundType():
            return written.original_str_expr
        case _:
            return None


def _can_be_target(typ: Type) -> bool:
    # A type variable within an alias would never be replaced.
    is_ready = not isinstance(typ, PlaceholderType) and not isinstance(typ, UnboundType)
    return is_ready and not get_all_type_vars(get_proper_type(typ))


def _identity(typ: Type) -> str:
    # mypy shows what an alias stands for, without what an annotation within it says.
    if isinstance(typ, TypeAliasType) and typ.alias is not None:
        return typ.alias.fullname
    return str(typ)


def _encoded(part: str) -> str:
    # A dot would separate modules from names.
    return quote(part, safe="").replace(".", "%2E")


def _node(target: Type, module: str, name: str, place: Position) -> TypeAlias:
    fullname = f"{module}.{name}"
    try:
        return TypeAlias(target, fullname, module, *place)
    except TypeError:
        # mypy before 1.20 asks for no module.
        made: Callable[..., TypeAlias] = TypeAlias
        return made(target, fullname, *place)


def _alias(tree: MypyFile, name: str, target: Type, written: UnboundType) -> TypeAliasType:
    symbol = tree.names.get(name)
    if symbol is None or not isinstance(symbol.node, TypeAlias):
        node = _node(target, tree.fullname, name, (written.line, written.column))
        symbol = SymbolTableNode(GDEF, node, plugin_generated=True)
        tree.names[name] = symbol
        return TypeAliasType(node, [], written.line, written.column)
    return TypeAliasType(symbol.node, [], written.line, written.column)


def is_mapped(function: Decorator) -> bool:
    """Return whether a decorator of a function adds an axis to what it gives."""
    return any(decorator_name(one) in MAPPING for one in function.original_decorators)


__all__ = [
    "MAPPING",
    "Annotation",
    "Carrier",
    "annotation_of",
    "decorator_name",
    "is_mapped",
    "is_marked_opaque",
]
