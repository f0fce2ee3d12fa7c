"""Every kind of type hint: what it accepts, and the path of what it refuses."""

import collections
import collections.abc
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import (
    Annotated,
    Any,
    Generic,
    Literal,
    Self,
)

import annotated_types as at
import jax
import numpy as np
import pytest
from flax import nnx
from jaxtyping import Array, Float, Key, PyTree

from datarax_typed.core.element_batch import Batch, Element
from datarax_typed.core.hints import HintCompiler, compile_hint
from tests.core.drawn import zeros
from tests.core.mismatches import mismatches
from tests.core.schemas import (
    BoundT,
    Box,
    FloatPair,
    Image,
    ListOf,
    Metres,
    Nest,
    OneOfT,
    Pair,
    Partial,
    Photo,
    Point,
    Qualified,
    Row,
    Same,
    SizedBox,
    T,
    Tree,
)

H: Any = Float[Array, "h"]  # a type as a value has no better type


def photo(**changes: object) -> dict[str, object]:
    return {"image": zeros(4, 6, 3), "mask": zeros(4, 6, dtype="bool"), **changes}


def named(value: object) -> str | None:
    """Name a case by its text, unless that tells of an address."""
    text = str(value)
    return None if " at 0x" in text else text[:40]


ACCEPTED: list[tuple[object, Callable[[], object]]] = [
    (Any, object),
    (object, object),
    (None, lambda: None),
    (float, lambda: 1),
    (Literal["a", 1], lambda: 1),
    (H | None, lambda: None),
    (Float[Array, ""], zeros),
    (Float[Array, "2 3"], lambda: zeros(2, 3)),
    (Float[Array, "_ 3"], lambda: zeros(2, 3)),
    (Float[Array, "..."], lambda: zeros(2, 3)),
    (Float[Array, "*dims c"], lambda: zeros(2, 3)),
    (Float[Array, "#c"], lambda: zeros(1)),
    (Float[np.ndarray, "h"], lambda: np.zeros(3)),
    (Key[Array, ""], lambda: jax.random.key(0)),
    (Photo, photo),
    (Partial, lambda: {"label": 1}),
    (Qualified, lambda: {"label": 1, "size": 2}),
    (Box[int], lambda: {"value": 3}),
    (SizedBox, lambda: {"value": zeros(3), "other": zeros(3)}),
    (Tree, lambda: {"value": zeros(3), "children": [{"value": zeros(3)}]}),
    (Pair[int], lambda: Pair(1, 2)),
    (Pair, lambda: Pair(1, "a")),
    (FloatPair, lambda: FloatPair(zeros(3), zeros(3), {"a": 1})),
    (Same, lambda: Same(1, 2)),
    (Same[int], lambda: Same(1, 2)),
    (Point, lambda: Point(zeros(), zeros())),
    (tuple, lambda: (1, "a")),
    (typing.Tuple, lambda: (1, "a")),  # noqa: UP006  # the old name means the same
    (tuple[()], tuple),
    (tuple[int, str], lambda: (1, "a")),
    (tuple[int, ...], tuple),
    (tuple[str, *tuple[int, ...], str], lambda: ("a", 1, 2, "b")),
    (tuple[str, *tuple[int, str]], lambda: ("a", 1, "b")),
    (tuple[str, typing.Unpack[tuple[int, ...]]], lambda: ("a", 1, 2)),  # noqa: UP044  # what Python 3.11 reads
    (list[H], lambda: [zeros(3), zeros(3)]),
    (collections.deque[int], lambda: collections.deque([1])),
    (collections.abc.Iterable[H], lambda: iter([1])),
    (collections.abc.Mapping[str, H], lambda: {"a": zeros(3)}),
    (collections.OrderedDict[str, int], lambda: collections.OrderedDict(a=1)),
    (collections.abc.ItemsView[str, int], {"a": 1}.items),
    (PyTree, object),
    (PyTree[H], lambda: {"a": [zeros(3)], "b": (zeros(3), None)}),
    (PyTree[tuple[int, int]], lambda: {"a": (1, 2), "b": [(3, 4)]}),
    (PyTree[Float[Array, "?h"], "T"], lambda: {"a": zeros(3), "b": zeros(4)}),
    (Image, lambda: zeros(2, 3)),
    (Nest, lambda: [1, [2, [3]]]),
    (ListOf[int], lambda: [1]),
    (Metres, lambda: 1.5),
    (T, object),
    (OneOfT, lambda: zeros(3, dtype="int32")),
    (Annotated[int, "a note", at.Gt(0)], lambda: 1),
    (Annotated[H, at.Gt(0)], lambda: zeros(3)),
    (type[int], lambda: int),
    (Callable[[int], str], lambda: str),
    (nnx.Rngs, lambda: nnx.Rngs(0)),
    (Element[Photo], lambda: Element(photo())),
    (
        Batch[Photo],
        lambda: Batch({"image": zeros(2, 4, 6, 3), "mask": zeros(2, 4, 6, dtype="bool")}),
    ),
    (Batch, lambda: Batch({"image": zeros(2)})),
]


