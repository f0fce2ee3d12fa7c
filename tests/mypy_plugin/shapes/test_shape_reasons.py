"""What a mismatch says, and what is no mismatch though it looks like one."""

import pytest

from datarax_typed.mypy_plugin.shapes.annotation import Dim, parse
from datarax_typed.mypy_plugin.shapes.certain import broadcast
from datarax_typed.mypy_plugin.shapes.matching import (
    Bindings,
    match,
    qualified,
    shape_text,
    substitute,
)
from datarax_typed.mypy_plugin.shapes.sizes import Size
from datarax_typed.mypy_plugin.shapes.values import Shape


def dims(text: str) -> tuple[Dim, ...]:
    parsed = parse(text)
    assert parsed is not None
    return parsed


def shape(text: str) -> Shape:
    """Return a shape whose names are those of one function."""
    return qualified(dims(text), "f")


def reason(*arguments: tuple[str, str]) -> str | None:
    """Return the first reason; each argument is an annotation and a shape."""
    bindings = Bindings()
    reasons = [
        match(dims(formal), shape(actual), bindings, where)
        for (formal, actual), where in zip(arguments, "xyz", strict=False)
    ]
    return next(filter(None, reasons), None)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ([("b c", "3")], "it has 1 axis, not 2"),
        ([("b", "3 4")], "it has 2 axes, not 1"),
        ([("", "3")], "it has 1 axis, not 0"),
        ([("b", "3 ... 4")], "it has at least 2 axes, not 1"),
        ([("*a b c", "3")], "at least 2 axes are needed, it has 1"),
        ([("... b", "")], "at least 1 axis is needed, it has 0"),
        ([("b 3", "7 4")], "axis 1 is 4, not 3"),
        ([("... 3", "7 4")], "axis 1 is 4, not 3"),
        ([("b 3", "... 4")], "axis -1 is 4, not 3"),
        ([("b 3", "7 n+3")], 'axis 1 is "n+3", not 3'),
        ([("#3", "2")], "axis 0 is 2, not 3"),
        ([("b b+1", "2 4")], 'axis 1 is 4, not "b+1", which is 3'),
        ([("b b+1", "n n")], 'axis 1 is "n", not "b+1", which is "n+1"'),
        ([("b b", "2 4")], '"b" is 4, and also 2'),
        ([("b", "5"), ("b", "7")], '"b" is 7, and 5 in x'),
        ([("b", "m"), ("b", "n")], '"b" is "n", and "m" in x'),
        ([("b", "n"), ("b", "5"), ("b", "7")], '"b" is 7, and 5 in y'),
        ([("#b", "5"), ("#b", "7")], '"b" is 7, and 5 in x'),
        ([("b", "1"), ("#b", "7")], '"b" is 7, and 1 in x'),
        ([("*b", "3 4"), ("*b", "5")], '"*b" is "5", and "3 4" in x'),
        ([("*b c", "*n 4"), ("*b", "*n 4")], '"*b" is "*n 4", and "*n" in x'),
        ([("*b", "*n"), ("*b", "*m")], '"*b" is "*m", and "*n" in x'),
        ([("*b", "n 3"), ("*b", "m 3")], '"*b" is "m 3", and "n 3" in x'),
        ([("*b", "... 3"), ("*b", "... 4")], '"*b" is "... 4", and "... 3" in x'),
        ([("*#b", "3 4"), ("*#b", "5")], '"*#b" is "5", and "3 4" in x'),
        ([("*#b", "3 4"), ("*b", "1 4")], '"*#b" is "1 4", and "3 4" in x'),
        ([("*b", "4"), ("*#b", "3 4")], '"*#b" is "3 4", and "4" in x'),
    ],
)
def test_reasons(arguments: list[tuple[str, str]], text: str) -> None:
    assert reason(*arguments) == text


@pytest.mark.parametrize(
    "arguments",
    [
        [("b 3", "...")],
        [("b 3", "... 3")],
        [("*a 3", "...")],
        [("3", "n")],
        [("b", "n"), ("b", "3")],
        [("b", "_"), ("b", "3"), ("b", "n")],
        [("b 2*b", "n m")],
        [("b b//2", "n m")],
        [("b+1", "3")],
        [("#b", "n"), ("#b", "m")],
        [("#b", "1"), ("#b", "7"), ("#b", "n")],
        [("*#b", "n 3"), ("*#b", "m 1"), ("*#b", "7 1 1")],
        [("*#b", "*n"), ("*#b", "*m 3")],
        [("*b", "*n"), ("*b", "3 4")],
        [("*b", "... 3"), ("*b", "3 ...")],
        [("{n} 3", "3 4 5 3")],
        [("{n}", "")],
        [("_ ?t ...", "3 4")],
    ],
)
def test_what_may_be_right_is_no_mismatch(arguments: list[tuple[str, str]]) -> None:
    assert reason(*arguments) is None


