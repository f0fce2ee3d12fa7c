"""The plugin reports the making of a config if and only if it is refused at run time."""

import shutil
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import Phase, given, settings
from hypothesis.strategies import SearchStrategy

from datarax_typed import ConfigError
from tests.mypy_plugin import agreement_configs
from tests.mypy_plugin.agreement_cases import (
    CLASSES,
    FORMS,
    HEAD,
    Case,
    cases_of_field,
    cases_of_form,
    fields_of,
)
from tests.typecheck_expectations import Report
from tests.typecheck_mypy import FOLDERS, check, write_config

pytestmark = pytest.mark.one_python

COUNT = 300
# Each is all that some case is refused for.
REASONS = (
    *("a number >", "a number <", "a multiple of", "a length of at least", "a length of at most"),
    *("a value for which", "at most one of them", "a value, since", "strictly increasing"),
    *("no value twice", "no item equal to", "an array, a number or a dict", "key ''", '["', "[1]"),
    *("one length", "< high=", "<= whole="),
)


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


def drawn(strategy: SearchStrategy[Case], most: int, kind: Callable[[str], object]) -> list[Case]:
    """Let hypothesis draw cases, and return one of each kind."""
    found: dict[object, Case] = {}

    @settings(max_examples=most, phases=[Phase.generate])
    @given(strategy)
    def draw(case: Case) -> None:
        found[kind("".join(refusals(case.source(0))))] = case

    draw()
    return [*found.values()]


def reasons(refusal: str) -> frozenset[str]:
    return frozenset(reason for reason in REASONS if reason in refusal)


def all_drawn() -> list[Case]:
    """Return cases of all forms, refused and not, and of all fields, refused for all reasons."""
    found: list[Case] = []
    for name in CLASSES:
        for form in FORMS:
            found += drawn(cases_of_form(name, form), 8, bool)
        for field in fields_of(name):
            found += drawn(cases_of_field(name, field), 12, reasons)
    return list(dict.fromkeys(found))


@cache
def names_of_head() -> dict[str, object]:
    names: dict[str, object] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "configs", agreement_configs)
        exec(HEAD, names)
    return names


def refusals(source: str) -> list[str]:
    """Run a case with both results of its toss, and return what is said where it is refused."""
    said = []
    module = ModuleType("generated")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "generated", module)
        for result in (True, False):
            vars(module).update(names_of_head(), __name__="generated")
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
    sources = [case.source(at) for at, case in enumerate(all_drawn())]
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


@pytest.mark.parametrize("reason", REASONS)
def test_cases_are_refused_for_all_reasons(reason: str, outcomes: list[Outcome]) -> None:
    single = [text for one in outcomes for text in one.refusals if " is refused (1):" in text]
    assert any(reason in text for text in single)