@pytest.mark.parametrize(("hint", "make"), ACCEPTED, ids=named)
def test_what_fits_is_accepted(hint: object, make: Callable[[], object]) -> None:
    assert mismatches(hint, make()) == []


EXPECTED_H = 'expected Float[Array, "h"], got'
REFUSED: list[tuple[object, Callable[[], object], list[str]]] = [
    (None, lambda: 1, ["x0: expected None, got 1"]),
    (int, lambda: "1", ["x0: expected int, got '1'"]),
    (Literal["a", 1], lambda: True, ["x0: expected 'a' or 1, got True"]),
    (H, lambda: 3.0, [f"x0: {EXPECTED_H} 3.0"]),
    (H, lambda: zeros(3, 3), [f"x0: {EXPECTED_H} float32[3,3]"]),
    (
        H,
        lambda: nnx.Param(zeros(3)),
        [f"x0: {EXPECTED_H} Param of float32[3]; pass the variable's array: variable[...]"],
    ),
    (
        H,
        lambda: np.zeros(3, np.float32),
        [f"x0: {EXPECTED_H} NumPy float32[3]; pass a JAX array: jnp.asarray(value)"],
    ),
    (
        H,
        lambda: zeros(3, dtype="int32"),
        [f"x0: {EXPECTED_H} int32[3]; convert it first, for example by array.astype(jnp.float32)"],
    ),
    (H | None, zeros, [f"x0: {EXPECTED_H} float32[]"]),
    (
        H | Float[Array, "h w"],
        zeros,
        ['x0: expected Float[Array, "h"] | Float[Array, "h w"], got float32[]'],
    ),
    (
        Float[Array, "2*h"],
        lambda: zeros(3),
        [
            (
                'x0: expected Float[Array, "2*h"], got float32[3]; '
                "no argument binds the axes it refers to"
            )
        ],
    ),
    (Photo, lambda: 3, ["x0: expected a dict of the keys of Photo, got 3"]),
    (
        Photo,
        lambda: {"image": zeros(4, 6, 3), "msk": 3, "other": 1},
        [
            (
                "x0: expected the key 'mask' of Photo, got no such key; did you mean 'msk'? "
                "available: 'image', 'msk', 'other'"
            )
        ],
    ),
    (
        Photo,
        dict,
        [
            "x0: expected the key 'image' of Photo, got no such key; available: none",
            "x0: expected the key 'mask' of Photo, got no such key; available: none",
        ],
    ),
    (
        Photo,
        lambda: photo(mask=zeros(4, 5, dtype="bool")),
        ['x0["mask"]: expected Bool[Array, "h w"], got bool[4,5]'],
    ),
    (
        Partial,
        lambda: {"image": zeros(1)},
        [
            'x0["image"]: expected Float[Array, "h w"], got float32[1]',
            "x0: expected the key 'label' of Partial, got no such key; available: 'image'",
        ],
    ),
    (
        Qualified,
        lambda: {"label": "a", "note": 1, "both": "b"},
        [
            "x0[\"label\"]: expected int, got 'a'",
            (
                "x0: expected the key 'size' of Qualified, got no such key; "
                "available: 'label', 'note', 'both'"
            ),
            'x0["note"]: expected str, got 1',
            "x0[\"both\"]: expected int, got 'b'",
        ],
    ),
    (Box[int], lambda: {"value": "a"}, ["x0[\"value\"]: expected int, got 'a'"]),
    (
        SizedBox,
        lambda: {"value": zeros(3), "other": zeros(4)},
        [f'x0["other"]: {EXPECTED_H} float32[4]'],
    ),
    (
        Tree,
        lambda: {"value": zeros(3), "children": [{"value": zeros(3)}, {"value": zeros(4)}]},
        [f'x0["children"][1]["value"]: {EXPECTED_H} float32[4]'],
    ),
    (Pair[int], lambda: 3, ["x0: expected Pair, got 3"]),
    (Pair[int], lambda: Pair(1, "a"), ["x0.right: expected int, got 'a'"]),
    (FloatPair, lambda: FloatPair(zeros(3), zeros(4)), [f"x0.right: {EXPECTED_H} float32[4]"]),
    (
        FloatPair,
        lambda: FloatPair(zeros(3), zeros(3), {"a": "b"}),  # type: ignore[dict-item]  # tested
        ["x0.date[\"a\"]: expected int, got 'b'"],
    ),
    (Same[int], lambda: Same("a", 1), ["x0.left: expected int, got 'a'"]),
    (
        Pair[Pair[int]],
        lambda: Pair(Pair(1, ""), 2),
        [
            "x0.left.right: expected int, got ''",
            "x0.right: expected Pair, got 2",
        ],
    ),
    (Point, lambda: (zeros(), zeros()), ["x0: expected Point, got tuple of 2"]),
    (
        Point,
        lambda: Point(zeros(), zeros(1)),
        ['x0.y: expected Float[Array, ""], got float32[1]'],
    ),
    (tuple[()], lambda: (1,), ["x0: expected tuple[()], 0 items, got tuple of 1"]),
    (
        tuple[int, str],
        lambda: [1, "a"],
        ["x0: expected tuple[int, str], 2 items, got list of 2; write (1, 'a')"],
    ),
    (tuple[int, str], lambda: (1, 2), ["x0[1]: expected str, got 2"]),
    (tuple[int, ...], lambda: (1, "a"), ["x0[1]: expected int, got 'a'"]),
    (
        tuple[str, *tuple[int, ...], str],
        lambda: ("a", 1, "c", 2),
        ["x0[3]: expected str, got 2", "x0[2]: expected int, got 'c'"],
    ),
    (
        tuple[str, *tuple[int, ...]],
        tuple,
        ["x0: expected tuple[str, *tuple[int, ...]], got tuple of 0"],
    ),
    (list[str], lambda: "ab", ["x0: expected list[str], got 'ab'; write ['ab']"]),
    (list[str], lambda: ("a",), ["x0: expected list[str], got tuple of 1; write ['a']"]),
    (set[int], lambda: {"a"}, ["x0[0]: expected int, got 'a'"]),
    (collections.abc.Sequence[int], lambda: [1, "a"], ["x0[1]: expected int, got 'a'"]),
    (collections.abc.Iterable[int], lambda: [1, "a"], ["x0[1]: expected int, got 'a'"]),
    (collections.abc.Collection[int], lambda: [1, "a"], ["x0[1]: expected int, got 'a'"]),
    (collections.abc.Set[int], lambda: {"a"}, ["x0[0]: expected int, got 'a'"]),
    (collections.deque[int], lambda: collections.deque([1, ""]), ["x0[1]: expected int, got ''"]),
    (dict[str, int], lambda: [1], ["x0: expected dict[str, int], got list of 1"]),
    (
        dict[str, int],
        lambda: {"a": 1, 2: "b"},
        ["key 2 of x0: expected str, got 2", "x0[2]: expected int, got 'b'"],
    ),
    (
        PyTree[H],
        lambda: {"a": [zeros(3)], "b": zeros(4)},
        [f'x0["b"]: {EXPECTED_H} float32[4]'],
    ),
    (
        PyTree[Photo],
        lambda: [photo(), photo(mask=1)],
        [
            'x0[1]["image"]: expected a dict of the keys of Photo, got float32[4,6,3]',
            'x0[1]["mask"]: expected a dict of the keys of Photo, got 1',
        ],
    ),
    (Image, lambda: zeros(2), ['x0: expected Float[Array, "h w"], got float32[2]']),
    (Nest, lambda: [1, ["a"]], ["x0: expected list[Nest] | int, got list of 2"]),
    (ListOf[int], lambda: ["a"], ["x0[0]: expected int, got 'a'"]),
    (Metres, lambda: "a", ["x0: expected float, got 'a'"]),
    (Row, lambda: [1, 2, "a"], ["x0[2]: expected int, got 'a'"]),
    (BoundT, zeros, [f"x0: {EXPECTED_H} float32[]"]),
    (
        OneOfT,
        lambda: zeros(3, dtype="bool"),
        ['x0: expected Float[Array, "h"] | Int[Array, "h"], got bool[3]'],
    ),
    (Annotated[int, at.Gt(0)], lambda: 0, ["x0: expected a number > 0, got 0"]),
    (Callable[[int], str], lambda: 3, ["x0: expected Callable[[int], str], got 3"]),
    (
        Element[Photo],
        lambda: Element({"image": zeros(4, 6, 3), "mask": zeros(4, dtype="bool")}),
        ['x0.data["mask"]: expected Bool[Array, "h w"], got bool[4]'],
    ),
    (
        Batch[Photo],
        lambda: Batch({"image": zeros(2, 4, 6, 3), "mask": zeros(2, 4, 5, dtype="bool")}),
        ['x0.data["mask"]: expected Bool[Array, "h w"], got bool[4,5]'],
    ),
    (
        Batch[Photo],
        photo,
        ["x0: expected Batch, got dict with keys 'image', 'mask'; give Batch(data)"],
    ),
]


