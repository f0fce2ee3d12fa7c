"""What a type checker should report about a program, as comments in it say, and what it reports.

A line such as `GlowConfig(strength=-1.0)  # E: datarax-config: expected a number > 0` expects one
report with that code, whose message contains the rest; `# E@24: ...` also says the column, counted
from 1. Several on one line are separated by ` ;; `. Notes are never compared.
"""

import json
import re
import tokenize
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from io import StringIO
from pathlib import Path

_COMMENT = re.compile(r"# E(?P<first>(@\d+)?: .*)$")
_ONE = re.compile(r"(@(?P<column>\d+))?: (?P<code>[a-z][\w-]*): (?P<part>.+)")


@dataclass(frozen=True, order=True, slots=True)
class Expectation:
    """A report that a comment asks for; without a column, any column will do."""

    file: str
    line: int
    code: str
    part: str
    column: int | None = None

    def __str__(self) -> str:
        at = "" if self.column is None else f":{self.column}"
        return f"{self.file}:{self.line}{at}: {self.code}: {self.part}"


@dataclass(frozen=True, order=True, slots=True)
class Report:
    """An error that a type checker reports; lines and columns are counted from 1."""

    file: str
    line: int
    column: int
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.code}: {self.message}"


def expectations(path: Path, root: Path) -> list[Expectation]:
    """Return what the comments of a program expect.

    Args:
        path: the program.
        root: the folder that its name in reports is relative to.

    Raises:
        ValueError: a comment starts as an expectation, and is none.
    """
    return list(_in_source(path.read_text(), path.relative_to(root).as_posix()))


# Asked again after every edit of one program.
@cache
def _in_source(source: str, file: str) -> tuple[Expectation, ...]:
    found: list[Expectation] = []
    for token in tokenize.generate_tokens(StringIO(source).readline):
        if token.type == tokenize.COMMENT and (match := _COMMENT.search(token.string)):
            found += _parsed(match["first"], file, token.start[0])
    return tuple(found)


def _parsed(comment: str, file: str, line: int) -> Iterator[Expectation]:
    for text in comment.split(" ;; "):
        # After a separator the colon is left out, unless a column stands before it.
        match = _ONE.fullmatch(text if text.startswith((":", "@")) else f": {text}")
        if match is None:
            raise ValueError(f"{file}:{line}: expected 'code: part of the message', got {text!r}")
        column = None if match["column"] is None else int(match["column"])
        yield Expectation(file, line, match["code"], match["part"].strip(), column)


def all_expectations(folders: Iterable[Path], root: Path) -> list[Expectation]:
    """Return what all programs in some folders expect."""
    paths = sorted(path for folder in folders for path in folder.rglob("*.py"))
    return [expectation for path in paths for expectation in expectations(path, root)]


def mypy_reports(output: str) -> list[Report]:
    """Return the errors in the output of `mypy --output json --no-error-summary`.

    Raises:
        ValueError: a line of the output is something else, such as a crash.
    """
    lines = output.splitlines()
    if others := [line for line in lines if not line.startswith("{")]:
        raise ValueError("\n".join(["expected reports of mypy, got:", *others]))
    reports = []
    for line in lines:
        one = json.loads(line)
        if one["severity"] == "error":
            file = Path(one["file"]).as_posix()
            # In JSON, and only there, mypy counts columns from 0.
            place = (file, one["line"], one["column"] + 1)
            reports.append(Report(*place, str(one["code"]), one["message"]))
    return sorted(reports)


def differences(
    expected: Iterable[Expectation],
    reports: Iterable[Report],
    *,
    exact: Callable[[str], bool] = lambda code: True,
) -> list[str]:
    """Return in words where the reports are not exactly what was expected; nothing if they are.

    Args:
        expected: what the comments say.
        reports: what the type checker says.
        exact: whether code, message and column count for a code, or the line alone.
    """
    wanted: dict[tuple[str, int, str], list[Expectation]] = defaultdict(list)
    for one in expected:
        wanted[one.file, one.line, one.code if exact(one.code) else ""].append(one)
    given: dict[tuple[str, int, str], list[Report]] = defaultdict(list)
    for report in reports:
        given[report.file, report.line, report.code if exact(report.code) else ""].append(report)
    found: list[str] = []
    for place in sorted({*wanted, *given}):
        found += _compared(wanted[place], given[place], loose=not place[2])
    return found


def _compared(wanted: list[Expectation], given: list[Report], *, loose: bool) -> Iterator[str]:
    # The longest part first: a short one may stand in the message that a longer one is meant for.
    rest, open_ends = list(given), []
    for one in sorted(wanted, key=lambda one: (one.column is None, -len(one.part))):
        fitting = next((report for report in rest if loose or _fits(one, report)), None)
        if fitting is None:
            open_ends.append(one)
        else:
            rest.remove(fitting)
    for one, report in zip(open_ends, rest, strict=False):
        yield f"another report: {one}\n           got: {report}"
    yield from (f"missing report: {one}" for one in open_ends[len(rest) :])
    yield from (f"report too many: {report}" for report in rest[len(open_ends) :])


def _fits(one: Expectation, report: Report) -> bool:
    return one.part in report.message and one.column in (None, report.column)


__all__ = [
    "Expectation",
    "Report",
    "all_expectations",
    "differences",
    "expectations",
    "mypy_reports",
]
