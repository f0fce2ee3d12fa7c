"""What a declared type tells of a value: the arrays in it, by their annotations."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from mypy.types import (
    Instance,
    LiteralType,
    NoneType,
    ReadOnlyType,
    RequiredType,
    TupleType,
    Type,
    TypeAliasType,
    TypedDictType,
    TypeVarId,
    TypeVarType,
    UnionType,
    UnpackType,
    get_proper_type,
)

from datarax_typed.mypy_plugin.shapes.annotation import Dim, Named, Resolve, Variadic, parse
from datarax_typed.mypy_plugin.shapes.carried import Annotation, annotation_of, is_marked_opaque
from datarax_typed.mypy_plugin.shapes.dtypes import DTYPES
from datarax_typed.mypy_plugin.shapes.matching import Bindings, qualified, substitute
from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    ArrayValue,
    Constant,
    Either,
    Foreign,
    Items,
    Number,
    OtherArray,
    Record,
    Several,
    Shape,
    Size,
    Value,
)

_DEEPEST: Final = 6
_NUMBERS: Final[Mapping[str, Number]] = {
    "builtins.int": Number("int"),
    "builtins.float": Number("float"),
}


@dataclass(frozen=True, slots=True)
class Typed(Foreign):
    """An object of a declared type.

    Attributes:
        typ: the type.
        scope: where the names in its annotations have their meaning; empty if nobody knows.
        is_self: whether it is the object whose method reads it.
    """

    typ: Type
    scope: str = ""
    is_self: bool = False

    def without_names(self) -> "Typed":
        """Return the same where names have no meaning."""
        return Typed(self.typ)


# How the axes of an annotation are read: fixed by the function around, or replaced in a call.
ReadAxes: TypeAlias = Callable[[tuple[Dim, ...]], Shape]


@dataclass(frozen=True, slots=True)
class Reading:
    """How declared types are read.

    Attributes:
        axes: gives the axes of an annotation.
        scope: of what is read later, in objects.
        variables: what type variables stand for.
    """

    axes: ReadAxes
    scope: str = ""
    variables: Mapping[TypeVarId, Value] | None = None


def within(scope: str) -> Reading:
    """Return how types are read where names have a meaning; without a scope, none has."""
    if not scope:
        return Reading(lambda dims: substitute(dims, Bindings()))
    return Reading(lambda dims: qualified(dims, scope), scope)


def replaced(bindings: Bindings, resolve: Resolve, variables: Mapping[TypeVarId, Value]) -> Reading:
    """Return how the result of a call is read, whose arguments have bound names."""
    return Reading(lambda dims: substitute(dims, bindings, resolve), "", variables)


@lru_cache(maxsize=4096)
def dims_of(text: str) -> tuple[Dim, ...] | None:
    """Return the axes of an annotation; None where the text is none that we know."""
    return parse(text)


def value_of_type(typ: Type | None, reading: Reading, depth: int = 0) -> Value:
    """Return what a declared type tells of a value.

    Args:
        typ: the type.
        reading: how its annotations are read.
        depth: how many types are around it.
    """
    while isinstance(typ, RequiredType | ReadOnlyType):
        typ = typ.item
    if typ is None or depth > _DEEPEST or (isinstance(typ, TypeAliasType) and typ.is_recursive):
        return NOTHING
    annotation = annotation_of(typ)
    if annotation is not None:
        return _array(annotation, reading)
    return _of_proper(typ, reading, depth + 1)


def _array(annotation: Annotation, reading: Reading) -> Value:
    dims = dims_of(annotation.text)
    shape = (Several(),) if dims is None else reading.axes(dims)
    known = ArrayValue(DTYPES[annotation.dtype], shape)
    is_of_jax = all(map(_is_of_jax, _arms(annotation.array)))
    array = known if is_of_jax else OtherArray(known)
    others = [arm for arm in _arms(annotation.array) if not is_array(arm)]
    # `Float[ArrayLike, ""]` may be a number.
    return Either((array, NOTHING)) if others else array


def is_shared(typ: Type | None) -> bool:
    """Return whether the names in a parameter's type are those of the call: it is no object."""
    if annotation_of(typ) is not None:
        return True
    match get_proper_type(typ):
        case UnionType(items=items) | TupleType(items=items):
            return all(is_shared(item) for item in items)
        case NoneType():
            return True
        case Instance(args=args):
            return not args
        case _:
            return False


def names_in(typ: Type | None, *, variadic: bool = False, depth: int = 0) -> Iterator[str]:
    """Yield the names of axes in a declared type, those of several axes or those of one."""
    if typ is None or depth > _DEEPEST or (isinstance(typ, TypeAliasType) and typ.is_recursive):
        return
    annotation = annotation_of(typ)
    if annotation is not None:
        wanted = Variadic if variadic else Named
        for dim in dims_of(annotation.text) or ():
            if isinstance(dim, wanted) and dim.name:
                yield dim.name
        return
    if is_shared(typ):
        for part in _parts(typ):
            yield from names_in(part, variadic=variadic, depth=depth + 1)


