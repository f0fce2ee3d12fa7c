"""Annotations in expressions."""

import pytest

from datarax_typed.mypy_plugin.shapes.written import written_in_expressions


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A = Float[Array, 'b c']", {(1, 10): [("Float", "b c")]}),
        ("A = jt.Int[jax.Array, '']", {(1, 11): [("jt.Int", "")]}),
        ("A = F[I[Array, 'c'], 'b']", {(1, 8): [("F", "b"), ("I", "c")]}),
        ("A = cast(Float[Array, 'b'], x)", {(1, 15): [("Float", "b")]}),
        ("A: TypeAlias = Float[Array, 'b']", {(1, 21): [("Float", "b")]}),
        (
            "A = Float[Array, 'b'] | Int[Array, 'c']",
            {(1, 10): [("Float", "b")], (1, 28): [("Int", "c")]},
        ),
        ("é = Float[Array, 'b']", {(1, at): [("Float", "b")] for at in (9, 10, 11)}),
        ("x: Float[Array, 'b'] = y", {}),
        ("def f(x: Float[Array, 'b']) -> Float[Array, 'b']: ...", {}),
        ("x = table[key, 'b']", {(1, 10): [("table", "b")]}),
        ("x = a.table[key, 'b']", {}),
        ("x = Float[Array]", {}),
        ("x = Float[Array, name]", {}),
        ("x = (", {}),
        ("", {}),
    ],
)
def test_annotations_by_the_place_of_the_array(
    text: str, found: dict[tuple[int, int], list[tuple[str, str]]]
) -> None:
    written = written_in_expressions(text.encode())
    assert {
        place: [(one.dtype, one.text) for one in around] for place, around in written.items()
    } == found
