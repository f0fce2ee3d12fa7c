"""What is known of a module before any value: what reaches its names, and what waits for what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, TypeAlias

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    ComparisonExpr,
    Expression,
    FuncItem,
    IndexExpr,
    MemberExpr,
    NameExpr,
    Node,
    OpExpr,
    RevealExpr,
    Statement,
    StrExpr,
    TypeInfo,
    UnaryExpr,
    Var,
)

from datarax_typed.mypy_plugin.shapes.changes import Changes
from datarax_typed.mypy_plugin.shapes.sites import (
    Binding,
)
from datarax_typed.mypy_plugin.shapes.sizes import LOOSE
from datarax_typed.mypy_plugin.shapes.walking import descendants

Bindings: TypeAlias = frozenset[Binding]

# What makes an object, and is called once for each.
_MAKERS: Final = ("__init__", "__post_init__", "setup")
# The expressions for which mypy asks a plugin.
_ASKED_FOR: Final = (CallExpr, ComparisonExpr, IndexExpr, MemberExpr, OpExpr, UnaryExpr)
# Of a larger expression, what is deep within is not waited for: each part looks at the whole.
_MOST_PARTS: Final = 256
NO_BINDINGS: Final[Bindings] = frozenset()


@dataclass(slots=True)
class Flow:
    """What reaches the names that a module reads.

    Attributes:
        reads: of each name that is read, the bindings that may be in force.
        around: of each statement that declares or returns something, the function around it.
        awaiting: of each expression, the statements whose value depends on it alone.
        outer: of each expression that something is done with at once, what is done.
        comparing: the functions that compare sizes, or call what does.
        asking: the functions that ask what fields there are; None for what is in no function.
        asserting: of each call of `assert_shape`, the function around it.
        revealing: the expressions whose types are to be shown.
        mapped: the functions whose parameters may have more axes than their values.
        deriving: those that may not return what their signature says.
        changes: what is changed in place, such as a list.
    """

    reads: dict[NameExpr, Bindings] = field(default_factory=dict)
    around: dict[Statement, FuncItem | None] = field(default_factory=dict)
    awaiting: dict[Expression, list[Statement]] = field(default_factory=dict)
    outer: dict[Expression, Expression] = field(default_factory=dict)
    comparing: set[FuncItem] = field(default_factory=set)
    asking: set[FuncItem | None] = field(default_factory=set)
    asserting: dict[CallExpr, FuncItem] = field(default_factory=dict)
    revealing: list[RevealExpr] = field(default_factory=list)
    mapped: set[FuncItem] = field(default_factory=set)
    deriving: set[FuncItem] = field(default_factory=set)
    changes: Changes = field(default_factory=Changes)
    _attributes: dict[Var, list[Expression]] = field(default_factory=dict)
    _written: set[str] = field(default_factory=set)
    _late: set[Var] = field(default_factory=set)

    @property
    def changed(self) -> frozenset[Var | str]:
        """The variables and attributes whose value, such as a list, is changed in place."""
        return frozenset(self.changes.found)

    def scope(self, function: FuncItem) -> str:
        """Return where the names in a function's signature have their meaning."""
        place = f"{function.fullname}:{function.line}"
        # Where sizes are compared, two names may well be one size.
        return place + LOOSE if function in self.comparing else place

    def class_scope(self, info: TypeInfo) -> str:
        """Return where the names in the fields of a class have their meaning."""
        # What its objects make sure of when they are made is not looked at.
        return info.fullname + LOOSE

    def attribute(self, var: Var) -> Expression | None:
        """Return what is assigned to an attribute, if that is one expression, in one place."""
        found = self._attributes.get(var, [])
        is_written = var.name in self._written or var.name in self.changes.found
        return found[0] if len(found) == 1 and not is_written else None

    def is_late(self, var: Var) -> bool:
        """Return whether an attribute is assigned by a method that may be called again."""
        return var in self._late

    def note_attribute(
        self, target: Expression, value: Expression | None, around: FuncItem | None = None
    ) -> None:
        """Note that something is assigned to an attribute.

        Args:
            target: the attribute.
            value: what is assigned; None if it is changed otherwise.
            around: the function that does so.
        """
        if not isinstance(target, MemberExpr):
            return
        if value is None or not isinstance(target.node, Var):
            self._written.add(target.name)
        elif value not in (found := self._attributes.setdefault(target.node, [])):
            found.append(value)
            if around is None or around.name not in _MAKERS:
                self._late.add(target.node)

    def note_names(self, names: Iterable[Expression]) -> None:
        """Note that attributes are changed whose names are texts."""
        self._written |= {name.value for name in names if isinstance(name, StrExpr)}

    def wait(self, statement: Statement, value: Expression) -> None:
        """Note which expressions the value of a statement is made of."""
        for part in islice(descendants(value), _MOST_PARTS):
            binding = only_binding(self.reads, part) if isinstance(part, NameExpr) else None
            source = part if binding is None else _source(binding) or part
            if isinstance(source, _ASKED_FOR):
                waiting = self.awaiting.setdefault(source, [])
                waiting += [] if statement in waiting else [statement]


def _source(binding: Binding) -> Node | None:
    """Return the expression whose value a binding gives."""
    if isinstance(binding.node, AssignmentStmt):
        return binding.node.rvalue
    return binding.node if binding.kind == "value" else None


def only_binding(reads: Mapping[NameExpr, Bindings], name: NameExpr) -> Binding | None:
    """Return the binding of a name that is in force where it is read, if there is just one."""
    found = reads.get(name, NO_BINDINGS)
    return next(iter(found)) if len(found) == 1 else None


__all__ = ["NO_BINDINGS", "Bindings", "Flow", "only_binding"]
