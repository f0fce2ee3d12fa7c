"""What plain typing says, pyright, pyrefly and ty see as mypy does.

They know other names for a mistake, and point at other places in it: the line is what counts.
"""

import shutil
from pathlib import Path

import pytest

from tests.typecheck_expectations import Report, all_expectations, differences
from tests.typecheck_mypy import check as mypy_check
from tests.typecheck_mypy import expected, write_config
from tests.typecheck_peers import PEERS, ROOT, Peer, check, misses

pytestmark = pytest.mark.one_python

PASS, FAIL = "pass/plain", "fail/plain"


@pytest.fixture(scope="module", params=PEERS, ids=lambda peer: peer.name)
def peer(request: pytest.FixtureRequest) -> Peer:
    found = request.param
    assert isinstance(found, Peer)
    return found


@pytest.fixture(scope="module")
def reports(peer: Peer, tmp_path_factory: pytest.TempPathFactory) -> list[Report]:
    return check(peer, [PASS, FAIL], tmp_path_factory.mktemp(peer.name))


def beyond(peer: Peer) -> set[tuple[str, int]]:
    return {
        (path.relative_to(ROOT).as_posix(), line)
        for path in (ROOT / FAIL).glob("*.py")
        for line in misses(path, peer.name)
    }


def test_it_accepts_what_is_right(reports: list[Report]) -> None:
    assert [str(report) for report in reports if report.file.startswith(PASS)] == []


def test_it_refuses_what_is_wrong_and_nothing_else(peer: Peer, reports: list[Report]) -> None:
    expected = {(one.file, one.line) for one in all_expectations([ROOT / FAIL], ROOT)}
    given = {(report.file, report.line) for report in reports if report.file.startswith(FAIL)}
    assert sorted(expected - beyond(peer) - given) == []
    unexpected = [str(report) for report in reports if (report.file, report.line) not in expected]
    assert unexpected == []


def test_what_it_is_said_to_miss_it_misses(peer: Peer, reports: list[Report]) -> None:
    found = {(report.file, report.line) for report in reports}
    assert sorted(beyond(peer) & found) == []


def test_few_mistakes_are_beyond_any_of_them() -> None:
    expected = all_expectations([ROOT / FAIL], ROOT)
    assert len(expected) > 100
    for peer in PEERS:
        assert len(beyond(peer)) < 5


def test_a_comment_on_what_is_missed_names_the_checker_and_the_reason(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "one()  # ty misses: it narrows here  # E: misc: text\n"
        "two()  # ty misses:  # E: misc: text\n"
        "three()  # pyright misses: cannot  # ty misses: cannot\n"
    )
    assert misses(program, "ty") == {1, 3}
    assert misses(program, "pyright") == {3}


def test_mypy_says_the_same_without_the_plugin(tmp_path: Path) -> None:
    for folder in (PASS, FAIL):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    write_config(tmp_path)
    config = tmp_path / "mypy.ini"
    config.write_text(config.read_text().replace("plugins = datarax_typed.mypy_plugin\n", ""))
    assert "mypy_plugin" not in config.read_text()
    found = differences(expected(tmp_path), mypy_check(tmp_path, tmp_path / "cache"))
    assert found == []
