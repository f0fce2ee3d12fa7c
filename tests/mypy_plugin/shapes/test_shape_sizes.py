"""Sizes compute as integers do, and what is certain of two of them holds for all integers."""

from itertools import product
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datarax_typed.mypy_plugin.shapes.sizes import Relation, Size, relation

b, h, w = (Size.named(name, "f") for name in "bhw")

# A size, and the Python expression that it was made of.
Made: TypeAlias = tuple[Size, str]


def extended(inner: st.SearchStrategy[Made]) -> st.SearchStrategy[Made]:
    return st.one_of(
        st.builds(lambda x, y: (x[0] + y[0], f"({x[1]}+{y[1]})"), inner, inner),
        st.builds(lambda x, y: (x[0] - y[0], f"({x[1]}-{y[1]})"), inner, inner),
        st.builds(lambda x, y: (x[0] * y[0], f"({x[1]}*{y[1]})"), inner, inner),
        st.builds(lambda x: (-x[0], f"(-{x[1]})"), inner),
        st.builds(lambda x, y: (x[0].floordiv(y[0]), f"({x[1]}//{y[1]})"), inner, inner),
        st.builds(lambda x, y: (x[0].mod(y[0]), f"({x[1]}%{y[1]})"), inner, inner),
        st.builds(lambda x, y: (x[0].least(y[0]), f"min({x[1]},{y[1]})"), inner, inner),
        st.builds(lambda x, y: (x[0].most(y[0]), f"max({x[1]},{y[1]})"), inner, inner),
        st.builds(lambda x, n: (x[0].power(n), f"({x[1]}**{n})"), inner, st.integers(0, 3)),
    )


MADE = st.recursive(
    st.one_of(
        st.integers(-4, 4).map(lambda number: (Size.of(number), f"({number})")),
        st.sampled_from("bhw").map(lambda name: (Size.named(name, "f"), name)),
    ),
    extended,
    max_leaves=6,
)
VALUES = st.fixed_dictionaries({name: st.integers(1, 7) for name in "bhw"})


def value(text: str, names: dict[str, int]) -> int | None:
    try:
        return int(eval(text, dict(names)))
    except ZeroDivisionError:
        return None


@given(MADE, VALUES)
def test_a_size_is_what_its_expression_gives(made: Made, names: dict[str, int]) -> None:
    size, text = made
    expected = value(text, names)
    if expected is not None:
        assert value(str(size), names) == expected


@given(MADE, MADE, VALUES)
def test_what_is_certain_of_two_sizes_holds(one: Made, other: Made, names: dict[str, int]) -> None:
    values = value(one[1], names), value(other[1], names)
    if None in values:
        return
    found = relation(one[0], other[0])
    if found is Relation.SAME:
        assert values[0] == values[1]
    if found is Relation.DIFFERENT:
        assert values[0] != values[1]


@given(MADE, MADE)
def test_what_is_certain_is_so_from_both_sides(one: Made, other: Made) -> None:
    assert relation(one[0], other[0]) is relation(other[0], one[0])
    assert relation(one[0], one[0]) is Relation.SAME


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (Size.of(3), "3"),
        (Size.of(0), "0"),
        (b - b, "0"),
        (2 * b + 1, "2*b+1"),
        (1 - b, "-b+1"),
        (h * w, "h*w"),
        (b * b * 3, "3*b**2"),
        (b + h + w, "b+h+w"),
        (h.floordiv(2), "h//2"),
        ((h - 1).floordiv(2) + 1, "(h+1)//2"),
        ((2 * h + 1).floordiv(2), "h"),
        ((2 * h + 1).mod(2), "1"),
        ((h * w).floordiv(w), "h"),
        ((h * w + h).floordiv(w + 1), "h"),
        (h.floordiv(w), "h//w"),
        (h.floordiv(0), "h//0"),
        ((h * w).mod(w), "0"),
        (w * h.floordiv(2), "(h//2)*w"),
        (-h.floordiv(2), "-(h//2)"),
        (Size.of(-7).floordiv(2), "-4"),
        (Size.of(-7).mod(3), "2"),
        (h.power(w), "h**w"),
        (h.least(w) * 2, "2*min(h,w)"),
        (w.most(h), "max(h,w)"),
        ((b + 1).most(b), "b+1"),
        (b.least(2 * b), "b"),
    ],
)
def test_texts(size: Size, text: str) -> None:
    assert str(size) == text


def test_numbers_and_names_are_told_from_the_rest() -> None:
    assert (Size.of(7).number, b.number, (b + 1).number, (b - b).number) == (7, None, None, 0)
    assert (b.name, Size.of(7).name, (b + 1).name, b.floordiv(2).name) == ("b", None, None, None)
    assert (b.scope, (b + 1).scope, b.floordiv(2).scope) == ("f", "", "")


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (Size.of(3), Size.of(4), Relation.DIFFERENT),
        (b, b + 1, Relation.DIFFERENT),
        (b, 2 * b, Relation.DIFFERENT),
        (b * h, b * h + w, Relation.DIFFERENT),
        (h.floordiv(2), h.floordiv(2) + 1, Relation.DIFFERENT),
        (b, h, Relation.OTHER_NAME),
        (b, Size.named("h", "g"), Relation.UNKNOWN),
        (Size.named("b"), Size.named("h"), Relation.UNKNOWN),
        (b, Size.named("b", "g"), Relation.UNKNOWN),
        (b, Size.of(3), Relation.UNKNOWN),
        (b, b * h, Relation.UNKNOWN),
        (b + 1, 2 * b, Relation.UNKNOWN),
        (h.floordiv(2), w, Relation.UNKNOWN),
        (h.floordiv(2), h, Relation.UNKNOWN),
        (b + h, h + b, Relation.SAME),
        (h.least(w), w.least(h), Relation.SAME),
        (h.floordiv(2), Size.named("h", "g").floordiv(2), Relation.UNKNOWN),
    ],
)
def test_relations(left: Size, right: Size, expected: Relation) -> None:
    assert relation(left, right) is expected


def test_operations_on_names_of_several_scopes_are_not_mixed_up() -> None:
    other = Size.named("h", "g")
    assert h.floordiv(other) != other.floordiv(h)
    assert str(h.floordiv(other)) == str(other.floordiv(h)) == "h//h"


def test_what_grows_is_large() -> None:
    grown = b + h + w
    for _ in range(4):
        grown *= grown
    assert grown.is_large
    assert Size.of(2**300).is_large
    assert not any(size.is_large for size in (b, Size.of(2**64), (b + h + w).power(3)))
    assert str((b + h + w).power(16)) == "(b+h+w)**16"


def test_sizes_are_keys() -> None:
    sizes = {left + right for left, right in product((b, h), (b, h))}
    assert len(sizes) == 3
