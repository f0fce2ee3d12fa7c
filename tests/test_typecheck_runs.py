"""The programs in typecheck are what they say, at run time too."""

import sys
from collections.abc import Iterator
from importlib import import_module

import pytest

from tests import typecheck_runs
from tests.typecheck_mypy import PROGRAMS


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
    assert typecheck_runs.run(path, root, name) == []
