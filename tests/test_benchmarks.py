"""The benchmarks run, report and refuse; how long anything takes is not judged here."""

import ast
import json
from io import StringIO
from pathlib import Path
from string import digits

import pytest
from rich.console import Console

from tests.benchmarks import project
from tests.benchmarks.__main__ import main
from tests.benchmarks.catalogue import all_rows, chosen_rows
from tests.benchmarks.figure import draw
from tests.benchmarks.report import verdicts
from tests.benchmarks.rows import Outcome, Result, Row, UnavailableError, measure
from tests.benchmarks.tables import BEGIN, END, show, update_page
from tests.benchmarks.targets import TARGETS, target_name
from tests.benchmarks.timing import Effort, Spread, race, ratio

CHEAP = ["compiled/small/deterministic/brightness", "check/argument", "import/mypy-plugin"]


def outcome(name: str, median: float, datarax: float | None = None) -> Outcome:
    beside = {} if datarax is None else {"datarax": Spread.exactly(datarax)}
    numbers = {"ours": Spread.exactly(2e-5), "by hand": Spread.exactly(1e-5)}
    result = Result(
        Spread(median, median - 0.01, median + 0.01, median), "ratio", numbers, "s", beside
    )
    return Outcome(Row(name, lambda effort: result), result)


def unavailable(effort: Effort) -> Result:
    raise UnavailableError("not installed")


def text_of(outcomes: list[Outcome]) -> str:
    written = StringIO()
    show(outcomes, Console(width=250, file=written))
    return written.getvalue()


# A run


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("benchmarks") / "deeper" / "report.json"
    arguments = ["--rows", *CHEAP, "--rounds", "2", "--seconds", "0.01", "--no-peers"]
    assert main([*arguments, "--json", str(path)]) == 0
    return path


def test_a_run_writes_every_row_it_was_asked_for(report: Path) -> None:
    written = json.loads(report.read_text())
    assert [row["name"] for row in written["rows"]] == CHEAP
    assert written["effort"] == {"rounds": 2, "seconds": 0.01, "peers": False}
    assert {"processor", "cores", "system", "device"} == written["machine"].keys()
    assert written["versions"].keys() >= {"Python", "jax", "flax", "datarax-typed", "datarax"}


def test_a_written_row_has_its_target_and_all_contestants(report: Path) -> None:
    row = json.loads(report.read_text())["rows"][0]
    assert (row["target"], row["unit"], row["contestants_unit"]) == (1.1, "ratio", "s")
    assert row["contestants"].keys() == {"ours", "by hand", "dict"}
    assert row["beside"].keys() == {"dict"}
    assert row["met"] == (row["measured"]["median"] <= 1.1)
    assert 0 < row["measured"]["low"] <= row["measured"]["median"] <= row["measured"]["high"]


def test_a_run_says_which_machine_and_no_path(report: Path) -> None:
    assert str(Path.cwd()) not in report.read_text()
    assert str(Path.home()) not in report.read_text()


# Which rows there are


def test_every_target_has_a_row() -> None:
    judged = {target_name(row.name) for row in all_rows()}
    # Every row that another library can run is judged by this one too.
    assert judged - {None} == TARGETS.keys() - {"datarax"}


def test_names_of_rows_are_unique() -> None:
    names = [row.name for row in all_rows()]
    assert len(names) == len(set(names))


def test_rows_are_chosen_by_how_their_names_begin() -> None:
    names = [row.name for row in chosen_rows(["check", "growth/batch/"])]
    assert names == ["check/argument", "check/argument-and-result", "growth/batch/call"]
    assert len(chosen_rows([])) == len(all_rows())


def test_an_unknown_row_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["--rows", "memroy"])
    assert capsys.readouterr().err.endswith(
        "error: --rows: expected a row, or the beginning of its name, got 'memroy'; "
        "did you mean 'memory'?\n"
        "they begin with: compiled, eager, chain, memory, tracing, check, first-call, import, "
        "mypy, growth, others; --list shows all\n"
    )


