"""The programs in typecheck/shapes are what they say, at run time too."""

import re
import sys
from importlib import import_module
from pathlib import Path

import pytest

from tests.shapes_runs import failure, functions, imports, refusal
from tests.shapes_values import NotMadeError
from tests.typecheck_expectations import expectations
from tests.typecheck_mypy import PROGRAMS, SHAPE_CODES

SHAPES = PROGRAMS / "shapes"
_TITLE = re.compile(r"# \d+: \S")


def programs(folder: str) -> list[str]:
    return sorted(path.stem for path in (SHAPES / folder).glob("*.py"))


@pytest.mark.one_python
@pytest.mark.parametrize("name", programs("pass"))
def test_a_program_that_type_checks_runs(name: str) -> None:
    path = SHAPES / "pass" / f"{name}.py"
    failures, lines = [], []
    with imports(path.parent):
        module = import_module(name)
        for one, first, _ in functions(module):
            try:
                told = failure(module, one)
            except NotMadeError:
                # It takes functions, say: another one calls it.
                continue
            lines.append(first)
            failures += [] if told is None else [f"{one}: {told}"]
    assert "\n".join(failures) == ""
    assert without_a_call(path, lines) == []


def without_a_call(path: Path, lines: list[int]) -> list[str]:
    """Return the titles of the sections in which no function was called."""
    titles = [
        (at, line) for at, line in enumerate(path.read_text().splitlines(), 1) if _TITLE.match(line)
    ]
    ends = [at for at, _ in titles[1:]] + [sys.maxsize]
    return [
        title
        for (start, title), end in zip(titles, ends, strict=True)
        if not any(start < line < end for line in lines)
    ]


def differences(folder: Path, name: str) -> list[str]:
    """Return in words where a program is not refused as its comments say."""
    wanted = [one for one in expectations(folder / f"{name}.py", folder) if one.code in SHAPE_CODES]
    told = []
    with imports(folder):
        module = import_module(name)
        places = list(functions(module))
        for one in wanted:
            parts = " ".join(other.part for other in wanted if other.line == one.line)
            around = [found for found, first, last in places if first <= one.line <= last]
            found = refusal(module, around[0], one, parts) if around else "in no function"
            told += [] if found is None else [f"{one.line}: {one.part}: {found}"]
    return told


@pytest.mark.one_python
@pytest.mark.parametrize("name", programs("fail"))
def test_what_is_reported_is_refused(name: str) -> None:
    assert "\n".join(differences(SHAPES / "fail", name)) == ""


PROGRAM = """
from jaxtyping import Array, Float


def f(x: Float[Array, "n 3"]) -> Float[Array, "n"]:
    return x.sum(axis=1)


def right(x: Float[Array, "n 3"]) -> Array:
    return f(x)  # E: datarax-shape: x: expected


def elsewhere(x: Float[Array, "n 4"]) -> Array:
    y = f(x)
    return y + f(y)  # E: datarax-shape: x: expected


def another(x: Float[Array, "n 4"]) -> Array:
    return f(x)  # E: datarax-shape: y: expected


def wrong(x: Float[Array, "n 4"]) -> Array:
    return f(x)  # E: datarax-shape: x: expected
"""


def test_a_program_that_is_not_refused_as_reported_is_told(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    told = [line.partition(" whilst")[0] for line in differences(tmp_path, "program")]
    raised = "raised in line {}: TypeCheckError: Type-check error"
    assert told == [
        "10: x: expected: nothing was raised",
        f"15: x: expected: {raised.format(14)}",
        f"19: y: expected: {raised.format(19)}",
    ]
