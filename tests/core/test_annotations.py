"""Annotations, resolved as the body of their class would."""

import pytest

from datarax_typed.core.annotations import names_in, resolved, unreadable


class Outer:
    """Has a nested class, and an attribute with the name of a global."""

    class Inner:
        """Nested."""

    number = 3


def test_texts_are_resolved() -> None:
    assert resolved("list[number]", {"number": int}) == list[int]
    assert resolved(None, {}) is type(None)
    assert resolved(int, {}) is int


def test_a_class_knows_its_own_names() -> None:
    assert resolved("Outer | Inner", {}, Outer) == Outer | Outer.Inner
    with pytest.raises(NameError):
        resolved("Inner", {})


def test_a_global_type_is_not_hidden_by_an_attribute() -> None:
    assert resolved("number", {"number": int}, Outer) is int
    assert "number" not in names_in(Outer, {"number": int})


def test_the_mend_fits_the_error() -> None:
    assert str(unreadable("x", "Missing", NameError("name 'Missing' is not defined"))) == (
        "x: expected an annotation that can be resolved when the class is made, got Missing "
        "(name 'Missing' is not defined); define its names at module level, above the class and "
        "not under TYPE_CHECKING"
    )
    assert str(unreadable("x", list[int], TypeError("no"))).endswith("list[int] (no); write a type")
