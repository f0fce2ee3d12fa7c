"""What source text tells of the value of an expression."""

from collections.abc import Callable, Iterable, Iterator
from itertools import product
from math import prod
from typing import Final, TypeAlias

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
from mypy.types import Type

from datarax_typed.core.rules import Unknown
from datarax_typed.mypy_plugin.arithmetic import CONSTANTS, combined, negated
from datarax_typed.mypy_plugin.known_types import (
    AN_OBJECT,
    ANYTHING,
    bytes_of,
    is_member,
    kind_alone,
    of_type,
)
from datarax_typed.mypy_plugin.text import Alternatives

TypeOf: TypeAlias = Callable[[Expression], Type | None]
IsTested: TypeAlias = Callable[[RefExpr], bool]
Assigned: TypeAlias = Callable[[RefExpr], Expression | None]
OfAttribute: TypeAlias = Callable[[MemberExpr], Alternatives | None]


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
                yield bytes_of(expr.value)
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
        known = self._known_condition(expr.cond)
        if certain not in _FALSE and known is not False:
            yield from self.alternatives(expr.if_expr)
        if certain not in _TRUE and known is not True:
            yield from self.alternatives(expr.else_expr)

    def _known_condition(self, expr: Expression) -> bool | None:
        if isinstance(expr, UnaryExpr) and expr.op == "not":
            inner = self._known_condition(expr.expr)
            return None if inner is None else not inner
        if not isinstance(expr, RefExpr):
            return None
        found = _SINGLETONS.get(expr.fullname, ANYTHING)
        values = [found] if found is not ANYTHING else list(self._variable(expr))
        return values[0] if len(values) == 1 and isinstance(values[0], bool) else None

    def _unary(self, expr: UnaryExpr) -> Iterator[object]:
        for value in self.alternatives(expr.expr):
            if expr.op == "not" and not isinstance(value, Unknown):
                yield not value
            else:
                result = negated(value) if expr.op == "-" else None
                yield from of_type(self._type_of(expr)) if result is None else (result,)

    def _binary(self, expr: OpExpr) -> Iterator[object]:
        if expr.op in ("and", "or"):
            yield kind_alone(self._type_of(expr))
            return
        for left, right in product(self.alternatives(expr.left), self.alternatives(expr.right)):
            known = not isinstance(left, Unknown) and not isinstance(right, Unknown)
            result = combined(expr.op, left, right) if known else None
            yield from of_type(self._type_of(expr)) if result is None else (result,)

    def _display(self, expr: TupleExpr | ListExpr | SetExpr | DictExpr) -> Iterator[object]:
        if isinstance(expr, DictExpr):
            yield from self._dict(expr)
            return
        parts = [item.expr if isinstance(item, StarExpr) else item for item in expr.items]
        for found in self._product(parts):
            items = _spliced(expr.items, found)
            if items is None or (isinstance(expr, SetExpr) and not _are_keys(items)):
                # Of unknown items in a set, some may be equal.
                yield AN_OBJECT
            elif isinstance(expr, TupleExpr):
                yield tuple(items)
            else:
                yield items if isinstance(expr, ListExpr) else set(items)

    def _dict(self, expr: DictExpr) -> Iterator[object]:
        keys = [self.alternatives(key) if key is not None else (None,) for key, _ in expr.items]
        values = [self.alternatives(value) for _, value in expr.items]
        if any(len(found) != 1 for found in keys) or prod(map(len, values)) > _MOST_ALTERNATIVES:
            yield AN_OBJECT
            return
        for found in product(*values):
            yield self._merged_dict(expr, [key for (key,) in keys], found)

    def _merged_dict(
        self, expr: DictExpr, keys: list[object], values: tuple[object, ...]
    ) -> object:
        made: dict[object, object] = {}
        for (key_expr, _), key, value in zip(expr.items, keys, values, strict=True):
            if key_expr is not None and _are_keys([key]):
                made[key] = value
            elif key_expr is None and isinstance(value, dict):
                made |= value
            else:
                return AN_OBJECT
        return made

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
        elif self._is_tested(expr) and not is_member(self._type_of(expr)):
            # `if SIZE > 0: Config(SIZE)`: what it is there, the condition says.
            yield kind_alone(self._type_of(expr))
        else:
            yield from self._variable(expr)

    def _variable(self, expr: RefExpr) -> Iterator[object]:
        if _of_enumeration(expr):
            # Its member is not what is assigned to it.
            yield from of_type(self._type_of(expr))
        elif isinstance(expr.node, Var) and expr.node.final_value is not None:
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


def _spliced(items: list[Expression], found: tuple[object, ...]) -> list[object] | None:
    """Return the items of a display, with those of starred ones among them."""
    spliced: list[object] = []
    for item, value in zip(items, found, strict=True):
        if not isinstance(item, StarExpr):
            spliced.append(value)
        elif isinstance(value, list | tuple):
            spliced += value
        else:
            return None
    return spliced


def _of_enumeration(expr: RefExpr) -> bool:
    owner = expr.expr if isinstance(expr, MemberExpr) else None
    node = owner.node if isinstance(owner, RefExpr) else None
    return isinstance(node, TypeInfo) and node.is_enum


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


def _are_keys(values: Iterable[object]) -> bool:
    """Return whether values are known, and such that a set or dict may have them for keys."""
    return not any(_holds_unknown(value) or not _is_hashable(value) for value in values)


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


__all__ = ["Evaluator", "TypeOf"]
