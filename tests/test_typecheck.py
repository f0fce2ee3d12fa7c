"""The plugin reports what the comments of the programs in typecheck expect, and nothing else."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.typecheck_expectations import Report, differences
from tests.typecheck_matrix import EDITS
from tests.typecheck_mypy import (
    ALL_FOLDERS,
    PROGRAMS,
    RULE_CODES,
    SHAPE_CODES,
    check,
    expected,
    write_config,
)

_SECTION = re.compile(r"^# (\d+): \S", re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the programs, with a configuration of mypy beside them."""
    copy = tmp_path_factory.mktemp("typecheck")
    for name in ALL_FOLDERS:
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


def test_what_changes_in_one_module_changes_reports_elsewhere(
    folder: Path, reports: list[Report], mypy_cache: Path
) -> None:
    wanted = expected(folder)
    for edit in EDITS.values():
        edit.apply(folder)
        wanted = edit.expected(wanted, folder)
    try:
        edited = check(folder, mypy_cache)
    finally:
        for edit in EDITS.values():
            edit.undo(folder)
    assert edited != reports
    found = differences(wanted, edited)
    assert not found, told(found)
    assert check(folder, mypy_cache) == reports


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_changes_what_is_expected(name: str, folder: Path) -> None:
    edit, wanted = EDITS[name], expected(folder)
    kept = {*edit.expected(wanted, folder)}
    gone = [one for one in wanted if one not in kept]
    assert len(gone) >= len(edit.gone)
    assert edit.gone or edit.come


def test_programs_are_many() -> None:
    codes = Counter(one.code for one in expected(PROGRAMS))
    assert sum(codes[code] for code in RULE_CODES) >= 120
    assert codes["datarax-config"] >= 90
    assert codes["datarax-operator"] >= 30
    assert sections(PROGRAMS / "pass") >= 60
    assert sum(codes[code] for code in SHAPE_CODES) >= 170
    assert min(codes[code] for code in SHAPE_CODES) >= 10
    assert sections(PROGRAMS / "shapes/pass") >= 170


def sections(folder: Path) -> int:
    """Return how many titled sections the programs of a folder have, which they number."""
    found = [_SECTION.findall(path.read_text()) for path in folder.rglob("*.py")]
    for numbers in found:
        assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
    return sum(map(len, found))


def test_programs_that_type_check_expect_nothing() -> None:
    passing = ("pass/", "shapes/pass/")
    assert [one for one in expected(PROGRAMS) if one.file.startswith(passing)] == []
