"""The programs in typecheck/shapes are what they say, at run time too."""

from importlib import import_module
from pathlib import Path

import pytest

from tests.shapes_runs import failure, functions, imports, refusal
from tests.typecheck_expectations import expectations
from tests.typecheck_mypy import PROGRAMS

SHAPES = PROGRAMS / "shapes"
CODES = frozenset({"datarax-shape", "datarax-dtype", "datarax-field"})


def programs(folder: str) -> list[str]:
    return sorted(path.stem for path in (SHAPES / folder).glob("*.py"))


@pytest.mark.parametrize("name", programs("pass"))
def test_a_program_that_type_checks_runs(name: str) -> None:
    with imports(SHAPES / "pass"):
        module = import_module(name)
        names = [one for one, _, _ in functions(module) if not one.rpartition(".")[2][0] == "_"]
        failures = [
            f"{one} ({choice}): {found}"
            for one in names
            for choice in (0, 1)
            if (found := failure(module, one, choice)) is not None
        ]
    assert "\n".join(failures) == ""


def differences(folder: Path, name: str) -> list[str]:
    """Return in words where a program is not refused as its comments say."""
    wanted = [one for one in expectations(folder / f"{name}.py", folder) if one.code in CODES]
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


@pytest.mark.parametrize("name", programs("fail"))
def test_what_is_reported_is_refused(name: str) -> None:
    assert "\n".join(differences(SHAPES / "fail", name)) == ""
