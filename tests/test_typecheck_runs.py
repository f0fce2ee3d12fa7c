"""The programs in typecheck are what they say, at run time too."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests.typecheck_mypy import PROGRAMS
from tests.typecheck_runs import run


def programs(folder: str) -> list[str]:
    """Return the names of the modules of a folder, such as `studio.train`."""
    root = PROGRAMS / folder
    paths = sorted(root.rglob("*.py"))
    return [".".join(path.relative_to(root).with_suffix("").parts) for path in paths]


@pytest.fixture(autouse=True)
def own_modules() -> Iterator[None]:
    before, path = set(sys.modules), [*sys.path]
    yield
    sys.path[:] = path
    for name in set(sys.modules) - before:
        if str(PROGRAMS) in (getattr(sys.modules[name], "__file__", None) or str(PROGRAMS)):
            del sys.modules[name]


@pytest.mark.parametrize("name", programs("pass"))
def test_a_program_that_type_checks_runs(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(PROGRAMS / "pass")
    module = import_module(name)
    if hasattr(module, "main"):
        module.main([])


@pytest.mark.parametrize("name", programs("fail"))
def test_what_is_reported_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    root = PROGRAMS / "fail"
    monkeypatch.syspath_prepend(root)
    path = root.joinpath(*name.split(".")).with_suffix(".py")
    assert run(path, root, name) == []


PROGRAM = """
from datarax_typed import BrightnessOperator, BrightnessOperatorConfig, OperatorConfig

OperatorConfig(stream_name="")  # E: datarax-config: stream_name: expected a length of at least 2
OperatorConfig(stream_name="a")  # E: datarax-config: stream_name: expected a length of at least 1
OperatorConfig(stream_name="")
config = BrightnessOperatorConfig(field_key="image")
BrightnessOperator(config)  # E: datarax-operator: BrightnessOperator cannot be made


def one(flag: bool) -> OperatorConfig:
    return OperatorConfig(stream_name="a" if flag else "b")  # E: datarax-config: stream_name: no
"""


def test_a_program_that_is_not_refused_as_reported_is_told(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    told = [
        line.partition(" (")[0].partition(", got")[0] for line in run(path, tmp_path, "program")
    ]
    refused = "expected to be refused: program.py"
    assert told == [
        "program.py:4: expected 'stream_name: expected a length of at least 2'",
        f"program.py:5: {refused}:5: datarax-config: stream_name: expected a length of at least 1",
        "program.py:6: expected to run",
        f"program.py:8: {refused}:8: datarax-operator: BrightnessOperator cannot be made",
        f"program.py:11: {refused}:12: datarax-config: stream_name: no",
    ]
