"""The plugin reports the making of a config if and only if it is refused at run time."""

import shutil
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import Phase, given, settings

from datarax_typed import ConfigError
from tests.mypy_plugin import agreement_configs
from tests.mypy_plugin.agreement_cases import CLASSES, HEAD, Case, cases
from tests.typecheck_expectations import Report
from tests.typecheck_mypy import FOLDERS, check, write_config

COUNT = 300
FORMS = ("partial(", "replace(", "source_", "tossed()", "Literal[", "class Sub", "Other_", "Final")


@dataclass(frozen=True)
class Outcome:
    """What became of a case.

    Attributes:
        source: the case.
        reports: what mypy says about it.
        refusals: what is said when it runs, for both results of the toss.
    """

    source: str
    reports: tuple[Report, ...]
    refusals: tuple[str, ...]

    def __str__(self) -> str:
        said = [f"mypy: {one.code}: {one.message}" for one in self.reports] or ["mypy: nothing"]
        done = [f"run time: {refusal}" for refusal in self.refusals] or ["run time: nothing"]
        return "\n".join(["", self.source, *said, *done])


def drawn(name: str, count: int) -> list[Case]:
    """Let hypothesis draw different cases of a class."""
    found: dict[Case, None] = {}

    @settings(max_examples=3 * count, phases=[Phase.generate])
    @given(cases(name))
    def draw(case: Case) -> None:
        found[case] = None

    draw()
    # One example is often made of the one before it: those are alike.
    return [*found][:: len(found) // count][:count]


def refusals(source: str) -> list[str]:
    """Run a case with both results of its toss, and return what is said where it is refused."""
    said = []
    module = ModuleType("generated")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "generated", module)
        patch.setitem(sys.modules, "configs", agreement_configs)
        exec(HEAD, vars(module))
        for result in (True, False):
            vars(module)["tossed"] = partial(bool, result)
            try:
                exec(source, vars(module))
            except ConfigError as error:
                said.append(str(error))
    return said


def reports_of(sources: Sequence[str], folder: Path, cache: Path) -> list[list[Report]]:
    """Run mypy once over all cases in one file, and return what it reports about each."""
    for name in FOLDERS:
        (folder / name).mkdir()
    write_config(folder)
    shutil.copy(agreement_configs.__file__, folder / "pass" / "configs.py")
    (folder / "fail" / "generated.py").write_text("".join([HEAD, *sources]))
    case_of = [at for at, source in enumerate(sources) for _ in source.splitlines()]
    found: dict[int, list[Report]] = defaultdict(list)
    for report in check(folder, cache):
        line = report.line - 1 - HEAD.count("\n")
        found[case_of[line] if report.file == "fail/generated.py" and line >= 0 else -1].append(
            report
        )
    assert not found[-1]
    return [found[at] for at in range(len(sources))]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory, mypy_cache: Path) -> list[Outcome]:
    each = ceil(COUNT / len(CLASSES))
    found = [case for name in CLASSES for case in drawn(name, each)]
    sources = [case.source(at) for at, case in enumerate(found)]
    reports = reports_of(sources, tmp_path_factory.mktemp("agreement"), mypy_cache)
    both = zip(sources, reports, strict=True)
    return [Outcome(one, tuple(reported), tuple(refusals(one))) for one, reported in both]


def told(wrong: Sequence[Outcome]) -> str:
    return "\n".join(map(str, wrong))


def test_what_is_reported_is_refused(outcomes: list[Outcome]) -> None:
    wrong = [one for one in outcomes if one.reports and not one.refusals]
    assert not wrong, told(wrong)


def test_what_is_refused_is_reported(outcomes: list[Outcome]) -> None:
    wrong = [one for one in outcomes if one.refusals and not one.reports]
    assert not wrong, told(wrong)


def test_cases_are_well_typed(outcomes: list[Outcome]) -> None:
    codes = {report.code for one in outcomes for report in one.reports}
    wrong = [
        one for one in outcomes if {report.code for report in one.reports} - {"datarax-config"}
    ]
    assert codes == {"datarax-config"}, told(wrong)


def test_cases_are_many_and_of_all_kinds(outcomes: list[Outcome]) -> None:
    refused = sum(bool(one.refusals) for one in outcomes)
    assert len({one.source for one in outcomes}) >= COUNT
    assert 1 / 3 <= refused / len(outcomes) <= 2 / 3
    for part in (*FORMS, *(f"{name}(" for name in CLASSES)):
        with_part = [one for one in outcomes if part in one.source]
        assert len(with_part) >= COUNT / 30, part
        assert any(one.refusals for one in with_part), part
        assert any(not one.refusals for one in with_part), part
