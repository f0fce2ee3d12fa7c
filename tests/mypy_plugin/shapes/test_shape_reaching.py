"""Which bindings of a name may be in force where it is read."""

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mypy.nodes import (
    CallExpr,
    Expression,
    IntExpr,
    MypyFile,
    NameExpr,
    Node,
    OperatorAssignmentStmt,
)

from datarax_typed.mypy_plugin.shapes.reaching import flow_of
from datarax_typed.mypy_plugin.shapes.sites import Binding
from datarax_typed.mypy_plugin.shapes.walking import descendants
from tests.mypy_plugin.shapes.trees import tree_of


def number_of(node: Node | None) -> int | None:
    """Return n of `n`, of `tag(n)` and of `x += tag(n)`."""
    match node:
        case IntExpr(value=value):
            return value
        case CallExpr(args=[IntExpr(value=value)]):
            return value
        case OperatorAssignmentStmt(rvalue=value):
            return number_of(value)
        case _:
            return None


def calls_in(tree: MypyFile) -> list[CallExpr]:
    nodes = (node for part in tree.defs for node in descendants(part))
    return [node for node in nodes if isinstance(node, CallExpr)]


def shown(binding: Binding) -> int | str:
    number = number_of(binding.node)
    return binding.kind if number is None else number


def reads(text: str) -> list[set[int | str]]:
    """Return what reaches the name of each `see(name)`."""
    tree = tree_of(text)
    flow = flow_of(tree)
    return [
        {shown(binding) for binding in flow.reads.get(call.args[0], frozenset())}
        for call in calls_in(tree)
        if isinstance(call.callee, NameExpr)
        and call.callee.name == "see"
        and isinstance(call.args[0], NameExpr)
    ]


def body(text: str) -> str:
    lines = "".join(f"    {line}\n" for line in text.splitlines())
    return f"def f(c, see):\n    x = 0\n{lines}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see(x)", {0}),
        ("x = 1\nsee(x)", {1}),
        ("if c: x = 1\nsee(x)", {0, 1}),
        ("if c: x = 1\nelse: x = 2\nsee(x)", {1, 2}),
        ("if c:\n    x = 1\n    return\nsee(x)", {0}),
        ("while c: x = 1\nsee(x)", {0, 1}),
        ("while c:\n    see(x)\n    x = 1", {0, 1}),
        ("while c:\n    x = 1\n    if c: break\n    x = 2\nelse: x = 3\nsee(x)", {1, 3}),
        ("while c:\n    x = 1\n    if c: continue\n    x = 2\nelse: see(x)", {0, 1, 2}),
        ("for _ in c: x = 1\nsee(x)", {0, 1}),
        ("for x in c: pass\nsee(x)", {0, "element"}),
        ("for _ in c:\n    x = 1\n    raise c\nsee(x)", {0}),
        ("try:\n    x = 1\n    x = 2\nexcept c: pass\nsee(x)", {0, 1, 2}),
        ("try:\n    x = 1\nexcept c: x = 2\nelse: x = 3\nsee(x)", {2, 3}),
        ("try:\n    x = 1\nexcept c as x: pass\nsee(x)", {1, "unknown"}),
        ("try: x = 1\nfinally: see(x)", {0, 1}),
        ("try: x = 1\nfinally: pass\nsee(x)", {0, 1}),
        ("with c as x: pass\nsee(x)", {"unknown"}),
        ("with c: x = 1\nsee(x)", {1}),
        ("with suppress(c): x = 1\nsee(x)", {0, 1}),
        ("match c:\n    case 1: x = 1\n    case 2: x = 2\nsee(x)", {0, 1, 2}),
        ("match c:\n    case [x, *_]: pass\nsee(x)", {0, "unknown"}),
        ("c and (x := 1)\nsee(x)", {0, 1}),
        ("[x for x in c]\nsee(x)", {0}),
        ("[see(x) for x in c]", {"element"}),
        ("x += 1\nsee(x)", {1}),
        ("del x\nsee(x)", {"unknown"}),
        ("x, y = c\nsee(x)", {"value"}),
        ("x, *y = c\nsee(y)", {"unknown"}),
        ("def g():\n    see(x)", {0}),
        ("x = 1\ndef g():\n    see(x)", {"unknown"}),
        ("def g():\n    nonlocal x\n    x = 1\nsee(x)", {"unknown"}),
        ("see(c)", {"parameter"}),
    ],
)
def test_what_reaches_a_name(text: str, found: set[int | str]) -> None:
    assert reads(body(text)) == [found]


# Programs of chance.


class ThrownError(Exception):
    """What a drawn program raises."""


