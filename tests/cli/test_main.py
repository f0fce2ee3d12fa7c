"""Arguments of the commands, and what is imported for them."""

import subprocess
import sys
from pathlib import Path

import pytest

from datarax_typed.cli import main


def test_nothing_heavy_is_imported_for_help_and_arguments() -> None:
    program = (
        "import sys, datarax_typed.cli\n"
        "try:\n    datarax_typed.cli.main(['check', '--help'])\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('jax', 'flax', 'numpy', 'rich') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", ["check", "demo"])
def test_help_exits_with_0(capsys: pytest.CaptureFixture[str], command: str) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    assert f"usage: datarax-typed {command}" in capsys.readouterr().out


def test_help_says_what_the_exit_status_means(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["check", "--help"])
    assert (
        """\
Exit status:
  0  all contracts hold, and with --laws all laws
  1  a contract is broken: an annotation, a field, an output, a rule of a config; or a law
  2  it could not be run: no such module or object, not an operator, an unreadable spec, or a body
     that fails under JAX in a way that no contract foresees, such as one that needs a definite size
"""
        in capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--steps", "1"],
            "argument --steps: expected a whole number from 2 to 1000000, got 1",
        ),
        (
            ["--seed", "many"],
            "argument --seed: expected a whole number from 0 to 2147483646, got many",
        ),
    ],
)
def test_numbers_out_of_range_are_refused(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["demo", *arguments])
    assert capsys.readouterr().err.endswith(f"datarax-typed demo: error: {message}\n")


def test_a_command_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([])
    assert "the following arguments are required: command" in capsys.readouterr().err


def test_a_missing_extra_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    installed = {"matplotlib", "optax"}
    monkeypatch.setattr(
        "datarax_typed.cli.extras.find_spec", lambda name: name if name in installed else None
    )
    assert main(["demo", "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == (
        "datarax-typed demo: expected the packages of the demo, but pygame-ce, scikit-image cannot "
        'be found; install them: pip install "datarax-typed[demo]"\n'
    )
    assert not (tmp_path / "out").exists()


def test_an_out_that_is_a_file_cannot_be_written_to(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("")
    assert main(["demo", "--out", str(taken)]) == 2
    assert capsys.readouterr().err == (
        f"datarax-typed demo: [Errno 17] File exists: {str(taken)!r}\n"
    )
