"""A shape that changes in one module changes reports in another, with a warm cache."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shapes_edits import SHAPE_EDITS
from tests.typecheck_expectations import Expectation, all_expectations, differences, mypy_reports
from tests.typecheck_mypy import PROGRAMS, configuration, mypy_options, run

_FOLDER = "shapes/fail"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("edits")
    shutil.copytree(PROGRAMS / _FOLDER / "lab", place / _FOLDER / "lab")
    (place / "mypy.ini").write_text(configuration(_FOLDER))
    return place


def told(folder: Path, cache: Path, wanted: list[Expectation]) -> list[str]:
    output = run([sys.executable, "-m", "mypy", *mypy_options(cache), _FOLDER], folder)
    return differences(wanted, mypy_reports(output))


def before(folder: Path) -> list[Expectation]:
    return all_expectations([folder / _FOLDER], folder)


@pytest.fixture
def quiet(folder: Path, mypy_cache: Path) -> Iterator[None]:
    assert told(folder, mypy_cache, before(folder)) == []
    yield
    assert told(folder, mypy_cache, before(folder)) == []


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("name", SHAPE_EDITS)
def test_an_edit_changes_reports_elsewhere(name: str, folder: Path, mypy_cache: Path) -> None:
    edit, wanted = SHAPE_EDITS[name], before(folder)
    edit.apply(folder)
    try:
        found = told(folder, mypy_cache, edit.expected(wanted, folder))
    finally:
        edit.undo(folder)
    assert found == []


@pytest.mark.parametrize("name", SHAPE_EDITS)
def test_an_edit_changes_what_is_expected(name: str, folder: Path) -> None:
    edit, wanted = SHAPE_EDITS[name], before(folder)
    gone = [one for one in wanted if one not in edit.expected(wanted, folder)]
    assert len(gone) == len(edit.gone)
