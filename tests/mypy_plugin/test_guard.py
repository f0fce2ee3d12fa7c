"""A failure is said once, and does what mypy would do without the hook."""

import sys

import pytest
from mypy.options import Options

from datarax_typed.mypy_plugin import DataraxPlugin, guard
from datarax_typed.mypy_plugin.guard import guarded


def fails(context: int) -> str:
    raise KeyError(context)


def test_a_hook_that_fails_is_left_out_and_said_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "_SAID", set())
    hook = guarded(fails, str)
    assert [hook(1), hook(2), guarded(lambda _: str(1 / 0), str)(3)] == ["1", "2", "3"]
    (said,) = capsys.readouterr().err.splitlines()
    start, _, place = said.partition(" (in ")
    assert start == (
        "datarax_typed.mypy_plugin: a check failed within the plugin and was left out; everything "
        "else was checked. Please report this to the authors of datarax-typed, with the code that "
        "was checked and this line: KeyError: 1"
    )
    assert place.startswith("fails, line ")


def test_a_hook_that_works_is_not_replaced() -> None:
    assert guarded(str, repr)("a") == "a"


def test_hooks_that_cannot_be_imported_are_tried_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "_SAID", set())
    hooks = "datarax_typed.mypy_plugin.hooks"
    plugin = DataraxPlugin(Options())
    with monkeypatch.context() as patched:
        patched.setitem(sys.modules, hooks, None)
        assert plugin.get_type_analyze_hook("builtins.int") is None
    assert plugin.get_function_hook("local") is None
    (said,) = capsys.readouterr().err.splitlines()
    assert f"ModuleNotFoundError: import of {hooks} halted" in said
    assert DataraxPlugin(Options()).get_function_hook("local") is not None
