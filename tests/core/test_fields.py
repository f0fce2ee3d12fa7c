"""Fields of elements: read, written and missed by name, nested ones by dots."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datarax_typed.core.fields import field_names, field_path, get_field, has_field, set_field
from datarax_typed.errors import FieldError
from datarax_typed.protocols import PyTree

NESTED = {"image": {"left": 1, "right": {"raw": 2}}, "caption": 3}


def test_names_are_dotted_and_leave_out_dictionaries() -> None:
    assert list(field_names(NESTED)) == ["image.left", "image.right.raw", "caption"]
    assert list(field_names([1, 2])) == []


@pytest.mark.parametrize(
    ("field", "value"), [("caption", 3), ("image.left", 1), ("image.right.raw", 2)]
)
def test_a_field_is_found_by_its_name(field: str, value: int) -> None:
    assert get_field(NESTED, field, "asker") == value
    assert has_field(NESTED, field)


def test_a_dictionary_of_fields_is_a_field_too() -> None:
    assert get_field(NESTED, "image.right", "asker") == {"raw": 2}


@pytest.mark.parametrize(
    "data",
    [
        {"a.b.c": 1},
        {"a.b": {"c": 1}},
        {"a": {"b.c": 1}},
        {"a": {"b": {"c": 1}}},
        {"a": 0, "a.b": {"c": 1}},
        {"a": {"b": 0}, "a.b": {"c": 1}},
    ],
)
def test_a_key_may_contain_dots(data: PyTree) -> None:
    assert get_field(data, "a.b.c", "asker") == 1
    written = set_field(data, "a.b.c", 2)
    assert get_field(written, "a.b.c", "asker") == 2
    assert set(field_names(written)) == set(field_names(data))


def test_the_whole_key_comes_before_its_parts() -> None:
    data = {"a.b": 1, "a": {"b": 2}}
    assert get_field(data, "a.b", "asker") == 1
    assert set_field(data, "a.b", 3) == {"a.b": 3, "a": {"b": 2}}


def test_a_missing_field_names_the_asker_what_there_is_and_the_nearest() -> None:
    with pytest.raises(FieldError) as caught:
        get_field(NESTED, "image.lift", "Flip 'f' at stages[1]")
    assert str(caught.value) == (
        "Flip 'f' at stages[1]: expected a field 'image.lift', got none of that name; "
        "available: 'image.left', 'image.right.raw', 'caption'; did you mean 'image.left'?"
    )
    assert isinstance(caught.value, KeyError)


def test_nothing_is_suggested_where_nothing_looks_alike() -> None:
    with pytest.raises(FieldError) as caught:
        get_field({"x": 1}, "waveform", "Gain")
    assert str(caught.value) == (
        "Gain: expected a field 'waveform', got none of that name; available: 'x'"
    )


def test_data_without_names_is_refused_in_reading_and_writing() -> None:
    message = (
        "Gain: expected data with a field 'x', got a list; "
        "give the element's data as a dict of named fields"
    )
    with pytest.raises(FieldError) as caught:
        get_field([1], "x", "Gain")
    assert str(caught.value) == message
    with pytest.raises(FieldError) as caught:
        set_field([1], "x", 2, "Gain")
    assert str(caught.value) == message


def test_a_value_is_not_a_place_for_fields() -> None:
    with pytest.raises(FieldError) as caught:
        set_field({"a": 1.0}, "a.b", 2, "Gain")
    assert str(caught.value) == (
        "Gain: expected data with a field 'b', got a float; "
        "give the element's data as a dict of named fields"
    )


def test_writing_makes_dictionaries_on_the_way_and_leaves_the_data_alone() -> None:
    data = {"a": {"b": 1}}
    assert set_field(data, "a.c.d", 2) == {"a": {"b": 1, "c": {"d": 2}}}
    assert data == {"a": {"b": 1}}


def test_a_path_is_the_keys_one_after_the_other() -> None:
    data = {"a": {"b.c": 1}, "a.b": 2}
    assert field_path(data, "a.b.c", "asker") == ("a", "b.c")
    assert field_path(data, "a.b", "asker") == ("a.b",)
    with pytest.raises(FieldError, match=r"^asker: expected a field 'a.x'"):
        field_path(data, "a.x", "asker")


def test_none_is_a_value() -> None:
    assert has_field({"a": None}, "a")
    assert get_field({"a": None}, "a", "asker") is None


_KEYS = st.text("ab.", min_size=1, max_size=4)
_DATA = st.recursive(st.integers(), lambda inner: st.dictionaries(_KEYS, inner, max_size=3))


@given(st.dictionaries(_KEYS, _DATA, max_size=3))
def test_every_field_that_is_listed_is_found_and_can_be_written(data: dict[str, PyTree]) -> None:
    for name in field_names(data):
        assert has_field(data, name)
        written = set_field(data, name, "new")
        assert get_field(written, name, "asker") == "new"


@given(st.dictionaries(_KEYS, _DATA, max_size=3), _KEYS)
def test_what_is_written_is_read_back(data: dict[str, PyTree], field: str) -> None:
    try:
        written = set_field(data, field, "new")
    except FieldError:
        return
    assert get_field(written, field, "asker") == "new"
