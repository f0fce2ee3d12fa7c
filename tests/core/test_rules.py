"""Rules and constraints, without any config."""

import datetime as dt
import math
import subprocess
import sys
from fractions import Fraction

import annotated_types as at
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datarax_typed.core.rules import (
    Rule,
    Unknown,
    at_most,
    describe_plain,
    distinct,
    excludes,
    exclusive,
    expectation,
    increasing,
    item_path,
    less,
    requires,
    same_length,
    statistics_problems,
    unknown_fields,
)

NUMBERS = st.floats(allow_nan=False)


def lines(rule: Rule, **values: object) -> list[str]:
    return [str(problem) for problem in rule.problems(values)]


def test_exclusive_admits_one_value() -> None:
    rule = exclusive("a", "b", "c")
    assert lines(rule, a=None, b=None, c=None) == []
    assert lines(rule, a=None, b=0, c=None) == []
    assert lines(rule, a=1, b=2, c=None) == [
        "a and b: expected at most one of them, got both; leave out a or b"
    ]
    assert lines(rule, a=1, b=2, c=False) == [
        "a and b and c: expected at most one of them, got all of them; leave out a or b or c"
    ]


@pytest.mark.parametrize("unset", [None, False])
def test_requires_nothing_of_what_is_not_set(unset: bool | None) -> None:
    assert lines(requires("a", "b"), a=unset, b=None) == []


@pytest.mark.parametrize("value", [True, 0, 0.0, "", [], "x"])
def test_requires_takes_every_other_value_for_set(value: object) -> None:
    assert lines(requires("a", "b"), a=value, b="") == []
    assert lines(requires("a", "b"), a=value, b=None) == [
        f"b: expected a value, since a={value!r}, got None; give b, or leave out a"
    ]


@given(st.lists(NUMBERS, max_size=4))
def test_increasing_means_sorted_and_different(numbers: list[float]) -> None:
    found = lines(increasing("a"), a=tuple(numbers))
    assert (found == []) == (sorted(set(numbers)) == numbers)


@given(st.lists(st.floats(), max_size=3), st.integers(0, 3))
def test_nan_never_increases(numbers: list[float], at: int) -> None:
    numbers.insert(at, math.nan)
    assert lines(increasing("a"), a=numbers) == [
        f"a: expected strictly increasing numbers, got {numbers!r}; replace the NaN"
    ]


def test_increasing_says_what_to_do() -> None:
    assert lines(increasing("a"), a=None) == []
    assert lines(increasing("a"), a=(1, 1)) == [
        "a: expected strictly increasing numbers, got (1, 1); put the smaller number first"
    ]
    assert lines(increasing("a"), a=(1, "2")) != []


@given(st.lists(st.integers(0, 5)))
def test_distinct_means_without_duplicates(items: list[int]) -> None:
    assert (lines(distinct("a"), a=items) == []) == (len(set(items)) == len(items))


def test_distinct_means_the_values_of_a_dict() -> None:
    assert lines(distinct("a"), a={"x": "y", "y": "x", "z": ANYTHING}) == []
    assert lines(distinct("a"), a={"x": "z", "y": "z"}) == [
        "a: expected no value twice, got {'x': 'z', 'y': 'z'}; keep 'z' only once"
    ]


def test_distinct_names_the_duplicates() -> None:
    assert lines(distinct("a"), a=None) == []
    assert lines(distinct("a"), a=["x", "y", "x", "y", "z"]) == [
        "a: expected no value twice, got ['x', 'y', 'x', 'y', 'z']; keep 'x', 'y' only once"
    ]


def test_excludes_names_the_intruder() -> None:
    assert lines(excludes("a", "b"), a=None, b="x") == []
    assert lines(excludes("a", "b"), a=["y"], b="x") == []
    assert lines(excludes("a", "b"), a=["y", "x"], b="x") == [
        "a: expected no item equal to b, got ['y', 'x']; remove 'x' from a"
    ]


def test_excludes_takes_a_value_and_a_list_on_either_side() -> None:
    assert lines(excludes("a", "b"), a=None, b=None) == []
    assert lines(excludes("a", "b"), a=["x"], b=["y"]) == []
    assert lines(excludes("a", "b"), a="x", b="y") == []
    assert lines(excludes("a", "b"), a="x", b="x") == [
        "a: expected another value than b, got 'x'; give another value"
    ]
    assert lines(excludes("a", "b"), a=["y", "x"], b=["z", "x"]) == [
        "a: expected no item of b, got ['y', 'x']; remove 'x' from a"
    ]
    assert lines(excludes("a", "b"), a="x", b=["z", "x"]) == [
        "a: expected no item of b, got 'x'; give another value"
    ]