@dataclass
class Run:
    """One way through a program.

    Attributes:
        chance: decides which way is gone.
        seen: of each `see(x, place)`, the place and the number of the value.
    """

    chance: random.Random
    seen: set[tuple[int, int]] = field(default_factory=set)
    steps: int = 60

    def see(self, value: "Tag", place: int) -> None:
        """Note a value, and raise now and then."""
        self.seen.add((place, value.number))
        if not self.chance.randrange(8):
            raise ThrownError

    def choice(self) -> bool:
        """Return whether to go on; not for ever."""
        self.steps -= 1
        return self.steps > 0 and self.chance.random() < 0.6

    def times(self) -> Iterator[int]:
        """Yield up to two times."""
        return iter(range(self.chance.randrange(3) if self.choice() else 0))


@dataclass
class Tag:
    """A value that knows which binding made it; true or false by chance."""

    number: int
    run: Run

    def __bool__(self) -> bool:
        return self.run.choice()

    def __iadd__(self, other: "Tag") -> "Tag":  # noqa: PYI034  # a binding of its own
        return other


def compound(inner: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[str]]:
    """Return statements around others."""

    def indented(lines: list[str]) -> list[str]:
        return [f"    {line}" for line in lines]

    def made(heads: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
        parts = st.tuples(*(inner for _ in heads))
        return parts.map(
            lambda bodies: [
                line
                for head, lines in zip(heads, bodies, strict=True)
                for line in (head, *indented(lines))
            ]
        )

    forms = [
        ("if choice():",),
        ("if choice():", "else:"),
        ("if VAR := tag(N):", "elif choice():", "else:"),
        ("while choice():",),
        ("while VAR := tag(N):",),
        ("while VAR := tag(N):", "else:"),
        ("for _ in times():",),
        ("for _ in times():", "else:"),
        ("try:", "except ThrownError:"),
        ("try:", "except ThrownError:", "else:"),
        ("try:", "finally:"),
        ("try:", "except ThrownError:", "else:", "finally:"),
        ("with suppress(ThrownError):",),
    ]
    nested = st.sampled_from(forms).flatmap(made)
    return st.lists(st.one_of(nested, inner), min_size=1, max_size=3).map(
        lambda parts: [line for part in parts for line in part]
    )


SIMPLE = st.lists(
    st.sampled_from(
        [
            *("see(VAR, N)", "see(VAR, N)", "VAR = tag(N)", "VAR = tag(N)", "VAR += tag(N)"),
            *("if choice(): LEAVE", "if choice(): raise ThrownError", "if choice(): return"),
            *("choice() and (VAR := tag(N))", "LEAVE", "VAR, _ = tag(N), 0"),
        ]
    ),
    min_size=1,
    max_size=3,
)
LINES = st.recursive(SIMPLE, compound, max_leaves=8)


@st.composite
def programs(draw: st.DrawFn) -> str:
    """Draw a program in which each binding and each read has a number."""
    numbers = count(1)
    lines: list[str] = [
        "x = tag(1001)",
        "y = tag(1002)",
        *draw(LINES),
        "see(x, 901)",
        "see(y, 902)",
    ]
    loops: list[int] = []
    for at, line in enumerate(lines):
        depth = len(line) - len(line.lstrip())
        loops = [loop for loop in loops if loop < depth]
        leave = draw(st.sampled_from(["break", "continue"])) if loops else "pass"
        lines[at] = (
            line.replace("VAR", draw(st.sampled_from("xy")))
            .replace("N)", f"{next(numbers)})")
            .replace("LEAVE", leave)
        )
        if line.lstrip().startswith(("for ", "while ")):
            loops.append(depth)
    return "def run(see, tag, choice, times, suppress, ThrownError):\n" + "".join(
        f"    {line}\n" for line in lines
    )


def seen(text: str) -> set[tuple[int, int]]:
    """Return what is seen in several runs."""
    space: dict[str, Callable[..., None]] = {}
    exec(text, space)
    found: set[tuple[int, int]] = set()
    for seed in range(25):
        run = Run(random.Random(seed))
        tag = lambda number, run=run: Tag(number, run)  # noqa: E731  # for this run
        with suppress(ThrownError):
            space["run"](run.see, tag, run.choice, run.times, suppress, ThrownError)
        found |= run.seen
    return found


def place_of(expr: Expression) -> int | None:
    return expr.value if isinstance(expr, IntExpr) else None


@settings(max_examples=25)
@given(programs())
def test_the_binding_in_force_is_among_those_that_reach(text: str) -> None:
    tree = tree_of(text)
    flow = flow_of(tree)
    reaching = {
        place_of(node.args[1]): {shown(one) for one in flow.reads.get(node.args[0], frozenset())}
        for node in calls_in(tree)
        if len(node.args) == 2 and isinstance(node.args[0], NameExpr)
    }
    missing = {
        (place, number)
        for place, number in seen(text)
        if number not in reaching[place] and "value" not in reaching[place]
    }
    assert not missing, text
