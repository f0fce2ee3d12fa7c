"""How the type checkers are compared: whose error counts, and what pyrefly is given to read."""

from pathlib import Path

import pytest

from tests.shapes_declared import declared
from tests.shapes_side_by_side import BEGIN, END, Programs, table, write

_PROGRAM = '''"""A program."""

from jaxtyping import Float
from jax import Array


def f(x: Float[Array, "*s b 3"]) -> Float[Array, "b-1"]:
    def inner(y: Float[Array, "b c"]) -> None: ...


def unread(x: Float[Array, "2*b"]) -> None: ...


def none(x: int) -> None: ...
'''


def test_names_are_declared_once_and_only_where_all_can_be_read() -> None:
    text, numbers = declared(_PROGRAM)
    added = [line.strip() for line in text.splitlines() if "static_jaxtyping" in line]
    assert added == [
        "from shape_extensions import static_jaxtyping",
        '@static_jaxtyping("*s b")',
        '@static_jaxtyping("c")',
    ]
    lines = _PROGRAM.splitlines()
    assert all(
        line == lines[number - 1]
        for line, number in zip(text.splitlines(), numbers, strict=True)
        if "static_jaxtyping" not in line
    )


def test_an_error_counts_for_its_statement(tmp_path: Path) -> None:
    for name, text in {
        "pass": "f(\n    1\n)\n",
        "fail": "f(  # E: datarax-shape: x\n    1\n)\n",
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "one.py").write_text(text)
    row = Programs(tmp_path).row(
        "a", "1", [("fail/one.py", 2), ("pass/one.py", 2), ("pass/one.py", 3)]
    )
    assert row.detected == {("fail/one.py", 1)}
    assert row.false_alarms == {("pass/one.py", 1)}
    assert table([row], 1).endswith("| a | 1 | 1 | 1 |")


def test_the_page_is_written_between_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"a\n{BEGIN}\nold\n{END}\nb\n")
    write(page, "new")
    assert page.read_text() == f"a\n{BEGIN}\n\nnew\n\n{END}\nb\n"
    page.write_text("a")
    with pytest.raises(ValueError, match="--page: expected the lines"):
        write(page, "new")
