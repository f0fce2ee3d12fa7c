"""Which variables and attributes hold what is changed in place, under whatever name."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from mypy.nodes import (
    AssignmentExpr,
    CallExpr,
    ConditionalExpr,
    Decorator,
    DictExpr,
    Expression,
    FuncDef,
    FuncItem,
    IndexExpr,
    ListExpr,
    MemberExpr,
    MypyFile,
    NameExpr,
    OpExpr,
    RefExpr,
    SetExpr,
    StarExpr,
    SymbolNode,
    TupleExpr,
    TypeInfo,
    Var,
)
from mypy.types import AnyType, CallableType, Instance, Type, UnionType, get_proper_type

from datarax_typed.mypy_plugin.shapes.walking import descendants

# A variable, or all attributes of a name.
_Holder: TypeAlias = Var | str

# These change none of their arguments.
_HARMLESS: Final = ("builtins.", "jax.", "flax.", "einops.", "numpy.", "optax.", "datarax_typed.")
_MUTABLE: Final = frozenset(
    {
        *("builtins.list", "builtins.dict", "builtins.set", "builtins.object"),
        *("typing.MutableSequence", "typing.MutableMapping", "typing.MutableSet"),
        *("collections.deque", "collections.defaultdict", "collections.OrderedDict"),
    }
)
# What a variable of flax holds is assigned so.
_CONTENTS: Final = ("value", "raw_value")
_LAYERS: Final = "layers"
# What a list or dict gives of what is in it, and what hands that on.
_GIVERS: Final = frozenset({"copy", "get", "items", "pop", "popitem", "setdefault", "values"})
_PASSERS: Final = frozenset(
    {
        *("builtins.dict", "builtins.enumerate", "builtins.filter", "builtins.iter"),
        *("builtins.list", "builtins.next", "builtins.reversed", "builtins.sorted"),
        *("builtins.tuple", "builtins.zip", "copy.copy"),
    }
)


@dataclass(slots=True)
class Changes:
    """What is changed in place, and under which names.

    Attributes:
        found: the variables, and the names of attributes.
    """

    found: set[_Holder] = field(default_factory=set)
    _same: dict[_Holder, set[_Holder]] = field(default_factory=dict)

    def note(self, place: Expression) -> None:
        """Note that an object is changed."""
        while isinstance(place, IndexExpr) or _is_content(place):
            place = place.base if isinstance(place, IndexExpr) else _owner(place)
        self.found |= set(_handed_on(place))
        self._note_layers(place)

    def note_content(self, target: Expression) -> None:
        """Note that a variable of flax is changed, if a target is what it holds."""
        if _is_content(target):
            self.note(target)
        self._note_layers(target)

    def _note_layers(self, place: Expression) -> None:
        """Note that an `nnx.Sequential` is changed, if a place is where its layers are."""
        if isinstance(place, MemberExpr) and place.name == _LAYERS:
            self.found |= set(_holders(place.expr))

    def note_names(self, targets: Iterable[Expression], value: Expression) -> None:
        """Note that targets are further names of what is in a value."""
        given = set(_handed_on(value))
        for holder in {one for target in targets for one in _handed_on(target)} if given else ():
            for other in given:
                self._same.setdefault(holder, set()).add(other)
                self._same.setdefault(other, set()).add(holder)

    def note_elements(self, target: Expression, sequence: Expression) -> None:
        """Note that a target is one after the other of what is in a sequence."""
        for part in descendants(sequence):
            if isinstance(part, NameExpr | MemberExpr):
                self.note_names([target], part)

    def note_call(self, call: CallExpr, around: FuncItem | None) -> None:
        """Note that a function may change its arguments."""
        function = _function(call, around)
        if isinstance(call.callee, RefExpr) and call.callee.fullname.startswith(_HARMLESS):
            return
        for at, (name, argument) in enumerate(zip(call.arg_names, call.args, strict=True)):
            is_unknown = function is None and _is_of_module(call)
            if is_unknown or (function is not None and _may_change(function, name, at)):
                self.found |= set(_handed_on(argument))

    def finish(self) -> None:
        """Spread what is changed to all names that it has."""
        waiting = list(self.found)
        while waiting:
            new = self._same.get(waiting.pop(), set()) - self.found
            self.found |= new
            waiting += new


def _is_content(place: Expression) -> bool:
    return isinstance(place, MemberExpr) and place.name in _CONTENTS


def _owner(place: Expression) -> Expression:
    return place.expr if isinstance(place, MemberExpr) else place


def _holders(place: Expression) -> Iterator[_Holder]:
    if isinstance(place, NameExpr) and isinstance(place.node, Var):
        yield place.node
    elif isinstance(place, MemberExpr):
        yield place.name


def _handed_on(value: Expression) -> Iterator[_Holder]:
    """Yield the names of what is in a value, not only used to make it."""
    yield from _holders(value)
    for part in _held(value):
        yield from _handed_on(part)


def _held(value: Expression) -> Sequence[Expression]:
    match value:
        case TupleExpr(items=items) | ListExpr(items=items) | SetExpr(items=items):
            return items
        case DictExpr(items=pairs):
            return [item for _, item in pairs]
        case ConditionalExpr(if_expr=left, else_expr=right) | OpExpr(left=left, right=right):
            return [left, right]
        case IndexExpr(base=inner) | StarExpr(expr=inner) | AssignmentExpr(value=inner):
            return [inner]
        case CallExpr():
            return _given(value)
        case _:
            return []


def _given(call: CallExpr) -> Sequence[Expression]:
    """Return of what a call gives what is in it."""
    callee = call.callee
    if isinstance(callee, RefExpr) and callee.fullname in _PASSERS:
        return call.args
    return [callee.expr] if isinstance(callee, MemberExpr) and callee.name in _GIVERS else []


def _function(call: CallExpr, around: FuncItem | None) -> FuncDef | None:
    node: SymbolNode | None = call.callee.node if isinstance(call.callee, RefExpr) else None
    if isinstance(call.callee, MemberExpr) and node is None:
        info = _class_of(call.callee.expr) or (around.info if around is not None else None)
        symbol = info.get(call.callee.name) if info else None
        node = symbol.node if symbol is not None else None
    if isinstance(node, TypeInfo):
        made = node.get("__init__")
        node = made.node if made is not None else None
    node = node.func if isinstance(node, Decorator) else node
    return node if isinstance(node, FuncDef) else None


def _class_of(place: Expression) -> TypeInfo | None:
    """Return the class of a variable that declares it; what mypy infers is not known yet."""
    typ = place.node.type if isinstance(place, NameExpr) and isinstance(place.node, Var) else None
    proper = get_proper_type(typ)
    return proper.type if isinstance(proper, Instance) else None


def _is_of_module(call: CallExpr) -> bool:
    """Return whether a module's function is called: `random.shuffle` is a variable there."""
    callee = call.callee
    owner = callee.expr if isinstance(callee, MemberExpr) else None
    return isinstance(owner, RefExpr) and isinstance(owner.node, MypyFile)


def _may_change(function: FuncDef, name: str | None, at: int) -> bool:
    typ = get_proper_type(function.type)
    if not isinstance(typ, CallableType):
        return True
    # Of a function of a module, mypy says so too.
    skipped = 1 if function.info and function.has_self_or_cls_argument else 0
    if name is not None:
        at = typ.arg_names.index(name) if name in typ.arg_names else -1
    else:
        at += skipped
    return is_mutable(typ.arg_types[at]) if 0 <= at < len(typ.arg_types) else True


def is_mutable(typ: Type) -> bool:
    """Return whether what has a type may be changed by whom it is given to."""
    proper = get_proper_type(typ)
    if isinstance(proper, UnionType):
        return any(map(is_mutable, proper.items))
    is_container = isinstance(proper, Instance) and proper.type.fullname in _MUTABLE
    return isinstance(proper, AnyType) or is_container


__all__ = ["Changes", "is_mutable"]
