"""What types ask of values, at every depth; nothing of values that are of another type."""

import pytest

from datarax_typed.core.rules import Unknown
from datarax_typed.mypy_plugin.constraints import Constraint
from datarax_typed.mypy_plugin.findings import Finding
from datarax_typed.mypy_plugin.spec import Spec, broken, holds

POSITIVE: Constraint = ("Gt", [0], {})
FILLED: Constraint = ("MinLen", [1], {})
NUMBER = Spec("int", (POSITIVE,))
TEXT = Spec("str", (FILLED,))
NONE = Spec("None")


@pytest.mark.parametrize(
    ("spec", "value", "texts"),
    [
        (NUMBER, 0, ["x: expected a number > 0, got 0"]),
        (
            Spec("list", (FILLED,), items=NUMBER),
            [1, 0, -1],
            ["x[1]: expected a number > 0, got 0", "x[2]: expected a number > 0, got -1"],
        ),
        (
            Spec("list", (FILLED,), items=NUMBER),
            [],
            ["x: expected a length of at least 1, got list of 0"],
        ),
        (
            Spec("dict", keys=TEXT, values=NUMBER),
            {"": 1, "a": 0},
            [
                "key '' of x: expected a length of at least 1, got ''",
                'x["a"]: expected a number > 0, got 0',
            ],
        ),
        (
            Spec("tuple", parts=(NUMBER, TEXT), length=2),
            (0, ""),
            [
                "x[0]: expected a number > 0, got 0",
                "x[1]: expected a length of at least 1, got ''",
            ],
        ),
        (Spec("dict", named={"a": NUMBER}), {"a": 0}, ['x["a"]: expected a number > 0, got 0']),
        (Spec(arms=(NUMBER, NONE)), 0, ["x: expected a number > 0, got 0"]),
        (Spec("Sequence", items=NUMBER), (1, 0), ["x[1]: expected a number > 0, got 0"]),
    ],
)
def test_what_breaks_a_spec(spec: Spec, value: object, texts: list[str]) -> None:
    assert [finding.text for finding in broken(spec, value, "x")] == texts


def test_a_finding_shows_the_constraint_as_it_is_written() -> None:
    (found,) = broken(NUMBER, 0, "x")
    assert found == Finding(("x",), "x: expected a number > 0, got 0", "Gt(gt=0)")
    assert str(found) == "x: expected a number > 0, got 0 (rule: Gt(gt=0))"


@pytest.mark.parametrize(
    ("spec", "value"),
    [
        (None, 0),
        (NUMBER, 1),
        (NUMBER, "text"),
        (NUMBER, None),
        (NUMBER, Unknown()),
        (Spec("list", items=NUMBER), [Unknown(), 1]),
        (Spec(arms=(NUMBER, NONE)), None),
        (Spec(arms=(NUMBER, Spec("float"))), 0),
        (Spec("tuple", parts=(NUMBER,), length=1), (0, 0)),
        (Spec("str", (FILLED,), literals=("a",)), ""),
    ],
)
def test_what_breaks_nothing(spec: Spec | None, value: object) -> None:
    assert list(broken(spec, value, "x")) == []


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        ("float", 1, True),
        ("int", True, True),
        ("int", 1.0, False),
        ("bool", 1, False),
        ("Sequence", "text", True),
        ("list", (1,), False),
        ("Mapping", {}, True),
        ("?", 1, True),
    ],
)
def test_values_of_types(kind: str, value: object, fits: bool) -> None:
    assert holds(Spec(kind), value) is fits


def test_a_literal_type_has_its_values_alone() -> None:
    spec = Spec(arms=(Spec("str", literals=("auto",)), Spec("int", literals=(1,))))
    assert holds(spec, "auto")
    assert not holds(spec, "other")
    assert holds(spec, 1)
    assert not holds(spec, True)


def test_a_spec_becomes_data_and_a_spec_again() -> None:
    spec = Spec(
        "dict",
        (FILLED,),
        keys=TEXT,
        values=Spec(arms=(Spec("tuple", parts=(NUMBER,), length=1), NONE)),
        named={"a": Spec("list", items=NUMBER)},
    )
    assert Spec().packed() == {}
    assert NUMBER.packed() == {"kind": "int", "own": (("Gt", [0], {}),)}
    packed = spec.packed()
    assert isinstance(packed, dict)
    assert Spec.unpacked(packed) == spec