def test_same_length_counts_items() -> None:
    rule = same_length("a", "b")
    assert lines(rule, a=(1, 2), b=[3, ANYTHING]) == []
    assert lines(rule, a=None, b=(1,)) == []
    assert lines(rule, a=(1,), b=None) == []
    assert lines(rule, a=np.float32(1), b=np.zeros(())) == []
    assert lines(rule, a=(1, 2, 3), b=[ANYTHING]) == [
        "a and b: expected one length, got 3 and 1; give as many items in b as in a"
    ]


@given(st.floats(), st.floats())
def test_numbers_are_in_order(a: float, b: float) -> None:
    assert (lines(less("a", "b"), a=a, b=b) == []) == (a < b)
    assert (lines(at_most("a", "b"), a=a, b=b) == []) == (a <= b)


@pytest.mark.parametrize(("rule", "symbol"), [(less("a", "b"), "<"), (at_most("a", "b"), "<=")])
def test_order_says_what_to_do(rule: Rule, symbol: str) -> None:
    assert lines(rule, a=None, b=1) == lines(rule, a=math.nan, b=None) == []
    assert lines(rule, a=2, b=1) == [
        f"a: expected a number {symbol} b=1, got 2; give a smaller a, or a larger b"
    ]
    assert lines(rule, a=0, b=math.nan) == [
        f"a: expected a number {symbol} b=nan, got 0; replace the NaN"
    ]
    assert lines(rule, a="2", b=1) != []


@pytest.mark.parametrize(
    "rule",
    [
        *(exclusive("a", "b"), requires("a", "b"), excludes("a", "b")),
        *(same_length("a", "b"), less("a", "b"), at_most("a", "b")),
    ],
    ids=lambda r: r.kind,
)
def test_a_rule_is_silent_where_a_value_is_not_known(rule: Rule) -> None:
    assert lines(rule, a=[1]) == []


def test_rules_are_data() -> None:
    assert exclusive("a", "b") == Rule("exclusive", ("a", "b"))
    assert len({requires("a", "b"), requires("a", "b"), requires("b", "a")}) == 2


@pytest.mark.parametrize(
    ("constraint", "good", "bad", "expected"),
    [
        (at.Gt(0), 0.5, 0, "a number > 0"),
        (at.Ge(0), 0, -1, "a number >= 0"),
        (at.Lt(1), 0, 1, "a number < 1"),
        (at.Le(1), 1, 1.5, "a number <= 1"),
        (at.Gt(0), 10**400, -(10**400), "a number > 0"),
        (at.Ge(0), 0.0, math.nan, "a number >= 0"),
        (at.Interval(gt=0, le=1), 1, 2, "a number <= 1"),
        (at.Interval(gt=0, lt=1), 0.5, 0, "a number > 0"),
        (at.MinLen(2), "ab", "a", "a length of at least 2"),
        (at.MaxLen(2), [1, 2], [1, 2, 3], "a length of at most 2"),
        (at.Len(1, 2), (1,), (), "a length of at least 1"),
        (at.Len(1, 2), (1,), (1, 2, 3), "a length of at most 2"),
        (at.MultipleOf(3), 6, 7, "a multiple of 3"),
        (at.MultipleOf(Fraction(1, 2)), Fraction(3, 2), Fraction(1, 3), None),
        (at.Predicate(str.islower), "a", "A", "a value for which islower holds"),
    ],
)
def test_constraints(constraint: object, good: object, bad: object, expected: str | None) -> None:
    assert expectation(constraint, good) is None
    found = expectation(constraint, bad)
    assert found == (expected or "a multiple of Fraction(1, 2)")


def test_constraints_compare_what_can_be_compared() -> None:
    day = dt.date(2020, 1, 2)
    assert expectation(at.Gt(dt.date(2020, 1, 1)), day) is None
    assert expectation(at.Lt("b"), "a") is None
    assert expectation(at.Gt(1), "a") == "a number > 1"
    assert expectation(at.MinLen(1), 3) == "a length of at least 1"
    assert expectation(at.MultipleOf(2), "a") == "a multiple of 2"


def test_metadata_of_others_is_no_constraint() -> None:
    assert expectation("centimetres", 3) is None


def test_rules_import_nothing_heavy() -> None:
    heavy = "{'jax', 'numpy', 'flax', 'beartype', 'jaxtyping'}"
    code = f"import sys, datarax_typed.core.rules; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_paths_are_code() -> None:
    assert item_path("x", "a") == 'x["a"]'
    assert item_path("x", 1) == "x[1]"
    assert item_path("x", (1, None)) == "x[(1, None)]"


