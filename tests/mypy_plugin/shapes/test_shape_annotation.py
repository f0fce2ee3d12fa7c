"""jaxtyping's strings are understood as jaxtyping does, or given up."""

import jaxtyping
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datarax_typed.mypy_plugin.shapes.annotation import (
    Anonymous,
    Dim,
    Fixed,
    Inserted,
    Named,
    Symbolic,
    Variadic,
    computed,
    inserted,
    parse,
)
from datarax_typed.mypy_plugin.shapes.sizes import Size

NAMES = {"b": Size.of(2), "c": Size.named("c", "f")}


@pytest.mark.parametrize(
    ("text", "dims"),
    [
        ("", ()),
        ("  ", ()),
        ("b", (Named("b"),)),
        ("  b   c ", (Named("b"), Named("c"))),
        ("3", (Fixed(Size.of(3)),)),
        ("c=3", (Fixed(Size.of(3)),)),
        ("c=b", (Named("b"),)),
        ("#3", (Fixed(Size.of(3), broadcasts=True),)),
        ("#c=3", (Fixed(Size.of(3), broadcasts=True),)),
        ("c=#3", (Fixed(Size.of(3), broadcasts=True),)),
        ("_", (Anonymous(),)),
        ("_b", (Anonymous(),)),
        ("?b", (Anonymous(),)),
        ("...", (Variadic(),)),
        ("*b", (Variadic("b"),)),
        ("*_b", (Variadic(),)),
        ("_*b", (Variadic(),)),
        ("*?b", (Variadic(),)),
        ("#b", (Named("b", broadcasts=True),)),
        ("*#b", (Variadic("b", broadcasts=True),)),
        ("#*b", (Variadic("b", broadcasts=True),)),
        ("b-1", (Symbolic("b-1"),)),
        ("#b-1", (Symbolic("b-1", broadcasts=True),)),
        ("n=b-1", (Symbolic("b-1"),)),
        ("min(b,c)", (Symbolic("min(b,c)"),)),
        ("-1", (Fixed(Size.of(-1)),)),
        ("{n} 3", (Inserted("{n}"), Fixed(Size.of(3)))),
        ("{ self.n + 1 }", (Inserted("{ self.n + 1 }"),)),
        ("c={f({1: 2}[1])}", (Inserted("c={f({1: 2}[1])}"),)),
        ("{a}*2 b", (Inserted("{a}*2"), Named("b"))),
    ],
)
def test_forms(text: str, dims: tuple[Dim, ...]) -> None:
    assert parse(text) == dims


@pytest.mark.parametrize(
    "text",
    [
        "b,c",
        "##b",
        "**b",
        "__b",
        "??b",
        "#_",
        "b#",
        "_4",
        "*4",
        "?4",
        "*b+1",
        "_b+1",
        "?b+1",
        "*a *b",
        "... *b",
        "b...",
        "b+",
        "max(b, c)",
        "{n",
        "n}",
        "#",
        "c=",
    ],
)
def test_what_is_malformed_is_given_up(text: str) -> None:
    assert parse(text) is None


@given(st.text("ab 13#*_?.,=+-()", max_size=8))
def test_what_is_understood_jaxtyping_takes_too(text: str) -> None:
    if parse(text) is not None:
        assert jaxtyping.Shaped[np.ndarray, text] is not None


@given(st.text(max_size=12))
def test_no_text_is_a_crash(text: str) -> None:
    parse(text)
    computed(text, NAMES.get)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("b+1", "3"),
        ("2*c-b", "2*c-2"),
        ("(c+1)*b", "2*c+2"),
        ("-b+c", "c-2"),
        ("+c", "c"),
        ("c//2", "c//2"),
        ("c%2", "c%2"),
        ("b**3", "8"),
        ("min(c,c+1)", "c"),
        ("max(b,3,1)", "3"),
        ("abs(-b)", "2"),
        ("10**10**10", "10**10000000000"),
    ],
)
def test_arithmetic(text: str, size: str) -> None:
    assert str(computed(text, NAMES.get)) == size


@pytest.mark.parametrize(
    "text",
    [
        "b/1",
        "d+1",
        "b==2",
        "True",
        "1.5",
        "abs(c)",
        "max(b)",
        "max(b,key=c)",
        "len(b)",
        "b.real",
        "b if b else c",
        "+".join("b" * 3000),
        "(" * 300 + "b" + ")" * 300,
    ],
)
def test_other_arithmetic_is_not_known(text: str) -> None:
    assert computed(text, NAMES.get) is None


@pytest.mark.parametrize(
    ("text", "dims"),
    [
        ("{n} b", (Fixed(Size.of(3)), Named("b"))),
        ("rows={n}", (Fixed(Size.of(3)),)),
        ("#{n}", (Fixed(Size.of(3), broadcasts=True),)),
        ("{n}*2", (Symbolic("3*2"),)),
        ("{n}{n}", (Fixed(Size.of(33)),)),
        ("b-{n}", (Symbolic("b-3"),)),
        ("{c}", (Fixed(NAMES["c"]),)),
        ("#c={c}", (Fixed(NAMES["c"], broadcasts=True),)),
        ("{c}*2", (Variadic(),)),
        ("{axes} 4", (Named("h"), Symbolic("w+1"), Fixed(Size.of(4)))),
        ("*{axes}", (Variadic("h"), Symbolic("w+1"))),
        ("{one}", (Anonymous(),)),
        ("{wrong}", (Variadic(),)),
        ("{again}", (Variadic(),)),
        ("{ f(1) } b", (Variadic(), Named("b"))),
    ],
)
def test_expressions_stand_for_what_is_known_of_them(text: str, dims: tuple[Dim, ...]) -> None:
    known: dict[str, Size | tuple[str, ...]] = {
        "n": Size.of(3),
        "c": NAMES["c"],
        "axes": ("h", "w+1"),
        "one": ("_",),
        "wrong": ("##",),
        "again": ("{n}",),
    }
    parsed = parse(text)
    assert parsed is not None
    assert inserted(parsed, known.get) == dims
