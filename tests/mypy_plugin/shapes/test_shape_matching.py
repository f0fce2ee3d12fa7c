"""Shapes against annotations: as jaxtyping at run time, and silent of what is unknown."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from jaxtyping import AnnotationError, Shaped, jaxtyped

from datarax_typed.mypy_plugin.shapes.annotation import Dim, parse
from datarax_typed.mypy_plugin.shapes.certain import broadcast
from datarax_typed.mypy_plugin.shapes.matching import (
    Bindings,
    match,
    shape_text,
    substitute,
)
from datarax_typed.mypy_plugin.shapes.sizes import Size
from datarax_typed.mypy_plugin.shapes.values import Axis, Several, Shape

SINGLE = [
    *("a", "a", "b", "b", "#a", "#b", "3", "#2", "n=1", "c=a", "_", "_a"),
    *("a+1", "2*a", "a*b", "a-1", "a//2", "a%2", "-a+4", "b**2", "#a+1"),
    *("min(a,b)", "max(a,2)", "abs(a-b)", "(a+b)*2"),
]
VARIADIC = ["*v", "*v", "*#v", "*#v", "*w", "...", "*_v"]


@st.composite
def texts(draw: st.DrawFn) -> str:
    parts = draw(st.lists(st.sampled_from(SINGLE), max_size=3))
    if draw(st.booleans()):
        parts.insert(draw(st.integers(0, len(parts))), draw(st.sampled_from(VARIADIC)))
    return " ".join(parts)


CONCRETE = st.lists(st.integers(0, 3), max_size=4).map(tuple)


@st.composite
def arguments(draw: st.DrawFn) -> tuple[str, tuple[int, ...]]:
    """Return an annotation, and a shape that fits if chance wills it."""
    text = draw(texts())
    if draw(st.integers(0, 9)) == 0:
        return text, draw(CONCRETE)
    rank = len(text.split())
    if "*v" in text or "..." in text:
        rank += draw(st.integers(-1, 2))
    sizes = draw(st.lists(st.sampled_from([1, 2, 3, 2, 1, 4]), min_size=rank, max_size=rank))
    return text, tuple(sizes)


ARGUMENTS = st.lists(arguments(), min_size=1, max_size=4)

# What the names of the caller stand for, in the cases with names.
SIZES = {"h": 2, "k": 3}
SEVERAL = Several("s", "f")
AXES = (1, 3)


def dims(text: str) -> tuple[Dim, ...]:
    parsed = parse(text)
    assert parsed is not None
    return parsed


def known(shape: tuple[int, ...]) -> Shape:
    return tuple(map(Size.of, shape))


def accepted(calls: list[tuple[str, tuple[int, ...]]]) -> Iterator[bool]:
    """Yield jaxtyping's answers, within one scope; give up where it refuses the annotation."""
    with jaxtyped("context"):
        for text, shape in calls:
            try:
                annotation: Any = Shaped[np.ndarray, text]  # mypy: no class
                yield isinstance(np.zeros(shape), annotation)
            except (AnnotationError, ZeroDivisionError):
                assume(False)


@given(ARGUMENTS)
def test_what_is_known_matches_exactly_as_at_run_time(
    calls: list[tuple[str, tuple[int, ...]]],
) -> None:
    bindings = Bindings()
    for (text, shape), is_right in zip(calls, accepted(calls), strict=True):
        reason = match(dims(text), known(shape), bindings)
        assert (reason is None) is is_right, (text, shape, reason)


@st.composite
def seen(draw: st.DrawFn, shape: tuple[int, ...]) -> Shape:
    """Return a shape of which something is not known, or has a name."""
    axes: list[Axis | Several] = [draw(st.sampled_from(ways_to_say(size))) for size in shape]
    if draw(st.booleans()):
        start = draw(st.integers(0, len(axes)))
        stop = draw(st.integers(start, len(axes)))
        axes[start:stop] = [SEVERAL if shape[start:stop] == AXES else Several()]
    return tuple(axes)


def ways_to_say(size: int) -> list[Axis]:
    h, k = (Size.named(name, "f") for name in SIZES)
    named = [h, k, h + 1, 2 * h, h * k, k.floordiv(2), k - h, k - 1]
    return [Size.of(size), None, *(one for one in named if value(one) == size)]


def value(size: Size) -> int:
    return int(eval(str(size), dict(SIZES)))


@dataclass(frozen=True)
class Case:
    text: str
    shape: tuple[int, ...]
    seen: Shape


def cases() -> st.SearchStrategy[list[Case]]:
    return st.lists(arguments().flatmap(case), min_size=1, max_size=4)


def case(argument: tuple[str, tuple[int, ...]]) -> st.SearchStrategy[Case]:
    text, shape = argument
    return seen(shape).map(lambda visible: Case(text, shape, visible))


@given(cases())
def test_what_is_reported_is_refused_at_run_time(made: list[Case]) -> None:
    bindings = Bindings()
    reasons = [match(dims(case.text), case.seen, bindings) for case in made]
    if any(reasons):
        answers = list(accepted([(case.text, case.shape) for case in made]))
        assert not all(answers), reasons


@given(cases(), arguments())
def test_what_comes_out_is_what_may_come_out_at_run_time(
    made: list[Case], result: tuple[str, tuple[int, ...]]
) -> None:
    calls = [*((case.text, case.shape) for case in made), result]
    if all(accepted(calls)):
        bindings = Bindings()
        reasons = [match(dims(case.text), case.seen, bindings) for case in made]
        assert not any(reasons)
        shape = substitute(dims(result[0]), bindings)
        assert admits(shape, result[1]), (shape_text(shape), result)


def admits(shape: Shape, concrete: tuple[int, ...]) -> bool:
    match shape:
        case ():
            return not concrete
        case (Several() as several, *rest) if several == SEVERAL:
            return concrete[: len(AXES)] == AXES and admits(tuple(rest), concrete[len(AXES) :])
        case (Several(), *rest):
            starts = range(len(concrete) + 1)
            return any(admits(tuple(rest), concrete[start:]) for start in starts)
        case (first, *rest):
            assert not isinstance(first, Several)
            is_right = bool(concrete) and (first is None or value(first) == concrete[0])
            return is_right and admits(tuple(rest), concrete[1:])
        case _:
            raise AssertionError


@given(
    st.tuples(CONCRETE, CONCRETE).flatmap(
        lambda two: st.tuples(st.just(two), st.tuples(*map(seen, two)))
    )
)
def test_broadcasting_is_numpy_s(
    two: tuple[tuple[tuple[int, ...], tuple[int, ...]], tuple[Shape, Shape]],
) -> None:
    shapes, seen_shapes = two
    found, exact = broadcast(*seen_shapes), broadcast(*map(known, shapes))
    try:
        expected = np.broadcast_shapes(*shapes)
    except ValueError:
        assert exact is None
    else:
        assert exact == known(expected)
        assert found is not None
        assert admits(found, expected)
