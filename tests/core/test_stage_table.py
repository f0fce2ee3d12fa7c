"""The stages of an operator as a table; the command's tests compare it as it is printed."""

from io import StringIO

from rich.console import Console

from datarax_typed.core.stage_table import print_stages, stage_json
from datarax_typed.core.stages import StageRow, StageTable
from datarax_typed.errors import FieldError

IMAGE = {"image": "f32[h,w,3]"}


def row(**changes: str) -> StageRow:
    parameters = dict.fromkeys(changes, "f32[2]") or {"a": "f32[]", "b": "f32[]"}
    scalars = 2 * len(changes) or 2
    return StageRow("stages[0]", "Op", IMAGE, ["image"], IMAGE, parameters, scalars)


def printed(table: StageTable, *, width: int, is_terminal: bool) -> list[str]:
    file = StringIO()
    console = Console(file=file, width=width, force_terminal=is_terminal, color_system=None)
    print_stages(console, table)
    return file.getvalue().splitlines()


def test_a_narrow_pipe_does_not_fold_the_table() -> None:
    lines = printed(StageTable([row()]), width=20, is_terminal=False)
    assert lines[2].split() == [
        "stages[0]",
        "Op",
        "image",
        "f32[h,w,3]",
        "same",
        "spec",
        "a",
        "f32[]",
    ]


def test_a_narrow_terminal_gets_a_narrow_table() -> None:
    lines = printed(StageTable([row(), row(c="", d="")]), width=60, is_terminal=True)
    assert "\n".join(line.rstrip() for line in lines).endswith("""
stages[0]                     image f32[h,w,3]   same spec
Op
a f32[]
b f32[]

stages[0]                     image f32[h,w,3]   same spec
Op
4 scalars:
c f32[2]
d f32[2]

in   image f32[h,w,3]
out  image f32[h,w,3]""")


def test_many_parameters_are_counted() -> None:
    lines = printed(StageTable([row(a="", b="", c="", d="")]), width=100, is_terminal=False)
    assert lines[2].rstrip().endswith("8 scalars in 4 arrays")


def test_brackets_are_no_markup() -> None:
    broken = StageRow("stages[0]", "Op [bold]", IMAGE, ["image"], None, {}, 0)
    lines = printed(StageTable([broken]), width=100, is_terminal=False)
    assert "Op [bold]" in lines[2]
    assert "BROKEN" in lines[2]


def test_an_error_without_problems_has_none_in_json() -> None:
    found = stage_json(StageTable([row()], FieldError("no field")))
    assert isinstance(found, dict)
    assert found["error"] == {
        "type": "FieldError",
        "stage": "stages[0]",
        "operator": "Op",
        "message": "no field",
        "problems": [],
    }
