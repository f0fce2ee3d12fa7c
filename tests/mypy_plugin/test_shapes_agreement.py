"""Where the plugin reports a call, jaxtyping refuses it; where it knows all, conversely.

A case is a caller and what it calls: see `Case.is_known` for when all is known. Each is run with
arrays of all dtypes that the caller's annotations admit, and with sizes that are different for
different names: primes, and then the numbers that stand in the case.
"""

import itertools
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FunctionType

import jax
import numpy as np
import pytest
from beartype import beartype
from hypothesis import Phase, given, settings
from jaxtyping import TypeCheckError, jaxtyped

from tests.mypy_plugin.shapes_cases import DTYPES, HEAD, KINDS, SPOILT, Array, Case, cases
from tests.typecheck_expectations import Report
from tests.typecheck_mypy import FOLDERS, check, write_config

pytestmark = pytest.mark.one_python

COUNT = 300
CODES = {"datarax-shape", "datarax-dtype"}
_PRIMES = (11, 13, 17)
_NO_LINE = 99


@dataclass(frozen=True)
class Outcome:
    """What became of a case.

    Attributes:
        case: the case.
        source: its text.
        reports: what mypy says about it.
        refused: of each run the line that raised, counted from 1; 99 of a run to the end.
    """

    case: Case
    source: str
    reports: tuple[Report, ...]
    refused: tuple[int, ...]

    @property
    def reported(self) -> int:
        """The first line that is reported, or 99."""
        return min((one.line for one in self.reports), default=_NO_LINE)

    def __str__(self) -> str:
        said = [f"{one.line}: {one.code}: {one.message}" for one in self.reports]
        lines = [f"{at}  {line}" for at, line in enumerate(self.source.splitlines(), 1)]
        return "\n".join(["", *lines, *said, f"refused in lines {sorted({*self.refused})}"])


def drawn(kind: str, spoilt: str) -> list[Case]:
    """Let hypothesis draw cases."""
    found: list[Case] = []

    @settings(max_examples=22, phases=[Phase.generate])
    @given(cases(kind, spoilt))
    def draw(case: Case) -> None:
        found.append(case)

    draw()
    return found


def all_drawn() -> list[Case]:
    found = [case for kind in KINDS for spoilt in SPOILT for case in drawn(kind, spoilt)]
    return list(dict.fromkeys(found))


# Running


@cache
def filled(dtype: str, *sizes: int) -> jax.Array:
    # Nothing is compiled for each of the many shapes.
    made: jax.Array = jax.device_put(np.zeros(sizes, dtype))
    return made


def refusals(case: Case, source: str) -> Iterator[int]:
    """Run a case with many arrays, and yield where it is refused."""
    names: dict[str, object] = {}
    exec(compile(HEAD, "head", "exec"), names)
    names["filled"] = filled
    exec(compile(source, "case", "exec"), names)
    for name, value in [*names.items()]:
        if name.startswith("Of_") and isinstance(value, type):
            method = name.removeprefix("Of_")
            setattr(value, method, checked(vars(value)[method]))
        elif name.startswith(("first_", "then_")) and isinstance(value, FunctionType):
            names[name] = checked(value)
    caller = names["caller_0"]
    assert isinstance(caller, FunctionType)
    for sizes, dtypes in _instances(case):
        arrays = [_array(one, sizes, dtype) for one, dtype in zip(case.arrays, dtypes, strict=True)]
        yield line_refused(caller, arrays)


def checked(function: FunctionType) -> Callable[..., object]:
    return jaxtyped(typechecker=beartype)(function)


def line_refused(caller: FunctionType, arrays: list[jax.Array]) -> int:
    try:
        caller(*arrays)
    except TypeCheckError as error:
        frames = traceback.extract_tb(error.__traceback__)
        return next(one.lineno or 0 for one in frames if one.name == "caller_0")
    return _NO_LINE


def _instances(case: Case) -> Iterator[tuple[dict[str, int], tuple[str, ...]]]:
    dtypes = [*itertools.product(*(DTYPES[one.dtype] for one in case.arrays))]
    sizes = [*_sizes(case)]
    yield from ((sizes[0], some) for some in dtypes)
    yield from ((some, dtypes[0]) for some in sizes[1:])


def _sizes(case: Case) -> Iterator[dict[str, int]]:
    names = ("n", "m", "k")
    yield dict(zip(names, _PRIMES, strict=True))
    dims = {dim for callee in case.callees for one in callee.formals for dim in one.dims}
    numbers = {int(dim.rpartition("=")[2]) for dim in dims if dim.rpartition("=")[2].isdigit()}
    used = [name for name in names if any(name in axis for one in case.arrays for axis in one.axes)]
    for some in itertools.permutations([*_PRIMES[: len(used)], *sorted(numbers)[:3]], len(used)):
        yield dict(zip(used, some, strict=True))


