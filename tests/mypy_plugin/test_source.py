"""What is read from source text: metadata of annotations, and what a `__post_init__` may do."""

import ast
from pathlib import Path

import pytest
from mypy.options import Options

from datarax_typed.mypy_plugin.source import (
    annotated_metadata,
    content_of,
    parsed,
    replaces_values,
)


def calls(text: str) -> dict[tuple[int, int], list[str]]:
    found = annotated_metadata(text.encode())
    assert found is not None
    return {
        position: list(map(ast.unparse, made))
        for position, made in {**found.calls, **found.quoted}.items()
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x: Annotated[int, Gt(0)]", {(1, 13): ["Gt(0)"]}),
        ("x: t.Annotated[int, Gt(0), 'text', Lt(9)]", {(1, 15): ["Gt(0)", "Lt(9)"]}),
        ("x: list[Annotated[int, Gt(0)]]", {(1, 18): ["Gt(0)"]}),
        ("\n\nA: TypeAlias = Annotated[str, MinLen(1)]", {(3, 25): ["MinLen(1)"]}),
        ("P = Gt(0)\nx: Annotated[int, P]", {(2, 13): ["Gt(0)"]}),
        ("P = Gt(0)\nP = Gt(1)\nx: Annotated[int, P]", {(3, 13): []}),
        ("é = Annotated[int, Gt(0)]", {(1, at): ["Gt(0)"] for at in (13, 14, 15)}),
        ("x: 'Annotated[int, Gt(0)]'", {(1, 3): ["Gt(0)"]}),
        ("x: 'Annotated[int, Gt(0'", {}),
        ("x: Annotated", {}),
    ],
)
def test_metadata_of_annotations(text: str, found: dict[tuple[int, int], list[str]]) -> None:
    assert calls(text) == found


def test_a_union_that_is_annotated_as_a_whole() -> None:
    text = b"x: Annotated[int | None, Gt(0)]\ny: Annotated[int, Gt(0)] | None"
    found = annotated_metadata(text)
    assert found is not None
    assert found.unions == {(1, 13)}


@pytest.mark.parametrize("text", [b"", b"x: int", b"this is no program", b"no Annotated program"])
def test_where_nothing_can_be_read_nothing_is_found(text: bytes) -> None:
    assert annotated_metadata(text) is None


@pytest.mark.parametrize(
    ("body", "replaces"),
    [
        ("super().__post_init__()", False),
        ("super().__post_init__()\n        print('made')", False),
        ("super().__post_init__()\n        object.__setattr__(self, 'x', 1)", True),
        ("super().__post_init__()\n        self.mend()", True),
        ("super().__post_init__()\n        title = f'{type(self).__name__} {self!r}'", False),
        ("super().__post_init__()\n        print(self.__class__, self.size, str(self))", False),
        ("super().__post_init__()\n        type(self).__setattr__(self, 'x', 1)", True),
        ("super().__post_init__()\n        super().__setattr__('x', 1)", True),
        ("super().__post_init__()\n        self.__dict__['x'] = 1", True),
        ("super().__post_init__()\n        this = self", True),
        ("if self.size:\n            super().__post_init__()", True),
        ("if self.size:\n            return\n        super().__post_init__()", True),
        ("try:\n            super().__post_init__()\n        finally:\n            return", True),
        ("pass", True),
    ],
)
def test_what_a_post_init_may_do(body: str, replaces: bool) -> None:
    text = f"class C(Base):\n    def __post_init__(self):\n        {body}\n"
    assert replaces_values(parsed(text.encode()), 2) is replaces


def test_without_its_text_anything_may_stand_there() -> None:
    assert replaces_values(None, 2)
    assert replaces_values(parsed(b"x = 1\n"), 2)


def test_a_module_that_this_python_cannot_read_has_no_tree() -> None:
    assert parsed(b"") is None
    assert parsed(b"a b") is None
    assert parsed(b"x = '\\d' + '\x00'") is None


def test_reading_a_module_warns_of_nothing() -> None:
    assert parsed(b"x = '\\d'") is not None


def test_the_content_of_a_file_is_what_mypy_reads(tmp_path: Path) -> None:
    saved, edited, gone = (str(tmp_path / name) for name in ("a.py", "b.py", "c.py"))
    Path(saved).write_bytes(b"x = 1\r\n")
    Path(edited).write_bytes(b"x = 2\n")
    options = Options()
    assert content_of(saved, options) == b"x = 1\r\n"
    assert content_of(gone, options) == b""
    options.shadow_file = [[saved, edited]]
    assert content_of(saved, options) == b"x = 2\n"
