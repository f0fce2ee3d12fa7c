"""A failure is said once, and does what mypy would do without the hook."""

import pytest

from datarax_typed.mypy_plugin import guard
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
