"""What source text tells of the value of an expression."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, Final, TypeAlias

from mypy.nodes import (
    ArgKind,
    AssertTypeExpr,
    AssignmentExpr,
    BytesExpr,
    CallExpr,
    CastExpr,
    ComplexExpr,
    ConditionalExpr,
    DictExpr,
    Expression,
    FloatExpr,
    IntExpr,
    LambdaExpr,
    ListExpr,
    MemberExpr,
    OpExpr,
    RefExpr,
    SetExpr,
    StarExpr,
    StrExpr,
    TupleExpr,
    TypeInfo,
    UnaryExpr,
    Var,
)
from mypy.options import Options
from mypy.reachability import (
    ALWAYS_FALSE,
    ALWAYS_TRUE,
    MYPY_FALSE,
    MYPY_TRUE,
    infer_condition_value,
)
from mypy.types import (
    CallableType,
    Instance,
    LiteralType,
    NoneType,
    ProperType,
    TupleType,
    Type,
    TypedDictType,
    TypeType,
    UnionType,
    get_proper_type,
)

from datarax_typed.core.rules import Unknown
from datarax_typed.mypy_plugin.arithmetic import CONSTANTS, combined, negated
from datarax_typed.mypy_plugin.text import Alternatives, Member

TypeOf: TypeAlias = Callable[[Expression], Type | None]
IsTested: TypeAlias = Callable[[RefExpr], bool]
Assigned: TypeAlias = Callable[[RefExpr], Expression | None]
OfAttribute: TypeAlias = Callable[[MemberExpr], Alternatives | None]

ANYTHING: Final = Unknown()
SOMETHING: Final = Unknown(may_be_none=False)
AN_OBJECT: Final = Unknown(may_be_none=False, may_be_false=False)

_MOST_ALTERNATIVES: Final = 16
_SINGLETONS: Final = {"builtins.None": None, "builtins.True": True, "builtins.False": False}
# What is called with values that are known is known itself.
_CALLABLE: Final[dict[str, Callable[..., object]]] = {
    "builtins.abs": abs,
    "builtins.dict": dict,
    "builtins.float": float,
    "builtins.frozenset": frozenset,
    "builtins.int": int,
    "builtins.len": len,
    "builtins.list": list,
    "builtins.max": max,
    "builtins.min": min,
    "builtins.tuple": tuple,
}
# Of a condition that is true or false for the platform and version that mypy checks for.
_TRUE, _FALSE = (ALWAYS_TRUE, MYPY_TRUE), (ALWAYS_FALSE, MYPY_FALSE)


class Evaluator:
    """Evaluates expressions; what cannot be known is `Unknown`.

    Args:
        type_of: gives the type that mypy has inferred for an expression, or None.
        options: mypy's options.
        of_attribute: gives what is known of an attribute of an object, or None.
        assigned: gives the only expression that is assigned to a name, or None.
        is_tested: whether a condition of the module looks at a name.
    """

    def __init__(
        self,
        type_of: TypeOf,
        options: Options,
        of_attribute: OfAttribute = lambda _: None,
        assigned: Assigned = lambda _: None,
        is_tested: IsTested = lambda _: False,
    ) -> None:
        self._type_of = type_of
        self._options = options
        self._of_attribute = of_attribute
        self._assigned = assigned
        self._is_tested = is_tested

    def alternatives(self, expr: Expression) -> Alternatives:
        """Return what an expression may be: one value for each arm of its conditionals."""
        found = tuple(self._each(expr))
        return found if 0 < len(found) <= _MOST_ALTERNATIVES else (ANYTHING,)

    def _each(self, expr: Expression) -> Iterator[object]:
        match expr:
            case StrExpr() | IntExpr() | FloatExpr() | ComplexExpr():
                yield expr.value
            case BytesExpr():
                yield _bytes(expr.value)
            case AssertTypeExpr() | CastExpr():
                yield from self.alternatives(expr.expr)
            case AssignmentExpr():
                yield from self.alternatives(expr.value)
            case ConditionalExpr():
                yield from self._arms(expr)
            case LambdaExpr():
                yield AN_OBJECT
            case RefExpr():
                yield from self._named(expr)
            case _:
                yield from self._composed(expr)

    def _composed(self, expr: Expression) -> Iterator[object]:
        match expr:
            case UnaryExpr():
                yield from self._unary(expr)
            case OpExpr():
                yield from self._binary(expr)
            case TupleExpr() | ListExpr() | SetExpr() | DictExpr():
                yield from self._display(expr)
            case CallExpr():
                yield from self._called(expr)
            case _:
                yield from of_type(self._type_of(expr))

    def _arms(self, expr: ConditionalExpr) -> Iterator[object]:
        certain = infer_condition_value(expr.cond, self._options)
        if certain not in _FALSE:
            yield from self.alternatives(expr.if_expr)
        if certain not in _TRUE:
            yield from self.alternatives(expr.else_expr)

    def _unary(self, expr: UnaryExpr) -> Iterator[object]:
        for value in self.alternatives(expr.expr):
            if expr.op == "not" and not isinstance(value, Unknown):
                yield not value
            else:
                result = negated(value) if expr.op == "-" else None
                yield from of_type(self._type_of(expr)) if result is None else (result,)

    def _binary(self, expr: OpExpr) -> Iterator[object]:
        for left, right in product(self.alternatives(expr.left), self.alternatives(expr.right)):
            known = not isinstance(left, Unknown) and not isinstance(right, Unknown)
            result = combined(expr.op, left, right) if known else None
            yield from of_type(self._type_of(expr)) if result is None else (result,)

    def _display(self, expr: TupleExpr | ListExpr | SetExpr | DictExpr) -> Iterator[object]:
        if isinstance(expr, DictExpr):
            yield from self._dict(expr)
            return
        if any(isinstance(item, StarExpr) for item in expr.items):
            yield AN_OBJECT
            return
        for items in self._product(expr.items):
            match expr:
                case TupleExpr():
                    yield items
                case ListExpr():
                    yield list(items)
                case _:
                    # Of unknown items, some may be equal.
                    yield AN_OBJECT if not _are_keys(items) else set(items)

    def _dict(self, expr: DictExpr) -> Iterator[object]:
        keys = [key for key, _ in expr.items if key is not None]
        if len(keys) < len(expr.items):
            yield AN_OBJECT
            return
        for found in self._product([*keys, *(value for _, value in expr.items)]):
            names, values = found[: len(keys)], found[len(keys) :]
            yield dict(zip(names, values, strict=True)) if _are_keys(names) else AN_OBJECT

    def _product(self, items: list[Expression]) -> Iterator[tuple[object, ...]]:
        each = [self.alternatives(item) for item in items]
        count = 1
        for found in each:
            count *= len(found)
        if count > _MOST_ALTERNATIVES:
            each = [found if len(found) == 1 else (ANYTHING,) for found in each]
        yield from product(*each)

    def _called(self, expr: CallExpr) -> Iterator[object]:
        name = expr.callee.fullname if isinstance(expr.callee, RefExpr) else ""
        function = _CALLABLE.get(name)
        if function is None or any(kind.is_star() for kind in expr.arg_kinds):
            yield from of_type(self._type_of(expr))
            return
        for args in self._product(expr.args):
            result = ANYTHING if _holds_unknown(args) else _result(function, expr, args)
            yield from of_type(self._type_of(expr)) if result is ANYTHING else (result,)

    def _named(self, expr: RefExpr) -> Iterator[object]:
        if expr.fullname in _SINGLETONS:
            yield _SINGLETONS[expr.fullname]
        elif expr.fullname in CONSTANTS:
            yield CONSTANTS[expr.fullname]
        elif self._is_tested(expr) and not _is_member(self._type_of(expr)):
            # `if SIZE > 0: Config(SIZE)`: what it is there, the condition says.
            yield _kind_alone(self._type_of(expr))
        else:
            yield from self._variable(expr)

    def _variable(self, expr: RefExpr) -> Iterator[object]:
        if isinstance(expr.node, Var) and expr.node.final_value is not None:
            yield expr.node.final_value
        elif isinstance(expr.node, TypeInfo):
            yield AN_OBJECT
        elif isinstance(expr, MemberExpr) and (found := self._of_attribute(expr)):
            yield from found
        elif (value := self._assigned(expr)) is not None:
            yield from self._of_name(expr, self.alternatives(value))
        else:
            yield from of_type(self._type_of(expr))

    def _of_name(self, expr: RefExpr, assigned: Alternatives) -> Iterator[object]:
        # Where it is read, only one of several arms may be possible; nor is a list still the same.
        if len(assigned) == 1 and not isinstance(assigned[0], Unknown):
            yield _frozen(assigned[0])
        else:
            yield from of_type(self._type_of(expr))


def _frozen(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(map(_frozen, value))
    return AN_OBJECT if isinstance(value, list | dict | set) else value


def of_type(typ: Type | None) -> Alternatives:
    """Return what a type tells of a value."""
    proper = get_proper_type(typ)
    if isinstance(proper, UnionType):
        found = tuple(value for item in proper.items for value in of_type(item))
        # `Literal["a", "b"]` is one of these; of `str | None` nobody knows.
        return (_merged(found),) if any(map(_is_vague, found)) else found
    if isinstance(proper, LiteralType):
        return (_literal(proper),)
    if isinstance(proper, Instance) and proper.last_known_value is not None:
        return (_literal(proper.last_known_value),)
    return (_kind(proper),)


def _is_member(typ: Type | None) -> bool:
    proper = get_proper_type(typ)
    known = proper.last_known_value if isinstance(proper, Instance) else proper
    return isinstance(known, LiteralType) and known.is_enum_literal()


def _kind_alone(typ: Type | None) -> Unknown:
    """Return what a type tells of a value but for literals."""
    proper = get_proper_type(typ)
    items = proper.items if isinstance(proper, UnionType) else [proper]
    return _merged(tuple(_kind(_fallback(get_proper_type(item))) for item in items))


def _fallback(proper: ProperType | None) -> ProperType | None:
    return proper.fallback if isinstance(proper, LiteralType) else proper


def _is_vague(value: object) -> bool:
    return value is None or isinstance(value, Unknown)


def _merged(values: Alternatives) -> Unknown:
    return Unknown(
        any(
            value is None or (isinstance(value, Unknown) and value.may_be_none) for value in values
        ),
        any(
            value is False or (isinstance(value, Unknown) and value.may_be_false)
            for value in values
        ),
    )


def _kind(proper: Type | None) -> object:
    match proper:
        case NoneType():
            return None
        case Instance() if proper.type.fullname == "builtins.object" or proper.type.is_protocol:
            return ANYTHING
        case Instance() if proper.type.has_base("builtins.int") or proper.type.fallback_to_any:
            return SOMETHING
        case Instance() | CallableType() | TupleType() | TypedDictType() | TypeType():
            return AN_OBJECT
        case _:
            return ANYTHING


def _literal(literal: LiteralType) -> object:
    if not literal.is_enum_literal():
        return _bytes(literal.value) if _is_bytes(literal) else literal.value
    info = literal.fallback.type
    symbol = info.names.get(str(literal.value))
    assigned = (
        get_proper_type(symbol.node.type) if symbol and isinstance(symbol.node, Var) else None
    )
    # A member of `class Field(str, Enum)` is a text.
    if any(info.has_base(name) for name in ("builtins.str", "builtins.int", "builtins.float")):
        known = assigned.last_known_value if isinstance(assigned, Instance) else assigned
        # Of a value of another type, the enumeration makes one of its own.
        if isinstance(known, LiteralType) and info.has_base(known.fallback.type.fullname):
            return AN_OBJECT if known.is_enum_literal() else known.value
        return AN_OBJECT
    return Member(f"{info.name}.{literal.value}")


def _is_bytes(literal: LiteralType) -> bool:
    return literal.fallback.type.fullname == "builtins.bytes"


def _bytes(escaped: Any) -> bytes:  # LiteralType.value has a type for all literals
    return str(escaped).encode("latin-1").decode("unicode_escape").encode("latin-1")


def _result(function: Callable[..., object], expr: CallExpr, args: tuple[object, ...]) -> object:
    named = {
        str(name): value
        for name, value, kind in zip(expr.arg_names, args, expr.arg_kinds, strict=True)
        if kind is ArgKind.ARG_NAMED
    }
    try:
        return function(*args[: len(args) - len(named)], **named)
    except Exception:  # noqa: BLE001  # it will raise at run time too
        return ANYTHING


def _are_keys(values: tuple[object, ...]) -> bool:
    """Return whether values are known, and such that a set or dict may have them for keys."""
    return not any(map(_holds_unknown, values)) and all(map(_is_hashable, values))


def _is_hashable(value: object) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_hashable, value))
    return not isinstance(value, list | dict | set)


def _holds_unknown(value: object) -> bool:
    """Return whether something in a value, however deep, is not known."""
    if isinstance(value, dict):
        return any(map(_holds_unknown, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_holds_unknown, value))
    return isinstance(value, Unknown)


__all__ = ["ANYTHING", "AN_OBJECT", "SOMETHING", "Evaluator", "TypeOf", "of_type"]