def test_a_rule_is_shown_as_it_is_written() -> None:
    assert str(exclusive("a", "b")) == "exclusive('a', 'b')"


ANYTHING, SOMETHING = Unknown(), Unknown(may_be_none=False)
AN_OBJECT = Unknown(may_be_none=False, may_be_false=False)
UNKNOWN = [ANYTHING, SOMETHING, AN_OBJECT]


def test_what_is_not_known_breaks_no_rule() -> None:
    for unknown in UNKNOWN:
        assert lines(increasing("a"), a=unknown) == []
        assert lines(distinct("a"), a=unknown) == []
        assert lines(excludes("a", "b"), a=unknown, b="x") == []
        assert lines(requires("a", "b"), a=True, b=unknown) == []
        assert lines(exclusive("a", "b"), a=unknown, b=None) == []
        assert lines(same_length("a", "b"), a=unknown, b=(1,)) == []
        assert lines(less("a", "b"), a=unknown, b=1) == []
        assert lines(at_most("a", "b"), a=1, b=unknown) == []
        assert expectation(at.Gt(0), unknown) is None
        assert expectation(at.Len(3, 4), unknown) is None


def test_a_value_that_is_certainly_not_none_excludes_others() -> None:
    expected = ["a and b: expected at most one of them, got both; leave out a or b"]
    assert lines(exclusive("a", "b"), a=ANYTHING, b=1) == []
    assert lines(exclusive("a", "b"), a=SOMETHING, b=1) == expected
    assert lines(exclusive("a", "b"), a=AN_OBJECT, b=SOMETHING) == expected


def test_a_value_that_is_certainly_set_requires_another() -> None:
    assert lines(requires("a", "b"), a=ANYTHING, b=None) == []
    assert lines(requires("a", "b"), a=SOMETHING, b=None) == []
    assert lines(requires("a", "b"), a=AN_OBJECT, b=None) == [
        "b: expected a value, since a=..., got None; give b, or leave out a"
    ]


@given(st.lists(NUMBERS, max_size=5), st.data())
def test_with_a_number_hidden_a_rule_says_no_more_than_before(
    numbers: list[float], data: st.DataObject
) -> None:
    hidden = data.draw(st.lists(st.booleans(), min_size=len(numbers), max_size=len(numbers)))
    partly = [
        ANYTHING if unknown else number for number, unknown in zip(numbers, hidden, strict=True)
    ]
    for rule in (increasing("a"), distinct("a")):
        if lines(rule, a=partly):
            assert lines(rule, a=numbers)


def test_what_is_known_of_a_list_counts() -> None:
    assert lines(increasing("a"), a=(2.0, ANYTHING, 1.0)) == [
        "a: expected strictly increasing numbers, got (2.0, ..., 1.0); put the smaller number first"
    ]
    assert lines(distinct("a"), a=["x", ANYTHING, "x"]) == [
        "a: expected no value twice, got ['x', ..., 'x']; keep 'x' only once"
    ]
    assert lines(excludes("a", "b"), a=[ANYTHING, "x"], b="x") == [
        "a: expected no item equal to b, got [..., 'x']; remove 'x' from a"
    ]
    assert expectation(at.MinLen(3), [ANYTHING, ANYTHING]) == "a length of at least 3"


def test_rules_over_fields_that_do_not_exist() -> None:
    rules = (exclusive("size", "scale"), requires("sise", "other"))
    assert [str(problem) for problem in unknown_fields(rules, ["size", "scale"], "Crop")] == [
        "rules: requires: expected a field of Crop, got 'sise'; did you mean 'size'?",
        "rules: requires: expected a field of Crop, got 'other'; fields: 'scale', 'size'",
    ]


def test_statistics_whose_names_are_not_known() -> None:
    problems = statistics_problems(
        {ANYTHING: "x", 3: 1}, "stats", lambda value: isinstance(value, int), repr
    )
    assert [str(problem) for problem in problems] == [
        "key 3 of stats: expected str, got 3",
        "stats[...]: expected an array, a number or a dict of them, got 'x'",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        ("a", "'a'"),
        (1.5, "1.5"),
        ([1, 2], "list of 2"),
        ((), "tuple of 0"),
        ({}, "empty dict"),
        ({"a": 1, "b": 2}, "dict with keys 'a', 'b'"),
        ({1}, "set"),
        (Fraction(1, 2), "Fraction"),
    ],
)
def test_what_a_plain_value_is(value: object, text: str) -> None:
    assert describe_plain(value) == text
