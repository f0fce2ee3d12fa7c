"""What a type tells of a value: a literal all, another what it cannot be."""

import pytest
from mypy.test.typefixture import TypeFixture
from mypy.types import AnyType, LiteralType, NoneType, Type, TypeOfAny, UnionType

from datarax_typed.core.rules import Unknown
from datarax_typed.mypy_plugin.known_types import bytes_of, of_type

TYPES = TypeFixture()
TEXT = TYPES.str_type
ONE, TWO = LiteralType("one", TEXT), LiteralType("two", TEXT)


@pytest.mark.parametrize(
    ("typ", "values"),
    [
        (ONE, ("one",)),
        (TEXT.copy_modified(last_known_value=ONE), ("one",)),
        (UnionType([ONE, TWO]), ("one", "two")),
        (NoneType(), (None,)),
    ],
)
def test_literals_tell_the_value(typ: Type, values: tuple[object, ...]) -> None:
    assert of_type(typ) == values


@pytest.mark.parametrize(
    ("typ", "may_be_none", "may_be_false"),
    [
        (None, True, True),
        (AnyType(TypeOfAny.explicit), True, True),
        (TYPES.o, True, True),
        (TYPES.a, False, False),
        (TEXT, False, False),
        (TYPES.function, False, False),
        (TYPES.type_a, False, False),
        (UnionType([TEXT, NoneType()]), True, False),
        (UnionType([ONE, NoneType()]), True, False),
    ],
)
def test_other_types_tell_what_it_cannot_be(
    typ: Type | None, may_be_none: bool, may_be_false: bool
) -> None:
    (value,) = of_type(typ)
    assert isinstance(value, Unknown)
    assert (value.may_be_none, value.may_be_false) == (may_be_none, may_be_false)


def test_bytes_are_read_from_their_escapes() -> None:
    assert bytes_of("a\\x00\\xff") == b"a\x00\xff"
