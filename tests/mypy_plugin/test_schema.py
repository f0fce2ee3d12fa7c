"""What a config of some values breaks: its constraints, its rules, in any arm of a conditional."""

import pytest

from datarax_typed.core.rules import (
    Rule,
    Unknown,
    at_most,
    distinct,
    excludes,
    exclusive,
    increasing,
    less,
    requires,
    same_length,
)
from datarax_typed.mypy_plugin.schema import Schema, findings
from datarax_typed.mypy_plugin.spec import Spec
from datarax_typed.mypy_plugin.text import Alternatives

POSITIVE = Spec("int", (("Gt", [0], {}),))
PAIR = exclusive("size", "scale")


def texts(rule: Rule | None = None, /, **values: Alternatives) -> list[str]:
    schema = Schema({"size": POSITIVE}, rules=() if rule is None else (rule,))
    return [str(finding) for finding in findings(schema, values)]


def test_constraints_of_each_arm() -> None:
    assert texts(size=(1, 0, -1)) == [
        "size: expected a number > 0, got 0 (rule: Gt(gt=0))",
        "size: expected a number > 0, got -1 (rule: Gt(gt=0))",
    ]


@pytest.mark.parametrize(
    ("rule", "values", "text"),
    [
        (
            PAIR,
            {"size": 1, "scale": 2.0},
            (
                "size and scale: expected at most one of them, got both; leave out size or scale "
                "(rule: exclusive('size', 'scale'))"
            ),
        ),
        (
            requires("crop", "scale"),
            {"crop": True, "scale": None},
            (
                "scale: expected a value, since crop=True, got None; give scale, or leave out crop "
                "(rule: requires('crop', 'scale'))"
            ),
        ),
        (
            increasing("range"),
            {"range": (1, 1)},
            (
                "range: expected strictly increasing numbers, got (1, 1); put the smaller number "
                "first (rule: increasing('range'))"
            ),
        ),
        (
            distinct("names"),
            {"names": ["a", "b", "a"]},
            (
                "names: expected no value twice, got ['a', 'b', 'a']; keep 'a' only once "
                "(rule: distinct('names'))"
            ),
        ),
        (
            excludes("names", "main"),
            {"names": ["a"], "main": "a"},
            (
                "names: expected no item equal to main, got ['a']; remove 'a' from names "
                "(rule: excludes('names', 'main'))"
            ),
        ),
        (
            same_length("mean", "std"),
            {"mean": (0.5, Unknown()), "std": (0.5,)},
            (
                "mean and std: expected one length, got 2 and 1; give as many items in std as in "
                "mean (rule: same_length('mean', 'std'))"
            ),
        ),
        (
            less("low", "high"),
            {"low": 1, "high": 1},
            (
                "low: expected a number < high=1, got 1; give a smaller low, or a larger high "
                "(rule: less('low', 'high'))"
            ),
        ),
        (
            at_most("low", "high"),
            {"low": 2, "high": 1},
            (
                "low: expected a number <= high=1, got 2; give a smaller low, or a larger high "
                "(rule: at_most('low', 'high'))"
            ),
        ),
    ],
)
def test_rules(rule: Rule, values: dict[str, object], text: str) -> None:
    assert texts(rule, **{name: (value,) for name, value in values.items()}) == [text]


def test_an_arm_breaks_a_rule_whatever_the_other_fields_are() -> None:
    assert len(texts(PAIR, size=(1,), scale=(None, 2.0))) == 1
    assert len(texts(PAIR, size=(1, 2), scale=(2.0,))) == 1


def test_arms_that_may_not_meet_break_nothing() -> None:
    assert texts(exclusive("a", "b"), a=(1, None), b=(None, 2.0)) == []


@pytest.mark.parametrize(
    "values",
    [
        {"size": (1,)},
        {"size": (1,), "scale": (Unknown(),)},
        {"size": (1,), "scale": (None,)},
        {"size": (Unknown(),), "scale": (2.0,)},
    ],
)
def test_what_is_not_known_breaks_no_rule(values: dict[str, Alternatives]) -> None:
    assert texts(PAIR, **values) == []


def test_a_rule_over_a_refused_value_is_not_repeated() -> None:
    assert texts(PAIR, size=(0,), scale=(2.0,)) == [
        "size: expected a number > 0, got 0 (rule: Gt(gt=0))"
    ]


@pytest.mark.parametrize(
    ("stats", "text"),
    [
        ({"mean": "0.5"}, "[\"mean\"]: expected an array, a number or a dict of them, got '0.5'"),
        ({"a": {"b": None}}, '["a"]["b"]: expected an array, a number or a dict of them, got None'),
        (
            {"a": [[1], [1, 2]]},
            '["a"]: expected an array, a number or a dict of them, got list of 2',
        ),
        ({1: 0.5}, ""),
    ],
)
def test_statistics_are_numbers(stats: object, text: str) -> None:
    shown = (
        f"precomputed_stats{text}" if text else "key 1 of precomputed_stats: expected str, got 1"
    )
    assert texts(precomputed_stats=(stats,)) == [shown]


@pytest.mark.parametrize(
    "stats",
    [
        None,
        {},
        {"a": 1},
        {"a": [[1, 2], [3, 4]], "b": {"c": ()}},
        {"a": Unknown()},
        {"a": [Unknown()]},
    ],
)
def test_statistics_that_are_fine_or_not_known(stats: object) -> None:
    assert texts(precomputed_stats=(stats,)) == []