def test_names_of_two_scopes_may_be_one_size() -> None:
    bindings = Bindings()
    for scope in "fg":
        assert match(dims("b"), (Size.named(scope, scope),), bindings) is None


def test_what_does_not_fit_binds_nothing() -> None:
    bindings = Bindings()
    assert match(dims("b *c d"), shape("2"), bindings) is not None
    assert match(dims("b *c 3"), shape("2 5 4"), bindings) is not None
    assert (bindings.sizes, bindings.shapes) == ({}, {})


@pytest.mark.parametrize(
    ("formals", "actuals", "result", "text"),
    [
        (["b c"], ["3 n"], "c b 1 b*c", "n 3 1 3*n"),
        (["b"], ["_"], "b d b+1", "_ _ _"),
        (["b", "b"], ["n", "5"], "b", "n"),
        (["*b c"], ["2 n 4"], "*b c*2", "2 n 8"),
        (["*b c"], ["*n 4"], "c *b", "4 *n"),
        (["*b c d"], ["*n 4"], "*b d", "... 4"),
        (["*b c"], ["... 3 4"], "*b", "... 3"),
        (["*b", "*b"], ["3 _", "_ 4"], "*b", "3 4"),
        (["*b", "*b"], ["...", "3 4"], "*b", "3 4"),
        (["*#b", "*#b"], ["3 1", "n"], "*b", "... 3 _"),
        (["*#b", "*b"], ["1 1", "3 _"], "*b", "3 _"),
        (["#b", "b"], ["1", "7"], "b #b", "7 _"),
        (["#b"], ["n"], "b", "_"),
        (["a"], ["3"], "... a", "... 3"),
        (["a"], ["3"], "{n} a", "... 3"),
    ],
)
def test_what_comes_out(formals: list[str], actuals: list[str], result: str, text: str) -> None:
    bindings = Bindings()
    for formal, actual in zip(formals, actuals, strict=True):
        assert match(dims(formal), shape(actual), bindings) is None
    assert shape_text(substitute(dims(result), bindings)) == text


@pytest.mark.parametrize(
    ("annotation", "text"),
    [
        ("*b h=3 c", "*b 3 c"),
        ("#b *#c", "_ ..."),
        ("b 2*b+1 b//2", "b 2*b+1 b//2"),
        ("?t _ ...", "_ _ ..."),
        ("{n} 3", "... 3"),
        ("", ""),
    ],
)
def test_declared_names_stand_for_themselves(annotation: str, text: str) -> None:
    assert shape_text(shape(annotation)) == text


def test_expressions_are_resolved() -> None:
    sizes = {"n": Size.of(3)}
    assert match(dims("{n} b"), shape("4 5"), Bindings(), "x", sizes.get) == "axis 0 is 4, not 3"
    assert shape_text(substitute(dims("{n} b"), Bindings(), sizes.get)) == "3 _"
    assert qualified(dims("{n}"), "f", sizes.get) == (Size.of(3),)


@pytest.mark.parametrize(
    ("left", "right", "result"),
    [
        ("*n 3", "3", "*n 3"),
        ("*n 3", "*n 1", "*n 3"),
        ("*n 3", "*m 3", "... 3"),
        ("... 3", "2 3", "... 3"),
        ("n", "m", "_"),
        ("n", "n", "n"),
        ("n+1", "m", "n+1"),
        ("2 ... 3", "1", "2 ... 3"),
        ("n 1", "m", "n m"),
    ],
)
def test_broadcasting(left: str, right: str, result: str) -> None:
    for one, other in ((left, right), (right, left)):
        found = broadcast(shape(one), shape(other))
        assert found is not None
        assert shape_text(found) == result


def test_shapes_that_certainly_do_not_broadcast() -> None:
    assert broadcast(shape("... 3"), shape("4")) is None
    assert broadcast(shape("n+1"), shape("n+2")) is None
