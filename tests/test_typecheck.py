"""The plugin reports what the comments of the programs in typecheck expect, and nothing else."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.typecheck_edits import EDITS
from tests.typecheck_expectations import Report, differences
from tests.typecheck_mypy import FOLDERS, PLUGIN_CODES, PROGRAMS, check, expected, write_config

_SECTION = re.compile(r"^# (\d+): \S", re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the programs, with a configuration of mypy beside them."""
    copy = tmp_path_factory.mktemp("typecheck")
    for name in FOLDERS:
        shutil.copytree(PROGRAMS / name, copy / name)
    write_config(copy)
    return copy


@pytest.fixture(scope="module")
def reports(folder: Path, mypy_cache: Path) -> list[Report]:
    return check(folder, mypy_cache)


def told(found: list[str]) -> str:
    return "\n".join(["", *found])


def test_reports_are_exactly_the_expected_ones(folder: Path, reports: list[Report]) -> None:
    found = differences(expected(folder), reports)
    assert not found, told(found)


def test_a_second_run_reports_the_same(
    folder: Path, reports: list[Report], mypy_cache: Path
) -> None:
    assert check(folder, mypy_cache) == reports


def test_a_rule_that_changes_changes_reports_elsewhere(
    folder: Path, reports: list[Report], mypy_cache: Path
) -> None:
    edit, wanted = EDITS["a rule"], expected(folder)
    edit.apply(folder)
    try:
        edited = check(folder, mypy_cache)
    finally:
        edit.undo(folder)
    assert edited != reports
    found = differences(edit.expected(wanted, folder), edited)
    assert not found, told(found)
    assert check(folder, mypy_cache) == reports


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_changes_what_is_expected(name: str, folder: Path) -> None:
    edit, wanted = EDITS[name], expected(folder)
    gone = [one for one in wanted if one not in edit.expected(wanted, folder)]
    assert len(gone) >= len(edit.gone)
    assert edit.gone or edit.come


def test_programs_are_many() -> None:
    codes = Counter(one.code for one in expected(PROGRAMS))
    assert sum(codes[code] for code in PLUGIN_CODES) >= 120
    assert codes["datarax-config"] >= 90
    assert codes["datarax-operator"] >= 30
    sections = [_SECTION.findall(path.read_text()) for path in (PROGRAMS / "pass").rglob("*.py")]
    assert sum(map(len, sections)) >= 60
    for numbers in sections:
        assert numbers == [str(number) for number in range(1, len(numbers) + 1)]


def test_programs_that_type_check_expect_nothing() -> None:
    assert [one for one in expected(PROGRAMS) if one.file.startswith("pass/")] == []
