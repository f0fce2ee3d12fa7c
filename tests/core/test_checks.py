"""Order does not matter, arms leave nothing behind, and reports say where axes were bound."""

from typing import Annotated, Any

import annotated_types as at
from jaxtyping import Array, Float

from datarax_typed.core import axes
from datarax_typed.core.checks import Report, fits
from datarax_typed.core.hints import compile_hint
from tests.core.drawn import zeros
from tests.core.mismatches import mismatches

H: Any = Float[Array, "h"]
HW: Any = Float[Array, "h w"]


def test_a_symbolic_axis_may_come_first() -> None:
    pair: Any = tuple[Float[Array, "2*h"], H]
    assert mismatches(pair, (zeros(6), zeros(3))) == []
    assert mismatches(pair, (zeros(5), zeros(3))) == [
        'x0[0]: expected Float[Array, "2*h"], got float32[5]'
    ]


def test_a_failed_arm_binds_nothing() -> None:
    either: Any = tuple[Float[Array, "h 3"] | Float[Array, "w 4"], H]
    assert mismatches(either, (zeros(2, 4), zeros(5))) == []
    assert mismatches(tuple[HW | H, H], (zeros(2), zeros(2))) == []


def test_an_arm_waits_for_its_axes() -> None:
    late: Any = tuple[Float[Array, "2*h"] | H, H]
    assert mismatches(late, (zeros(3), zeros(3))) == []
    assert mismatches(late, (zeros(6), zeros(3))) == []
    assert mismatches(late, (zeros(5), zeros(3))) == [
        'x0[0]: expected Float[Array, "2*h"] | Float[Array, "h"], got float32[5]'
    ]


def test_fits_says_when_it_does_not_know() -> None:
    check = compile_hint(Float[Array, "2*h"])
    assert check is not None
    with axes.scope({}):
        assert fits(check, zeros(6), "x", Report(), last=False) is None
        assert fits(check, zeros(6), "x", Report(), last=True) is False


def test_a_report_says_where_axes_were_bound() -> None:
    check = compile_hint(tuple[HW, Float[Array, "h *rest"]])
    assert check is not None
    report = Report()
    with axes.scope({}):
        check((zeros(2, 3), zeros(2, 5)), "x", report)
        assert report.axes() == [
            "axis h = 2, bound by x[0]",
            "axis w = 3, bound by x[0]",
            "axis *rest = (5), bound by x[1]",
        ]


def test_axes_that_raise_are_reported() -> None:
    check = compile_hint(Float[Array, "{self.missing}"])
    assert check is not None
    report = Report()
    with axes.scope({"self": object()}):
        check(zeros(3), "x", report)
    assert [str(problem) for problem in report.problems] == [
        (
            'x: expected Float[Array, "{self.missing}"], got float32[3]; its axes raise '
            "AttributeError: 'object' object has no attribute 'missing'"
        )
    ]


def test_a_constraint_is_silent_where_the_type_is_wrong() -> None:
    assert mismatches(Annotated[int, at.Gt(0)], "a") == ["x0: expected int, got 'a'"]
    assert mismatches(Annotated[int, at.Gt(0), at.MultipleOf(2)], -1) == [
        "x0: expected a number > 0, got -1",
        "x0: expected a multiple of 2, got -1",
    ]