def test_the_list_of_rows(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list", "--rows", "check"]) == 0
    assert capsys.readouterr().out == "check/argument\ncheck/argument-and-result\n"


# The project that mypy is timed on


def test_the_project_has_as_many_lines_and_constructions_as_the_target_says() -> None:
    texts = [text for _, text in project.modules()]
    assert sum(len(text.splitlines()) for text in texts) == pytest.approx(5000, rel=0.01)
    calls = [node for text in texts for node in ast.walk(ast.parse(text)) if is_construction(node)]
    assert len(calls) == 500


def is_construction(node: ast.AST) -> bool:
    made = ("Config", "Operator", "ToFloatOperator", "Crop", "Noise")
    return isinstance(node, ast.Call) and ast.unparse(node.func).rstrip(digits).endswith(made)


# How contestants are timed


def test_everyone_has_one_number_a_round() -> None:
    times = race({"ours": lambda: sum(range(9)), "other": list}, Effort(rounds=2, seconds=0.01))
    assert {name: len(values) for name, values in times.items()} == {"ours": 2, "other": 2}
    assert all(value > 0 for values in times.values() for value in values)


def test_a_ratio_is_taken_round_by_round() -> None:
    found = ratio({"ours": [2.0, 9.0, 4.0], "other": [1.0, 3.0, 4.0]}, "ours", "other")
    assert found == Spread(median=2.0, low=1.5, high=2.5, best=2.0)


# How rows are judged


def test_a_target_is_judged_by_its_worst_row() -> None:
    rows = [outcome("eager/small/a", 1.2), outcome("eager/small/b", 1.6, datarax=3.0)]
    found = verdicts(rows)
    assert found.keys() == {"eager/small", "datarax"}
    verdict = found["eager/small"]
    assert verdict.worst is not None
    assert (verdict.worst[0], verdict.met, verdict.rows) == ("eager/small/b", 1, 2)
    assert verdict.is_met is False
    assert found["datarax"].is_met is True


def test_a_row_that_cannot_be_measured_says_why() -> None:
    found = measure(Row("others/small/none", unavailable), Effort())
    assert (found.result, found.note, found.is_met) == (None, "not installed", None)
    assert "not installed" in text_of([found])


def test_the_table_shows_what_is_met() -> None:
    table = text_of([outcome("eager/small/a", 1.2), outcome("eager/big/b", 1.6, datarax=0.5)])
    lines = {line.split()[1]: line for line in table.splitlines() if line.startswith("│ eager/")}
    assert "1.200 [1.190, 1.210]" in lines["eager/small/a"]
    assert lines["eager/small/a"].rstrip(" │").endswith("yes")
    assert lines["eager/big/b"].rstrip(" │").endswith("no")
    assert "20.0 µs" in lines["eager/big/b"]
    assert "10.0 µs (by hand)" in lines["eager/big/b"]
    assert "0 of 1" in next(line for line in table.splitlines() if "datarax / ours, on" in line)


# The page and the figure


def test_the_page_is_written_between_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    update_page(page, [outcome("eager/small/a", 1.6)])
    text = page.read_text()
    assert text.startswith(f"before\n{BEGIN}\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "old" not in text
    assert "| eager/small/a | ≤ 1.500 | 1.600 [1.590, 1.610] |" in text
    assert "**no**" in text


def test_rows_measured_alone_leave_the_others_on_the_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"{BEGIN}\n{END}\n")
    update_page(page, [outcome("mypy/cold", 1.3), outcome("eager/small/a", 1.6)])
    update_page(page, [outcome("mypy/cold", 1.05), outcome("mypy/warm", 1.02)], whole=False)
    lines = [line.split(" | ") for line in page.read_text().splitlines() if line[:2] == "| "]
    assert [(line[0], line[2]) for line in lines if line[2][0].isdigit()] == [
        ("| op(batch) outside jit / by hand, small", "1.600 [1.590, 1.610]"),
        ("| mypy, 5,000 lines, cold: with the plugin / without", "1.050 [1.040, 1.060]"),
        ("| mypy, 5,000 lines, warm: with the plugin / without", "1.020 [1.010, 1.030]"),
        ("| mypy/cold", "1.050 [1.040, 1.060]"),
        ("| eager/small/a", "1.600 [1.590, 1.610]"),
        ("| mypy/warm", "1.020 [1.010, 1.030]"),
    ]


def test_a_page_without_marks_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing")
    with pytest.raises(ValueError, match="--page: expected the lines"):
        update_page(page, [])


def test_the_same_numbers_give_the_same_figure(tmp_path: Path) -> None:
    series = {"ours": {1: 0.1, 10: 0.2}, "by hand": {1: 0.1, 10: 0.1}}
    spreads = {name: Spread.exactly(0.5) for name in series}
    result = Result(Spread.exactly(0.5), "exponent", spreads, "exponent", {}, series)
    rows = [
        Outcome(Row(f"growth/{n}/call", lambda effort: result), result) for n in ("batch", "fields")
    ]
    for name in ("a.svg", "b.svg"):
        draw(rows, tmp_path / name)
    first, second = ((tmp_path / name).read_text() for name in ("a.svg", "b.svg"))
    assert first == second
    assert "ours, call" in first
    assert "<dc:date>" not in first


def test_a_figure_without_numbers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected rows of growth, got none"):
        draw([], tmp_path / "figure.svg")
