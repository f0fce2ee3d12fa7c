"""Annotations on types."""

import pytest
from mypy.nodes import TypeAlias
from mypy.types import AnyType, Type, TypeAliasType, TypeOfAny

from datarax_typed.mypy_plugin.shapes.carried import Annotation, annotation_of

ARRAY = AnyType(TypeOfAny.special_form)


def alias(name: str, target: Type) -> TypeAliasType:
    return TypeAliasType(TypeAlias(target, f"package.m.{name}", "package.m", 1, 1), [])


def shown(annotation: Annotation | None) -> str:
    return "" if annotation is None else f"{annotation} {annotation.is_opaque}"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("_datarax_typed@ open Float b%20c 0", 'Float[Array, "b c"] False'),
        ("_datarax_typed@ opaque Int %2E%2E%2E 0", 'Int[Array, "..."] True'),
        ("_datarax_typed@ open Float  0", 'Float[Array, ""] False'),
        ("_datarax_typed@ open Float", ""),
        ("Image", ""),
    ],
)
def test_the_name_of_an_alias_tells(name: str, found: str) -> None:
    assert shown(annotation_of(alias(name, ARRAY))) == found


def test_other_aliases_are_looked_through() -> None:
    inner = alias("_datarax_typed@ open Float32 c 0", ARRAY)
    assert shown(annotation_of(alias("Image", inner))) == 'Float32[Array, "c"] False'


def test_axes_of_an_annotated_array_come_last() -> None:
    inner = alias("_datarax_typed@ open Float32 c 0", ARRAY)
    outer = alias("_datarax_typed@ open Float b 0", alias("Image", inner))
    assert shown(annotation_of(outer)) == 'Float32[Array, "b c"] False'


def test_no_type_carries_no_annotation() -> None:
    assert (annotation_of(None), annotation_of(ARRAY)) == (None, None)
