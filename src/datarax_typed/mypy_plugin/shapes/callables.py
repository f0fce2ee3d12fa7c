"""What may be called: functions, classes, entries of the table, and what is made of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from mypy.nodes import (
    ArgKind,
    Context,
    Decorator,
    FuncBase,
    FuncDef,
    OverloadedFuncDef,
    SymbolNode,
    TypeInfo,
)
from mypy.types import CallableType, Overloaded, Type, TypeVarId, get_proper_type

from datarax_typed.mypy_plugin.shapes.carried import is_mapped
from datarax_typed.mypy_plugin.shapes.declared import is_opaque_type, is_telling
from datarax_typed.mypy_plugin.shapes.joined import anonymous
from datarax_typed.mypy_plugin.shapes.values import (
    ArrayValue,
    Call,
    Callee,
    Items,
    OtherArray,
    Value,
)


@dataclass(frozen=True, slots=True)
class Argument:
    """What is given for a parameter: its value, and where it stands."""

    value: Value
    place: Context
    name: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Function(Callee):
    """A function with a signature.

    Attributes:
        name: for messages.
        signature: as it is declared, without the parameter that the receiver fills.
        receiver: the object whose method it is.
        receiver_name: what the method calls it.
        first: arguments that come before those of a call.
        named: arguments by name that a call may replace.
        variables: what the type variables of its class stand for.
    """

    name: str
    signature: CallableType
    receiver: Value | None = None
    receiver_name: str = ""
    first: tuple[Argument, ...] = ()
    named: Mapping[str, Argument] = field(default_factory=dict)
    variables: Mapping[TypeVarId, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClassValue(Callee):
    """A class."""

    info: TypeInfo


@dataclass(frozen=True, slots=True)
class Entry(Callee):
    """A function of the table.

    Attributes:
        name: in the table.
        function: gives the result of a call.
        first: arguments that come before those of a call: the array of a method.
    """

    name: str
    function: Callable[[Call], Value]
    first: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Mapped(Callee):
    """A function that `jax.vmap` has made of another.

    Attributes:
        inner: the function for one item.
        in_axes: along which axis of each argument it goes; None for the same item every time.
        out_axis: along which axis results are put together.
    """

    inner: Value
    in_axes: int | tuple[int | None, ...]
    out_axis: int


@dataclass(frozen=True, slots=True, eq=False)
class Differentiated(Callee):
    """A function that `jax.grad` or `jax.value_and_grad` has made of another.

    Attributes:
        inner: the function that is differentiated.
        name: of what has made it, for messages.
        argnums: for which arguments; None where that is not known.
        has_aux: whether it gives something besides its value.
        gives_value: whether that is given too.
    """

    inner: Value
    name: str
    argnums: int | tuple[int | None, ...] | None
    has_aux: bool
    gives_value: bool


@dataclass(frozen=True, slots=True, eq=False)
class Chained(Callee):
    """Functions of which each takes what the one before it gives: `nnx.Sequential`."""

    functions: tuple[Value, ...]

    def without_names(self) -> "Chained":
        """Return the same where names have no meaning."""
        return Chained(tuple(map(anonymous, self.functions)))


def as_of_jax(value: Value) -> Value:
    """Return what JAX makes of an array of another library, anything else as it is."""
    match value:
        case OtherArray(array=array):
            halves = {name.replace("64", "32").replace("128", "64") for name in array.dtypes}
            return ArrayValue(array.dtypes | halves, array.shape)
        case Items():
            return replace(value, items=tuple(map(as_of_jax, value.items)))
        case _:
            return value


def function_of(node: SymbolNode | None, receiver: Value | None = None) -> Function | None:
    """Return the function of a definition; None of one that is overloaded, or not known.

    Args:
        node: the definition.
        receiver: the object or class whose method it is.
    """
    match node:
        case Decorator():
            # A module, too, has arrays with an axis more.
            return None if is_mapped(node) else function_of(node.func, receiver)
        case FuncDef() if not node.is_conditional:
            # Of a function that is written twice, under a condition, mypy shows the first.
            typ = get_proper_type(node.type)
            return _bound(node, typ, receiver) if isinstance(typ, CallableType) else None
        case _:
            return None


def overloads_of(node: OverloadedFuncDef) -> Iterator[Function]:
    """Yield what an overloaded function may be; nothing for a method."""
    typ = get_proper_type(node.type)
    for item in typ.items if isinstance(typ, Overloaded) and not node.info else ():
        found = _bound(node, item, None)
        if found is not None:
            yield found


def _bound(
    node: FuncDef | OverloadedFuncDef, signature: CallableType, receiver: Value | None
) -> Function | None:
    may_be_opaque = not isinstance(node, FuncDef) or node.is_decorated
    if may_be_opaque and is_opaque(signature):
        return None
    if receiver is None or _is_static(node):
        return Function(node.name, signature)
    if not signature.arg_kinds or signature.arg_kinds[0] is not ArgKind.ARG_POS:
        return None
    rest = signature.copy_modified(
        arg_types=signature.arg_types[1:],
        arg_kinds=signature.arg_kinds[1:],
        arg_names=signature.arg_names[1:],
    )
    return Function(node.name, rest, receiver, signature.arg_names[0] or "")


def _is_static(node: FuncBase) -> bool:
    return node.is_static and node.name != "__new__"


def is_opaque(signature: CallableType) -> bool:
    """Return whether a decorator makes something else of a function."""
    return any(map(is_opaque_type, (*signature.arg_types, signature.ret_type)))


def is_telling_signature(signature: CallableType) -> bool:
    """Return whether what a function gives may depend on the arrays that it takes."""
    return any(map(is_telling, (*signature.arg_types, signature.ret_type)))


def paired(
    signature: CallableType, given: Iterable[Argument]
) -> list[tuple[str, Type, Argument]] | None:
    """Return each argument with the name and type of its parameter; None where mypy complains.

    Args:
        signature: that of the function.
        given: the arguments of a call, those without a name first.
    """
    kinds = list(signature.arg_kinds)
    names = list(signature.arg_names)
    positions = [at for at, kind in enumerate(kinds) if kind.is_positional()]
    starred = kinds.index(ArgKind.ARG_STAR) if ArgKind.ARG_STAR in kinds else None
    found: list[tuple[int, str, Argument]] = []
    taken = 0
    for argument in given:
        if argument.name is None:
            at = positions[taken] if taken < len(positions) else starred
            taken += 1
        else:
            at = names.index(argument.name) if argument.name in names else None
            if at is None and ArgKind.ARG_STAR2 in kinds:
                at = kinds.index(ArgKind.ARG_STAR2)
        if at is None:
            return None
        found.append((at, argument.name or names[at] or f"argument {taken}", argument))
    # As jaxtyping reads them: a name is bound by the first parameter that has it.
    found.sort(key=lambda one: one[0])
    return [(where, signature.arg_types[at], argument) for at, where, argument in found]


__all__ = [
    "Argument",
    "Chained",
    "ClassValue",
    "Differentiated",
    "Entry",
    "Function",
    "Mapped",
    "as_of_jax",
    "function_of",
    "is_opaque",
    "is_telling_signature",
    "overloads_of",
    "paired",
]
