"""What is known of the value of an expression: shapes, sizes and what arrays are kept in.

mypy's inference is not asked for shapes: a variable keeps the type of its first value there, and a
list that of one item. What is relied on is what is declared, and what is made of that, along
every way that leads to the expression.
"""

from collections.abc import Mapping
from typing import Final

from mypy.checker import TypeChecker
from mypy.nodes import (
    AssertTypeExpr,
    AssignmentExpr,
    CallExpr,
    CastExpr,
    ComparisonExpr,
    ConditionalExpr,
    Context,
    Decorator,
    DictExpr,
    EllipsisExpr,
    Expression,
    FloatExpr,
    FuncDef,
    IndexExpr,
    IntExpr,
    ListExpr,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    OpExpr,
    RefExpr,
    SliceExpr,
    StarExpr,
    StrExpr,
    TupleExpr,
    TypeInfo,
    UnaryExpr,
    Var,
)
from mypy.types import CallableType, Instance, Type, get_proper_type

from datarax_typed.mypy_plugin.knowledge import Fact, Knowledge, is_of_config
from datarax_typed.mypy_plugin.methods import is_operator
from datarax_typed.mypy_plugin.shapes.attributes import Attributes
from datarax_typed.mypy_plugin.shapes.batches import OperatorValue, config_value
from datarax_typed.mypy_plugin.shapes.bound import BoundValues, may_change
from datarax_typed.mypy_plugin.shapes.callables import (
    ClassValue,
    Entry,
    function_of,
)
from datarax_typed.mypy_plugin.shapes.calls import Calls
from datarax_typed.mypy_plugin.shapes.carried import MAPPING, decorator_name, is_mapped
from datarax_typed.mypy_plugin.shapes.declared import (
    Typed,
    is_array,
    value_of_type,
    within,
)
from datarax_typed.mypy_plugin.shapes.dtypes import DTYPES
from datarax_typed.mypy_plugin.shapes.findings import Outcome
from datarax_typed.mypy_plugin.shapes.flow import Bindings as Reaching
from datarax_typed.mypy_plugin.shapes.flow import Flow
from datarax_typed.mypy_plugin.shapes.functions import (
    DTYPES_NAMED,
    TABLE,
)
from datarax_typed.mypy_plugin.shapes.joined import joined
from datarax_typed.mypy_plugin.shapes.names import public_name
from datarax_typed.mypy_plugin.shapes.operations import Operations
from datarax_typed.mypy_plugin.shapes.operators import is_composite
from datarax_typed.mypy_plugin.shapes.reaching import flow_of
from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    PENDING,
    ArrayValue,
    Constant,
    Either,
    EllipsisValue,
    Items,
    OtherArray,
    Record,
    Shape,
    Size,
    Slice,
    Value,
)

_SINGLETONS: Final[Mapping[str, Value]] = {
    "builtins.None": Constant(None),
    "builtins.True": Constant(True),
    "builtins.False": Constant(False),
}
_DEEPEST: Final = 200
_MOST_ROUNDS: Final = 3
# Of loops within loops, or of several variables, the rounds multiply.
_MOST_ROUNDS_TOGETHER: Final = 30

# In a loop, two names may stand for each other.
_MOST_NAMES: Final = 3