def has_annotation(typ: Type | None, depth: int = 0) -> bool:
    """Return whether there is an annotation of jaxtyping in a declared type."""
    if typ is None or depth > _DEEPEST or (isinstance(typ, TypeAliasType) and typ.is_recursive):
        return False
    is_one = annotation_of(typ) is not None
    return is_one or any(has_annotation(part, depth + 1) for part in _parts(typ))


def is_telling(typ: Type, depth: int = 0) -> bool:
    """Return whether a type in a signature tells of arrays, or of what a type variable is."""
    if depth > _DEEPEST or (isinstance(typ, TypeAliasType) and typ.is_recursive):
        return True
    if annotation_of(typ) is not None or isinstance(get_proper_type(typ), TypeVarType):
        return True
    return any(is_telling(part, depth + 1) for part in _parts(typ))


def is_opaque_type(typ: Type | None, depth: int = 0) -> bool:
    """Return whether a type, or a part of it, stands in a signature that a decorator changes."""
    if typ is None or depth > _DEEPEST or (isinstance(typ, TypeAliasType) and typ.is_recursive):
        return False
    return is_marked_opaque(typ) or any(is_opaque_type(part, depth + 1) for part in _parts(typ))


def _parts(typ: Type) -> Iterable[Type]:
    match get_proper_type(typ):
        case UnionType(items=items) | TupleType(items=items):
            return items
        case TypedDictType(items=fields):
            return fields.values()
        case Instance(args=args):
            return args
        case _:
            return ()


def is_array(typ: Type) -> bool:
    """Return whether a type is that of arrays with a shape: of JAX, NumPy or PyTorch."""
    proper = get_proper_type(typ)
    return isinstance(proper, Instance) and proper.type.name in (
        *("Array", "ndarray", "Tensor", "Tracer", "ShapeDtypeStruct", "ArrayImpl"),
    )


def is_number(typ: Type | None) -> bool:
    """Return whether a type is that of Python's integers, or numbers with a point."""
    proper = get_proper_type(typ)
    return isinstance(proper, Instance) and proper.type.fullname in _NUMBERS


def _is_of_jax(typ: Type) -> bool:
    proper = get_proper_type(typ)
    is_other = isinstance(proper, Instance) and not proper.type.fullname.startswith("jax")
    return not (is_array(typ) and is_other)


def _arms(typ: Type) -> list[Type]:
    proper = get_proper_type(typ)
    return list(proper.items) if isinstance(proper, UnionType) else [proper]


def _of_proper(typ: Type, reading: Reading, depth: int) -> Value:
    proper = get_proper_type(typ)
    match proper:
        case NoneType():
            return Constant(None)
        case LiteralType() if not proper.is_enum_literal():
            return _literal(proper.value)
        case Instance() if proper.type.fullname in _NUMBERS:
            known = proper.last_known_value
            return _NUMBERS[proper.type.fullname] if known is None else _literal(known.value)
        case TypeVarType():
            variables = reading.variables or {}
            return variables.get(proper.id, NOTHING)
        case UnionType():
            return _either(proper, reading, depth)
        case TupleType() if _is_plain_tuple(proper):
            return Items(tuple(value_of_type(item, reading, depth) for item in proper.items))
        case TypedDictType():
            return _record(proper, reading, depth)
        case _:
            return Typed(typ, reading.scope)


def _is_plain_tuple(typ: TupleType) -> bool:
    is_named = typ.partial_fallback.type.fullname != "builtins.tuple"
    return not is_named and not any(isinstance(item, UnpackType) for item in typ.items)


def _literal(value: object) -> Value:
    if isinstance(value, bool | str | float) and type(value) is not int:
        return Constant(value)
    return Size.of(value) if isinstance(value, int) else NOTHING


def _either(union: UnionType, reading: Reading, depth: int) -> Value:
    options = [value_of_type(item, reading, depth) for item in union.items]
    distinct = [one for at, one in enumerate(options) if one not in options[:at]]
    return distinct[0] if len(distinct) == 1 else Either(tuple(distinct))


def _record(typ: TypedDictType, reading: Reading, depth: int) -> Record:
    fields = {
        name: value_of_type(item, reading, depth) if name in typ.required_keys else NOTHING
        for name, item in typ.items.items()
    }
    return Record(fields, is_whole=False, name=typ.fallback.type.name)


__all__ = [
    "Reading",
    "Typed",
    "dims_of",
    "has_annotation",
    "is_array",
    "is_number",
    "is_opaque_type",
    "is_shared",
    "is_telling",
    "names_in",
    "replaced",
    "value_of_type",
    "within",
]