@pytest.mark.parametrize(("hint", "make", "problems"), REFUSED, ids=named)
def test_what_does_not_fit_is_refused(
    hint: object, make: Callable[[], object], problems: list[str]
) -> None:
    assert mismatches(hint, make()) == problems


# As values: none of them is a type.
FIVE: Any = 5
SELF: Any = Self
NO_TYPES: list[Any] = [FIVE, "text", SELF, list[FIVE], dict[str, SELF]]


@pytest.mark.parametrize("hint", NO_TYPES)
def test_what_is_no_type_is_refused(hint: object) -> None:
    with pytest.raises((TypeError, NameError)):
        compile_hint(hint)


def test_a_variable_with_two_meanings_is_refused() -> None:
    @dataclass
    class Lists(Pair[list[T]], Generic[T]):
        pass

    with pytest.raises(TypeError) as caught:
        compile_hint(Lists[int])
    assert str(caught.value) == "~T means two things in Lists"


def test_self_is_the_owner() -> None:
    check = HintCompiler(Point).compile(Self)
    assert check is not None


def test_attributes_that_were_never_set_are_missing() -> None:
    assert mismatches(Pair[int], object.__new__(Pair)) == [
        "x0: expected the attribute 'left' of Pair, got no such attribute",
        "x0: expected the attribute 'right' of Pair, got no such attribute",
    ]