class Evaluation:
    """Evaluates the expressions of the module that mypy checks now.

    Args:
        knowledge: of configs and operators that were made before.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._tree: MypyFile | None = None
        self._flow = Flow()
        self._api: TypeChecker | None = None
        self._known: dict[Expression, Outcome] = {}
        self._looked_again_for = ""
        self._passing: dict[Expression, Outcome] = {}
        self._open: set[Expression] = set()
        # Of what a loop computes from itself: what the rounds so far give.
        self._looping: set[Expression] = set()
        self._rounds = 0
        self._assumed: dict[Expression, Value] = {}
        # Whether something was asked for that mypy has not looked at yet.
        self._is_partial = False
        self._attributes = Attributes(self)
        self._operations = Operations(self)
        self._calls = Calls(self)
        self._bound = BoundValues(self, self._calls.resolver_within)

    @property
    def flow(self) -> Flow:
        """What reaches the names of the module."""
        return self._flow

    @property
    def bound(self) -> BoundValues:
        """What the bindings of its names give."""
        return self._bound

    def look_at(self, tree: MypyFile, api: TypeChecker | None) -> None:
        """Turn to the module that mypy checks now."""
        if tree is not self._tree:
            self._tree, self._api = tree, None
            self._look_again(tree)
        self._api = api or self._api

    def _look_again(self, tree: MypyFile) -> None:
        self._known.clear()
        # Should that fail, it is not tried for every call.
        self._flow = Flow()
        self._flow = flow_of(tree)

    def value(self, expr: Expression) -> Value:
        """Return what is known of the value of an expression."""
        return self.outcome(expr).value

    def outcome(self, expr: Expression) -> Outcome:
        """Return what is known of an expression, and what is wrong with it itself."""
        found = self._known.get(expr) or self._passing.get(expr)
        if found is not None:
            return found
        if expr in self._open:
            self._is_partial = True
            self._looping.add(expr)
            return Outcome(self._assumed.get(expr, PENDING))
        if len(self._open) > _DEEPEST or self._rounds > _MOST_ROUNDS_TOGETHER:
            self._is_partial = True
            return Outcome(NOTHING)
        before, self._is_partial = self._is_partial, False
        self._open.add(expr)
        try:
            found = self._settled(expr)
        finally:
            self._open.discard(expr)
            self._looping.discard(expr)
            self._assumed.pop(expr, None)
        # What mypy has not looked at yet may be known later; until then it is asked for once.
        (self._passing if self._is_partial else self._known)[expr] = found
        self._is_partial |= before
        if not self._open:
            self._passing.clear()
            self._rounds = 0
        return found

    def _settled(self, expr: Expression) -> Outcome:
        """Return the outcome of an expression, and of all rounds of a loop that computes it.

        What is wrong in the first round is wrong.
        """
        first = found = self._outcome(expr)
        if expr not in self._looping:
            return first
        for _ in range(_MOST_ROUNDS):
            assumed = self._assumed.get(expr, PENDING)
            value = joined([assumed, found.value])
            if value == assumed:
                break
            self._assumed[expr] = value
            self._passing.clear()
            self._rounds += 1
            found = self._outcome(expr)
        else:
            self._assumed[expr] = NOTHING
            self._passing.clear()
            found = self._outcome(expr)
        told = {finding.place for finding in first.findings}
        later = [finding for finding in found.findings if finding.place not in told]
        return Outcome(found.value, (*first.findings, *later))

    def config_of(self, call: CallExpr) -> Fact | None:
        """Return what is known of the config of an operator that a call makes, or None."""
        fact = None if self._api is None else self._knowledge.of(self._api, call)
        config = fact.get("config") if fact is not None else None
        if not is_of_config(config):
            # It may be told apart later.
            self._is_partial = True
            return None
        return config

    def array_of(self, place: Context, shape: Shape) -> Value:
        """Return an array of which only the shape is known, if mypy says that it is one."""
        typ = get_proper_type(self.type_of(place)) if isinstance(place, Expression) else None
        if not isinstance(typ, Instance) or not is_array(typ):
            return NOTHING
        array = ArrayValue(DTYPES["Shaped"], shape)
        return array if typ.type.fullname.startswith("jax") else OtherArray(array)

    def object_of(self, expr: Expression) -> Value:
        """Return an object of which only the class is known, and that by mypy alone."""
        typ = None if self._is_mapped(expr) else get_proper_type(self.type_of(expr))
        if isinstance(typ, CallableType) and isinstance(typ.definition, FuncDef):
            # Of an object that is called, mypy keeps the type of its method.
            method = typ.definition
            return Typed(Instance(method.info, [])) if method.name == "__call__" else NOTHING
        if not isinstance(typ, Instance) or is_array(typ):
            return NOTHING
        return Typed(Instance(typ.type, []))

    def _is_mapped(self, expr: Node | None, depth: int = 0) -> bool:
        """Return whether something may have an axis more in its arrays than its class says."""
        match expr:
            case NameExpr() if depth < _MOST_NAMES:
                nodes = [one.node for one in self._reads(expr) or () if one.kind == "value"]
                return any(self._is_mapped(node, depth + 1) for node in nodes)
            case CallExpr(callee=CallExpr() | RefExpr(node=Var())):
                return True
            case CallExpr(callee=RefExpr(node=Decorator() as function)) if is_mapped(function):
                return True
            case CallExpr():
                return decorator_name(expr.callee) in MAPPING
            case _:
                return False

    def type_of(self, expr: Expression) -> Type | None:
        """Return the type that mypy has inferred for an expression, or None."""
        found = None if self._api is None else self._api.lookup_type_or_none(expr)
        if found is None:
            self._is_partial = True
        return found

    def _outcome(self, expr: Expression) -> Outcome:
        match expr:
            case CallExpr():
                return self._calls.outcome(expr)
            case OpExpr() | UnaryExpr() | ComparisonExpr() | IndexExpr():
                return self._operations.of(expr)
            case _:
                return Outcome(self._value(expr))

    def _value(self, expr: Expression) -> Value:
        match expr:
            case IntExpr():
                return Size.of(expr.value)
            case FloatExpr() | StrExpr():
                return Constant(expr.value)
            case EllipsisExpr():
                return EllipsisValue()
            case NameExpr():
                return self._name(expr)
            case MemberExpr():
                return self._member(expr)
            case _:
                return self._composed(expr)

    def _composed(self, expr: Expression) -> Value:
        match expr:
            case TupleExpr() | ListExpr():
                return self._items(expr.items, may_change=isinstance(expr, ListExpr))
            case DictExpr():
                return self._record(expr)
            case ConditionalExpr():
                return joined([self.value(expr.if_expr), self.value(expr.else_expr)])
            case AssignmentExpr():
                return self.value(expr.value)
            case CastExpr() | AssertTypeExpr():
                return value_of_type(expr.type, within(""))
            case SliceExpr():
                ends = (expr.begin_index, expr.end_index, expr.stride)
                return Slice(*(Constant(None) if end is None else self.value(end) for end in ends))
            case _:
                return NOTHING

    def _items(self, items: list[Expression], *, may_change: bool) -> Value:
        found: list[Value] = []
        for item in items:
            if not isinstance(item, StarExpr):
                found.append(self.value(item))
            elif isinstance(inner := self.value(item.expr), Items):
                found += inner.items
            else:
                return NOTHING
        return Items(tuple(found), may_change)

    def _record(self, expr: DictExpr) -> Value:
        fields: dict[str, Value] = {}
        is_whole = True
        for key, item in expr.items:
            inner = self.value(item)
            if key is None and isinstance(inner, Record):
                fields |= inner.fields
                is_whole &= inner.is_whole
            elif isinstance(key, StrExpr):
                fields[key.value] = inner
            else:
                return NOTHING
        return Record(fields, is_whole)

    # Names.

    def _name(self, expr: NameExpr) -> Value:
        if expr.fullname in _SINGLETONS:
            return _SINGLETONS[expr.fullname]
        if isinstance(expr.node, Var):
            return self._variable(expr, expr.node)
        return self._definition(expr)

    def _definition(self, expr: RefExpr) -> Value:
        name = public_name(expr)
        if name in DTYPES_NAMED:
            return DTYPES_NAMED[name]
        if name in TABLE:
            return Entry(name, TABLE[name])
        node = expr.node
        if isinstance(node, TypeInfo):
            return ClassValue(node)
        return function_of(node) or NOTHING

    def _variable(self, expr: NameExpr, var: Var) -> Value:
        bindings = self._reads(expr)
        if var.fullname.partition(".")[0] in ("jax", "numpy", "flax"):
            return self._definition(expr)
        if not bindings or (len(bindings) == 1 and next(iter(bindings)).kind == "unknown"):
            declared = self._declared_elsewhere(var)
            return self._made_elsewhere(expr) if declared == NOTHING else declared
        value = joined(self.bound.of(binding, var) for binding in bindings)
        if var in self._flow.changed and may_change(value):
            return NOTHING
        if value == NOTHING:
            return self._made_elsewhere(expr)
        return self._narrowed(expr, value)

    def _reads(self, expr: NameExpr) -> Reaching | None:
        api, tree = self._api, self._tree
        is_daemon = api is not None and api.options.fine_grained_incremental
        if is_daemon and api is not None and tree is not None and expr not in self._flow.reads:
            # The daemon makes a part of a module anew in the tree that it has.
            part = api.tscope.current_target()
            if part != self._looked_again_for:
                self._look_again(tree)
                self._looked_again_for = part
        return self._flow.reads.get(expr)

    def _made_elsewhere(self, expr: NameExpr) -> Value:
        """Return the operator that another module, or another process, has made."""
        var = expr.node
        typ = get_proper_type(var.type) if isinstance(var, Var) else None
        info = typ.type if isinstance(typ, Instance) else None
        if self._api is None or info is None or not is_operator(info) or is_composite(info):
            return NOTHING
        fact = self._knowledge.of(self._api, expr)
        config = fact.get("config") if fact is not None and fact["kind"] == "operator" else None
        return OperatorValue(info, config_value(config)) if is_of_config(config) else NOTHING

    def _declared_elsewhere(self, var: Var) -> Value:
        """Return what is known of a variable by its declaration alone, in another module."""
        if var.is_inferred or "." not in var.fullname or self._is_local(var):
            return NOTHING
        return value_of_type(var.type, within(""))

    def _is_local(self, var: Var) -> bool:
        return self._tree is not None and var.fullname.startswith(f"{self._tree.fullname}.")

    def _narrowed(self, expr: Expression, value: Value) -> Value:
        """Return what is left of one of several values where mypy knows more."""
        if not isinstance(value, Either):
            return value
        typ = get_proper_type(self.type_of(expr))
        if typ is not None and is_array(typ):
            options = [option for option in value.options if isinstance(option, ArrayValue)]
            return options[0] if len(options) == 1 else value
        return value

    # Attributes.

    def _member(self, expr: MemberExpr) -> Value:
        if expr.fullname in _SINGLETONS:
            return _SINGLETONS[expr.fullname]
        if public_name(expr) or _is_of_module(expr):
            found = self._definition(expr)
            if found != NOTHING:
                return found
        if _is_of_module(expr):
            return self._declared_elsewhere(expr.node) if isinstance(expr.node, Var) else NOTHING
        owner = self._owner(expr)
        return self._narrowed(expr, self.attribute(owner, expr.name))

    def attribute(self, owner: Value, name: str) -> Value:
        """Return what is known of an attribute of a value."""
        return self._attributes.of(owner, name)

    def _owner(self, expr: MemberExpr) -> Value:
        owner = self.value(expr.expr)
        if isinstance(owner, Either):
            options = [option for option in owner.options if option != Constant(None)]
            owner = options[0] if len(options) == 1 else NOTHING
        if owner == NOTHING or isinstance(owner, Typed):
            # Of what class it is, mypy knows better: where it was narrowed, for one thing.
            is_mapped = owner == NOTHING and self._is_mapped(expr.expr)
            typ = None if is_mapped else self.type_of(expr.expr)
            proper = get_proper_type(typ)
            is_self, scope = (
                (owner.is_self, owner.scope) if isinstance(owner, Typed) else (False, "")
            )
            if isinstance(proper, Instance) and not is_array(proper):
                known = get_proper_type(owner.typ) if isinstance(owner, Typed) else None
                same = isinstance(known, Instance) and known.type is proper.type
                return owner if same else Typed(Instance(proper.type, []), scope, is_self)
        return owner


def _is_of_module(expr: MemberExpr) -> bool:
    return isinstance(expr.expr, RefExpr) and isinstance(expr.expr.node, MypyFile)


__all__ = ["Evaluation"]
