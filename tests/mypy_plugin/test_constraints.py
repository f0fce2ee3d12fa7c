"""Constraints as data say what a value should be, and how they are written."""

import pytest

from datarax_typed.mypy_plugin.constraints import (
    Constraint,
    alias_constraints,
    broken_by,
    is_constructor,
    is_predicate,
)


@pytest.mark.parametrize(
    ("constraint", "value", "expected", "rule"),
    [
        (("Gt", [0], {}), 0, "a number > 0", "Gt(gt=0)"),
        (("Gt", [], {"gt": 0}), float("nan"), "a number > 0", "Gt(gt=0)"),
        (("Lt", [1.5], {}), 1.5, "a number < 1.5", "Lt(lt=1.5)"),
        (("MultipleOf", [4], {}), 6, "a multiple of 4", "MultipleOf(multiple_of=4)"),
        (("Interval", [], {"ge": 0, "lt": 2}), 2, "a number < 2", "Interval(ge=0, lt=2)"),
        (("MinLen", [1], {}), "", "a length of at least 1", "MinLen(min_length=1)"),
        (("Len", [1, 2], {}), "abc", "a length of at most 2", "Len(min_length=1, max_length=2)"),
        (("alias", ["LowerCase"], {}), "A", "a value for which islower holds", ""),
        (
            ("Predicate", ["math.isfinite"], {}),
            float("inf"),
            "a value for which isfinite holds",
            "Predicate(math.isfinite)",
        ),
    ],
)
def test_a_broken_constraint_says_what_it_expects(
    constraint: Constraint, value: object, expected: str, rule: str
) -> None:
    ((found, written),) = broken_by(constraint, value)
    assert found == expected
    assert written == rule or not rule


@pytest.mark.parametrize(
    ("constraint", "value"),
    [
        (("Gt", [0], {}), 1),
        (("Interval", [], {}), "anything"),
        (("Len", [1, 2], {}), "ab"),
        (("Predicate", ["builtins.str.islower"], {}), 3),
        (("alias", ["IsFinite"], {}), 1.0),
        (("Gt", [1, 2, 3], {}), 0),
    ],
)
def test_nothing_is_said_of_what_holds_or_has_no_meaning(
    constraint: Constraint, value: object
) -> None:
    assert list(broken_by(constraint, value)) == []


def test_names_of_constraints() -> None:
    assert is_constructor("annotated_types.Interval")
    assert not is_constructor("annotated_types.Unit")
    assert not is_constructor("elsewhere.Gt")
    assert is_predicate("builtins.str.isidentifier")
    assert not is_predicate("builtins.open")
    assert alias_constraints("annotated_types.IsFinite") == [("alias", ["IsFinite"], {})]
    assert alias_constraints("annotated_types.Gt") == []
    assert alias_constraints("elsewhere.IsFinite") == []
