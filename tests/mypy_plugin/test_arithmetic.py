"""Arithmetic gives what it gives at run time, or nothing."""

import pytest

from datarax_typed.mypy_plugin.arithmetic import CONSTANTS, combined, negated


@pytest.mark.parametrize(
    ("left", "symbol", "right", "result"),
    [
        (2, "+", 3, 5),
        (2, "-", 3, -1),
        (2, "*", 3.5, 7.0),
        (3, "/", 2, 1.5),
        (-3, "//", 2, -2),
        (-3, "%", 2, 1),
        (2, "**", -1, 0.5),
        ("a", "+", "b", "ab"),
        ([1], "+", [2], [1, 2]),
        ((1,), "*", 2, (1, 1)),
        ({"a": 1}, "|", {"a": 2}, {"a": 2}),
    ],
)
def test_operations(left: object, symbol: str, right: object, result: object) -> None:
    found = combined(symbol, left, right)
    assert found == result
    assert type(found) is type(result)


@pytest.mark.parametrize(
    ("left", "symbol", "right"),
    [
        (1, "/", 0),
        (1, "+", "a"),
        (1, "<<", 2),
        ("%9999999d", "%", 1),
        (10, "**", 10**10),
        (10.0**308, "**", 2),
        (2**60, "**", 64),
        ("a", "*", 10**9),
        ([0] * 101, "*", 100),
        (10**9, "*", [0, 0]),
    ],
)
def test_what_fails_or_grows_too_large_is_not_known(
    left: object, symbol: str, right: object
) -> None:
    assert combined(symbol, left, right) is None


def test_negation_is_of_numbers() -> None:
    assert negated(2) == -2
    assert negated(True) == -1
    assert negated(1j) == -1j
    assert negated("a") is None


def test_constants_are_those_of_the_standard_library() -> None:
    assert CONSTANTS["math.pi"] == 3.141592653589793
    assert sorted(CONSTANTS) == ["math.e", "math.inf", "math.nan", "math.pi", "math.tau"]
