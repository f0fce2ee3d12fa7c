"""The command `check`: tables, messages and exit statuses, as a user sees them."""

import json
import sys
from pathlib import Path

import pytest

from datarax_typed.cli import main

EXAMPLES = "tests.cli.examples"
IMAGE = ("--spec", "image=f32[h,w,3]")
MASK = ("--spec", "mask=bool[h,w]")


@pytest.fixture(autouse=True)
def _piped(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))


def output(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    assert captured.err == ""
    return "\n".join(line.rstrip() for line in captured.out.splitlines())


def not_run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["check", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


def test_a_row_a_stage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", f"{EXAMPLES}:good", *IMAGE, *MASK]) == 0
    assert (
        output(capsys)
        == """\
stage                 operator         input                output               parameters
────────────────────────────────────────────────────────────────────────────────────────────
stages[0]             Gain 'colours'   image f32[h,w,3]     same spec            4 scalars:
                                                                                 bias f32[]
                                                                                 gain f32[3]
stages[1].stages[0]   Tile             image f32[h,w,3]     image f32[2*h,w,3]   -
stages[1].stages[1]   Plain            image f32[2*h,w,3]   copy f32[2*h,w,3]    -
                                       mask bool[h,w]

in   image f32[h,w,3], mask bool[h,w]
out  copy f32[2*h,w,3], image f32[2*h,w,3], mask bool[h,w]

All contracts hold."""
    )


def test_swapped_axes_are_refused_for_all_sizes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", f"{EXAMPLES}:swapped", *IMAGE]) == 1
    assert (
        output(capsys)
        == """\
stage                 operator    input              output      parameters
────────────────────────────────────────────────────────────────────────────
stages[0]             Gain        image f32[h,w,3]   same spec   4 scalars:
                                                                 bias f32[]
                                                                 gain f32[3]
stages[1].stages[0]   Transpose   image f32[h,w,3]   BROKEN      -

in   image f32[h,w,3]

Transpose.transform at stages[1].stages[0] does not fit its contract:
  - return value: expected Float[Array, "h w c"], got float32[w,h,3]
  axis h = h, bound by data["image"]
  axis w = w, bound by data["image"]
  axis c = 3, bound by data["image"]"""
    )


def test_axis_names_mean_one_size_in_all_specs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", f"{EXAMPLES}:cut_out", *IMAGE, *MASK]) == 0
    assert output(capsys).startswith("""\
stage   operator   input              output              parameters
────────────────────────────────────────────────────────────────────
-       CutOut     image f32[h,w,3]   object f32[h,w,3]   -
                   mask bool[h,w]
""")
    assert main(["check", f"{EXAMPLES}:cut_out", *IMAGE, "--spec", "mask=bool[w,h]"]) == 1
    assert output(capsys).endswith("""\
CutOut.transform does not fit its contract:
  - data["mask"]: expected Bool[Array, "h w"], got bool[w,h]
  axis h = h, bound by data["image"]
  axis w = w, bound by data["image"]
  axis c = 3, bound by data["image"]""")


def test_a_missing_field_is_a_broken_contract(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", f"{EXAMPLES}:cut_out", *IMAGE]) == 1
    assert (
        output(capsys)
        == """\
stage   operator   input              output   parameters
─────────────────────────────────────────────────────────
-       CutOut     image f32[h,w,3]   BROKEN   -
                   mask missing

in   image f32[h,w,3]

CutOut: expected a field 'mask', got none of that name; available: 'image'"""
    )


def test_a_config_that_is_refused_is_a_broken_contract(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", f"{EXAMPLES}:refused_config"]) == 1
    assert (
        output(capsys)
        == """\
ModalityOperatorConfig is refused (2):
  - field_key: expected a length of at least 1, got ''
  - clip_range: expected strictly increasing numbers, got (1.0, 0.0); put the smaller number first\
"""
    )


def test_json_where_all_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", f"{EXAMPLES}:cut_out", *IMAGE, *MASK, "--json"]) == 0
    given = {"image": "f32[h,w,3]", "mask": "bool[h,w]"}
    assert json.loads(output(capsys)) == {
        "ok": True,
        "stages": [
            {
                "stage": "",
                "operator": "CutOut",
                "input": given,
                "output": {**given, "object": "f32[h,w,3]"},
                "parameters": {"scalars": 0, "arrays": {}},
            }
        ],
        "error": None,
    }


def test_json_where_a_contract_is_broken(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", f"{EXAMPLES}:swapped", *IMAGE, "--json"]) == 1
    image = {"image": "f32[h,w,3]"}
    assert json.loads(output(capsys)) == {
        "ok": False,
        "stages": [
            {
                "stage": "stages[0]",
                "operator": "Gain",
                "input": image,
                "output": image,
                "parameters": {"scalars": 4, "arrays": {"bias": "f32[]", "gain": "f32[3]"}},
            },
            {
                "stage": "stages[1].stages[0]",
                "operator": "Transpose",
                "input": image,
                "output": None,
                "parameters": {"scalars": 0, "arrays": {}},
            },
        ],
        "error": {
            "type": "ContractError",
            "stage": "stages[1].stages[0]",
            "operator": "Transpose",
            "message": "Transpose.transform at stages[1].stages[0] does not fit its contract:\n"
            '  - return value: expected Float[Array, "h w c"], got float32[w,h,3]\n'
            '  axis h = h, bound by data["image"]\n'
            '  axis w = w, bound by data["image"]\n'
            '  axis c = 3, bound by data["image"]',
            "problems": [
                {
                    "where": "return value",
                    "expected": 'Float[Array, "h w c"]',
                    "actual": "float32[w,h,3]",
                    "mend": "",
                }
            ],
        },
    }


def test_json_where_the_operator_cannot_be_made(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", f"{EXAMPLES}:refused_config", "--json"]) == 1
    found = json.loads(output(capsys))
    assert (found["ok"], found["stages"]) == (False, [])
    assert (found["error"]["type"], found["error"]["stage"]) == ("ConfigError", None)
    assert [problem["where"] for problem in found["error"]["problems"]] == [
        "field_key",
        "clip_range",
    ]


def test_a_body_that_no_contract_foresees_cannot_be_run(capsys: pytest.CaptureFixture[str]) -> None:
    message = not_run(capsys, f"{EXAMPLES}:crashing", *IMAGE)
    assert message.startswith(
        "datarax-typed check: Quarters could not be traced on image f32[h,w,3]: "
        "InconclusiveDimensionOperation: Cannot divide evenly the sizes of shapes (h, w, 3) and "
        "(4, 4, -1). "
    )
    assert message.endswith("; no contract foresees it, so nothing is said about its contracts\n")


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("photos", "expected MODULE:OBJECT, such as photos:pipeline, got 'photos'"),
        (
            "no_such_module:pipeline",
            (
                "there is no module 'no_such_module' in the current directory or among the "
                "installed packages"
            ),
        ),
        (f"{EXAMPLES}:goo", f"the module {EXAMPLES!r} has no 'goo'; did you mean 'good'?"),
        (f"{EXAMPLES}:A_NUMBER", f"{EXAMPLES}:A_NUMBER is of type int, which is no operator"),
        (f"{EXAMPLES}:jnp", f"{EXAMPLES}:jnp is a module; name an operator in it"),
        (
            f"{EXAMPLES}:Gain",
            (
                f"{EXAMPLES}:Gain is a class; name an operator made of it, or a function without "
                "arguments that makes one"
            ),
        ),
        (
            f"{EXAMPLES}:returns_a_number",
            f"{EXAMPLES}:returns_a_number() returned int, which is no operator",
        ),
        (
            f"{EXAMPLES}:needs_an_argument",
            (
                f"calling {EXAMPLES}:needs_an_argument() without arguments failed with TypeError: "
                "needs_an_argument() missing 1 required positional argument: 'size'"
            ),
        ),
    ],
)
def test_what_is_no_operator_cannot_be_run(
    capsys: pytest.CaptureFixture[str], target: str, message: str
) -> None:
    assert not_run(capsys, target, *IMAGE) == f"datarax-typed check: {message}\n"


def test_a_missing_spec_cannot_be_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert not_run(capsys, f"{EXAMPLES}:good") == (
        "datarax-typed check: expected at least one --spec, got none (its first stage reads "
        "'image'); give the fields of one element, for example --spec 'image=f32[h,w,3]'\n"
    )


def test_the_current_directory_is_searched(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here_alone.py").write_text(f"from {EXAMPLES} import good as pipeline\n")
    (tmp_path / "here_broken.py").write_text("import no_such_module\n")
    (tmp_path / "here_failing.py").write_text("1 / 0\n")
    monkeypatch.chdir(tmp_path)
    assert main(["check", "here_alone:pipeline", *IMAGE]) == 0
    assert output(capsys).endswith("All contracts hold.")
    assert not_run(capsys, "here_broken:pipeline", *IMAGE) == (
        "datarax-typed check: importing here_broken failed with ModuleNotFoundError: "
        "No module named 'no_such_module'\n"
    )
    assert not_run(capsys, "here_failing:pipeline", *IMAGE) == (
        "datarax-typed check: importing here_failing failed with ZeroDivisionError: "
        "division by zero\n"
    )