def _array(array: Array, sizes: dict[str, int], dtype: str) -> jax.Array:
    return filled(dtype, *(eval(axis, {}, sizes) for axis in array.axes))


# What came of them


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory, mypy_cache: Path) -> list[Outcome]:
    drawn_cases = all_drawn()
    sources = [case.source(0) for case in drawn_cases]
    texts = [case.source(at) for at, case in enumerate(drawn_cases)]
    reports = reports_of(texts, tmp_path_factory.mktemp("shapes"), mypy_cache)
    return [
        Outcome(case, source, tuple(reported), tuple(refusals(case, source)))
        for case, source, reported in zip(drawn_cases, sources, reports, strict=True)
    ]


def reports_of(sources: list[str], folder: Path, cache: Path) -> list[list[Report]]:
    """Run mypy once over all cases in one file; lines of what it reports are those of the case."""
    for name in FOLDERS:
        (folder / name).mkdir()
    write_config(folder)
    (folder / "pass" / "empty.py").touch()
    (folder / "fail" / "generated.py").write_text("".join([HEAD, *sources]))
    starts = [at for at, source in enumerate(sources) for _ in source.splitlines()]
    first = HEAD.count("\n")
    found: dict[int, list[Report]] = defaultdict(list)
    for report in check(folder, cache):
        at = report.line - 1 - first
        assert at >= 0, report
        line = at - starts.index(starts[at]) + 1
        found[starts[at]].append(
            Report(report.file, line, report.column, report.code, report.message)
        )
    return [found[at] for at in range(len(sources))]


def told(wrong: list[Outcome]) -> str:
    return "\n".join([f"{len(wrong)} of them", *map(str, wrong[:10])])


def test_what_is_reported_is_refused(outcomes: list[Outcome]) -> None:
    wrong = [one for one in outcomes if max(one.refused) > one.reported]
    assert not wrong, told(wrong)


def test_what_is_known_and_refused_is_reported(outcomes: list[Outcome]) -> None:
    known = [one for one in outcomes if one.case.is_known]
    wrong = [one for one in known if max(one.refused) < one.reported]
    assert not wrong, told(wrong)


def test_what_fits_by_construction_is_neither_reported_nor_refused(outcomes: list[Outcome]) -> None:
    fitting = [one for one in outcomes if not one.case.spoilt]
    wrong = [one for one in fitting if one.reports or {*one.refused} != {_NO_LINE}]
    assert not wrong, told(wrong)


def test_cases_are_well_typed(outcomes: list[Outcome]) -> None:
    wrong = [one for one in outcomes if {report.code for report in one.reports} - CODES]
    assert not wrong, told(wrong)


def test_cases_are_many_and_of_all_kinds(outcomes: list[Outcome]) -> None:
    assert len({one.source for one in outcomes}) >= COUNT
    counts = Counter(kind for one in outcomes for kind in kinds(one))
    least = {
        "datarax-shape": 60,
        "datarax-dtype": 25,
        "known and silent": 100,
        "chain": 50,
        "chain reported in the second call": 12,
        "method": 60,
        "twice": 20,
        "by name": 100,
    }
    assert {kind: counts[kind] for kind in least if counts[kind] < least[kind]} == {}


def kinds(one: Outcome) -> Iterator[str]:
    callees = one.case.callees
    yield from {report.code for report in one.reports}
    if one.case.is_known and not one.reports:
        yield "known and silent"
    if one.case.is_chain:
        yield "chain"
        if one.reported == len(one.source.splitlines()):
            yield "chain reported in the second call"
    if any(callee.is_method for callee in callees):
        yield "method"
    if any(len({*callee.arguments}) < len(callee.arguments) for callee in callees):
        yield "twice"
    if any(callee.keywords for callee in callees):
        yield "by name"


# Every form of jaxtyping's texts, and other types beside an array.
FORMS = ("3", "rows=", "_", "...", "*s", "#a", "-1", "2*", '""', "| None", "] | ", "jt.")


@pytest.mark.parametrize("form", FORMS)
def test_cases_are_of_all_forms(form: str, outcomes: list[Outcome]) -> None:
    formals = [str(x) for one in outcomes for callee in one.case.callees for x in callee.formals]
    assert any(form in text for text in formals)
