"""The laws on the command line."""

import json
import sys

import pytest

from datarax_typed.cli import main

SPEC = ("--spec", "x=f32[n]", "--laws")
HOLDS = """\
stage   operator   input      output      parameters
─────────────────────────────────────────────────────
-       Scaled     x f32[n]   same spec   scale f32[]

in   x f32[n]
out  x f32[n]

All contracts hold.

law                  verdict          what it says"""


@pytest.fixture(autouse=True)
def _piped(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))


def output(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    assert captured.err == ""
    return "\n".join(line.rstrip() for line in captured.out.splitlines())


def test_a_row_a_law(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "tests.testing.broken:Scaled.made", *SPEC, "--size", "n=3"]) == 0
    printed = output(capsys)
    assert printed.startswith(HOLDS)
    assert "\nseeds                not applicable   it draws no random numbers\n" in printed
    assert printed.endswith("\n\nAll 15 laws that apply hold.")


def test_a_broken_law_is_shown_with_its_counterexample(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "tests.testing.broken:CountingTwice.made", *SPEC]) == 1
    assert output(capsys).endswith(
        "counts: applied and skipped add up to the valid records\n"
        "  after calls with 1 and 1 valid records, its counts say "
        "{'applied_count': 4, 'skipped_count': 0}, which is not 2 in all\n"
        "\n"
        "1 of 17 laws broken."
    )


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "tests.testing.broken:Unlearnable.made", *SPEC, "--json"]) == 1
    found = json.loads(output(capsys))
    assert found["ok"] is False
    assert {"law": "protocols", "verdict": "holds", "detail": ""} in found["laws"]
    assert {
        "law": "gradients",
        "verdict": "broken",
        "detail": "no gradient reaches scale; given x float32[1,1] = [[0.637]]",
    } in found["laws"]


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ("n", "--size n cannot be read: expected AXIS=NUMBER, as h=32"),
        ("n=0", "sizes: expected at least 1, got 0 for 'n'"),
        ("m=3", "sizes: expected axes that the spec names, got 'm'; its axes: n"),
    ],
)
def test_a_size_that_cannot_be_used(
    size: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "tests.testing.broken:Scaled.made", *SPEC, "--size", size]) == 2
    assert capsys.readouterr().err == f"datarax-typed check: {message}\n"


def test_without_laws_nothing_is_computed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "tests.testing.broken:CountingTwice.made", "--spec", "x=f32[n]"]) == 0
    assert output(capsys).endswith("\n\nAll contracts hold.")
