"""Expectations in comments are read, and every difference from them is told."""

import json
from pathlib import Path

import pytest

from tests.typecheck_expectations import (
    Expectation,
    Report,
    all_expectations,
    differences,
    expectations,
    mypy_reports,
)

PROGRAM = '''"""Not one: # E: code: part."""
first = 1  # E: datarax-config: strength: expected a number > 0
second = 2  # type: ignore[misc]  # a reason  # E@12: arg-type: Argument 1 ;; no-any: it's: one
third = 3  # E: a-b: one ;; @4: a-b: two
fourth = "# E: code: part"
'''

WANTED = [Expectation("a.py", 2, "arg-type", "Argument 1"), Expectation("a.py", 3, "misc", "x", 5)]
GIVEN = [
    Report("a.py", 2, 1, "arg-type", 'Argument 1 to "f"'),
    Report("a.py", 3, 5, "misc", "a x here"),
]


def write(folder: Path, text: str) -> Path:
    path = folder / "inner" / "a.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_comments_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, PROGRAM)
    wanted = [
        Expectation("inner/a.py", 2, "datarax-config", "strength: expected a number > 0"),
        Expectation("inner/a.py", 3, "arg-type", "Argument 1", 12),
        Expectation("inner/a.py", 3, "no-any", "it's: one"),
        Expectation("inner/a.py", 4, "a-b", "one"),
        Expectation("inner/a.py", 4, "a-b", "two", 4),
    ]
    assert expectations(path, tmp_path) == wanted
    assert all_expectations([tmp_path], tmp_path) == wanted


def test_a_comment_that_is_no_expectation_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "one = 1  # E: no code here\n")
    with pytest.raises(ValueError, match="expected") as caught:
        expectations(path, tmp_path)
    assert str(caught.value) == (
        "inner/a.py:1: expected 'code: part of the message', got ': no code here'"
    )


def test_errors_are_read_and_notes_are_not() -> None:
    error = {"file": "a.py", "line": 2, "column": 4, "message": "m", "code": "c", "hint": None}
    lines = [json.dumps({**error, "severity": severity}) for severity in ("note", "error")]
    assert mypy_reports("\n".join(lines)) == [Report("a.py", 2, 5, "c", "m")]


def test_a_crash_is_no_report() -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        mypy_reports("Traceback (most recent call last):")
    assert str(caught.value) == (
        "expected reports of mypy, got:\nTraceback (most recent call last):"
    )


def test_what_was_expected_makes_no_difference() -> None:
    assert differences(WANTED, GIVEN) == []
    assert differences([], []) == []


def test_a_missing_report() -> None:
    assert differences(WANTED, GIVEN[1:]) == ["missing report: a.py:2: arg-type: Argument 1"]


def test_a_report_too_many() -> None:
    extra = Report("b.py", 1, 1, "misc", "m")
    assert differences(WANTED, [*GIVEN, extra]) == ["report too many: b.py:1:1: misc: m"]
    assert differences(WANTED, [*GIVEN, GIVEN[0]]) == [
        'report too many: a.py:2:1: arg-type: Argument 1 to "f"'
    ]


@pytest.mark.parametrize(
    ("report", "shown"),
    [
        (Report("a.py", 3, 5, "misc", "a y here"), "a.py:3:5: misc: a y here"),
        (Report("a.py", 3, 6, "misc", "a x here"), "a.py:3:6: misc: a x here"),
    ],
    ids=["message", "column"],
)
def test_another_message_or_column(report: Report, shown: str) -> None:
    assert differences(WANTED, [GIVEN[0], report]) == [
        f"another report: a.py:3:5: misc: x\n           got: {shown}"
    ]


def test_another_code_or_line_is_missing_here_and_too_many_there() -> None:
    for file, line, code in [("a.py", 4, "misc"), ("a.py", 3, "attr"), ("b.py", 3, "misc")]:
        moved = Report(file, line, 5, code, "a x here")
        assert sorted(differences(WANTED, [GIVEN[0], moved])) == [
            "missing report: a.py:3:5: misc: x",
            f"report too many: {moved}",
        ]


def test_the_longer_part_chooses_first() -> None:
    wanted = [Expectation("a.py", 1, "c", "x"), Expectation("a.py", 1, "c", "x and y")]
    given = [Report("a.py", 1, 1, "c", "x and y"), Report("a.py", 1, 1, "c", "x alone")]
    assert differences(wanted, given) == []


def test_of_some_codes_only_the_line_may_count() -> None:
    other = [Report("a.py", 2, 9, "call-arg", "in other words"), GIVEN[1]]
    assert differences(WANTED, other, exact=lambda code: code == "misc") == []
    assert len(differences(WANTED, other, exact=lambda code: code != "misc")) == 2
    assert len(differences(WANTED, other[1:], exact=lambda code: code == "misc")) == 1
