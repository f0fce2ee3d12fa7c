"""What is known survives as text, types of values included."""

import math

import pytest

from datarax_typed.core.rules import Unknown
from datarax_typed.mypy_plugin.text import Member, from_text, to_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (1, "1"),
        (1.0, "1.0"),
        (math.inf, "Infinity"),
        ("a\ud800", '"a\\ud800"'),
        ([1, [2]], "[1, [2]]"),
        ((1, (2,)), '{"tuple": [1, {"tuple": [2]}]}'),
        ({3, 1}, '{"set": [1, 3]}'),
        (frozenset({"a"}), '{"frozenset": ["a"]}'),
        ({("a", 1): {}}, '{"dict": [[{"tuple": ["a", 1]}, {"dict": []}]]}'),
        (b"\x00\xff", '{"bytes": "00ff"}'),
        (1 - 2j, '{"complex": [1.0, -2.0]}'),
        (Member("Mode.FAST"), '{"member": "Mode.FAST"}'),
    ],
)
def test_values_become_text_and_values_again(value: object, text: str) -> None:
    assert to_text(value) == text
    assert repr(from_text(text)) == repr(value)


def test_what_is_not_known_stays_so() -> None:
    text = to_text([Unknown(may_be_none=False)])
    assert text == '[{"unknown": [false, true]}]'
    (again,) = from_text(text)
    assert isinstance(again, Unknown)
    assert (again.may_be_none, again.may_be_false) == (False, True)


def test_what_has_no_text_is_refused() -> None:
    with pytest.raises(TypeError, match=r"^no text for type$"):
        to_text([int])
