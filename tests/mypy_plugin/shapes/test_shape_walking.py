"""A walk through mypy's tree."""

import ast
from collections.abc import Iterator
from inspect import getmembers, isclass
from typing import Final

from mypy import nodes, patterns
from mypy.nodes import CallExpr, Expression, IntExpr, Node, Statement
from mypy.patterns import Pattern

from datarax_typed.mypy_plugin.shapes.walking import _PARTS, Walker, children, descendants
from tests.mypy_plugin.shapes.trees import tree_of

# Nodes that are made of no expression, or of types alone, and what mypy makes of calls later.
LEAVES: Final = frozenset(
    {
        *("BreakStmt", "ContinueStmt", "GlobalDecl", "NonlocalDecl", "PassStmt", "TypeAliasStmt"),
        *("Import", "ImportAll", "ImportBase", "ImportFrom"),
        *("BytesExpr", "ComplexExpr", "EllipsisExpr", "FloatExpr", "IntExpr", "StrExpr"),
        *("EnumCallExpr", "NamedTupleExpr", "NewTypeExpr", "PromoteExpr", "TypedDictExpr"),
        *("ParamSpecExpr", "TypeAliasExpr", "TypeVarExpr", "TypeVarLikeExpr", "TypeVarTupleExpr"),
        *("FakeExpression", "NameExpr", "RefExpr", "TempNode", "TypeApplication", "TypeFormExpr"),
        *("SingletonPattern", "ValuePattern"),
    }
)
# One of all that a name may be bound by, and a number in every place that is run.
PROGRAM: Final = """
@f(1)
class A(f(2), key=f(3)):
    def g(self, x=4, *, y=5):
        assert x, 6
        with f(7) as z[8]: z[9:10:11] = z.w(*f(12), **f(13))
        for z[14] in f(15): x += 16 if f(17) else -18
        else: yield 19
        while 20: yield from f(21)
        else: del z[22]
        try: raise f(23) from f(24)
        except f(25): return [26, (27,), {28}, {29: 30, **f(31)}]
        else: [32 for z in f(33) if 34], {35 for z in f(36)}, {37: 38 for z in f(39)}
        finally: lambda z=40: f"{f(41)}"
    async def h(self):
        await f(42)
        match f(43):
            case 1 if f(44): (z := 45) < 46 < f(47)
"""


class Counting(Walker):
    """Counts calls."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def visit_call_expr(self, node: CallExpr) -> None:
        """Count a call, and go on."""
        self.calls += 1
        self.visit_children(node)


def kinds() -> Iterator[type[Node]]:
    """Yield the kinds of nodes that mypy knows."""
    for module in (nodes, patterns):
        for _, kind in getmembers(module, isclass):
            if issubclass(kind, Expression | Statement | Pattern):
                yield kind


def test_each_kind_of_node_has_parts_or_is_known_to_have_none() -> None:
    abstract = {"Expression", "Pattern", "Statement"}
    assert {kind.__name__ for kind in kinds() if kind not in _PARTS} - abstract <= LEAVES


def test_all_that_is_run_is_walked_through() -> None:
    tree = tree_of(PROGRAM)
    found = [node for part in tree.defs for node in descendants(part)]
    numbers = {node.value for node in found if isinstance(node, IntExpr)}
    defaults = {4, 5, 40}
    # The defaults of parameters are not among the parts of a function: they are run around it.
    assert numbers | defaults | {3} >= set(range(1, 48))
    counting = Counting()
    counting.visit_all(tree.defs)
    written = sum(isinstance(node, ast.Call) for node in ast.walk(ast.parse(PROGRAM)))
    # The one in the keywords of the class is not walked to; mypy makes a call to format a text.
    assert counting.calls == written - 1 + 1


def test_a_node_comes_before_its_parts_in_the_order_in_which_they_are_run() -> None:
    [statement] = tree_of("x = [1, (2, 3), -4]").defs
    assert [node.value for node in descendants(statement) if isinstance(node, IntExpr)] == [
        *(1, 2, 3, 4)
    ]
    assert list(descendants(statement))[:2] == [statement, children(statement)[0]]


def test_depth_is_no_matter() -> None:
    [statement] = tree_of("x = " + "+".join(["1"] * 500)).defs
    # The statement, its target, and a sum less than there are terms.
    assert len(list(descendants(statement))) == 2 + 500 + 499
