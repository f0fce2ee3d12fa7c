"""What is known where one of several values is in force."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datarax_typed.mypy_plugin.shapes.joined import anonymous, joined
from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    ArrayValue,
    Constant,
    Items,
    Number,
    Record,
    Several,
    Size,
    Value,
)

FLOAT = frozenset({"float32"})
INT = frozenset({"int32"})
TWO, THREE, B = Size.of(2), Size.of(3), Size.named("b", "f")
WHOLE = Number("int")

AXES = st.sampled_from([TWO, THREE, B, None])
ARRAYS = st.builds(
    ArrayValue,
    st.sampled_from([FLOAT, INT]),
    st.lists(st.one_of(AXES, st.just(Several("x", "f"))), max_size=3).map(tuple),
)
VALUES: st.SearchStrategy[Value] = st.recursive(
    st.one_of(st.just(NOTHING), AXES.filter(bool), ARRAYS, st.builds(Constant, st.booleans())),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2).map(lambda items: Items(tuple(items))),
        st.dictionaries(st.sampled_from("ab"), inner).map(Record),
    ),
    max_leaves=4,
)


@pytest.mark.parametrize(
    ("left", "right", "found"),
    [
        (
            ArrayValue(FLOAT, (TWO, B)),
            ArrayValue(INT, (THREE, B)),
            ArrayValue(FLOAT | INT, (None, B)),
        ),
        (ArrayValue(FLOAT, (TWO,)), ArrayValue(FLOAT, ()), ArrayValue(FLOAT, (Several(),))),
        (TWO, THREE, WHOLE),
        (WHOLE, B, WHOLE),
        (Number("float"), TWO, NOTHING),
        (Items((TWO, B)), Items((TWO, TWO)), Items((TWO, WHOLE))),
        (Items((TWO,)), Items(()), NOTHING),
        (Constant(None), ArrayValue(FLOAT, ()), NOTHING),
    ],
)
def test_what_two_have_in_common(left: Value, right: Value, found: Value) -> None:
    assert joined([left, right]) == found


def test_of_two_dicts_the_common_fields_are_known() -> None:
    found = joined([Record({"a": TWO, "b": B}), Record({"a": TWO, "c": B})])
    assert isinstance(found, Record)
    assert (dict(found.fields), found.is_whole) == ({"a": TWO}, False)


@given(VALUES, VALUES)
def test_the_order_does_not_matter_and_once_is_enough(left: Value, right: Value) -> None:
    found = joined([left, right])
    assert joined([right, left]) == found
    assert joined([found, found]) == found
    assert joined([left]) == left


def test_of_no_value_nothing_is_known() -> None:
    assert joined([]) == NOTHING


def test_without_names_numbers_are_left() -> None:
    known = Items((ArrayValue(FLOAT, (TWO, B, Several("x", "f"))), B, TWO))
    assert anonymous(known) == Items((ArrayValue(FLOAT, (TWO, None, Several())), WHOLE, TWO))
