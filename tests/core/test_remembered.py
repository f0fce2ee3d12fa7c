"""What makes two calls alike, and that memory is bounded."""

import functools
from collections.abc import Callable, Hashable
from typing import Annotated, Any, Literal, cast

import annotated_types as at
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jaxtyping import Array, Float
from typing_extensions import TypedDict

from datarax_typed.core.contracts import (
    contract,
)
from datarax_typed.core.remembered import Remembered, value_key
from tests.core.contracted import IMAGE, Swap, photo, refusal
from tests.core.drawn import zeros
from tests.core.schemas import Photo


@pytest.mark.parametrize(
    "make",
    [
        lambda: {"a": zeros(3), "b": [1, "x"]},
        lambda: (None, True, 1.5),
        lambda: jnp.ones(3),
        lambda: np.ones(3),
        lambda: jax.random.key(0),
    ],
)
def test_alike(make: Callable[[], object]) -> None:
    assert value_key(make()) == value_key(make())
    assert value_key(make()) is not None


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1, True),
        (1, 1.0),
        ("a", "b"),
        ([1], (1,)),
        ({"a": 1}, {"b": 1}),
        (np.zeros(2), np.zeros(3)),
        (np.zeros(2, np.float32), np.zeros(2, np.int32)),
    ],
)
def test_not_alike(left: object, right: object) -> None:
    assert value_key(left) != value_key(right)


def test_shapes_and_dtypes_tell_arrays_apart() -> None:
    arrays = [zeros(2), zeros(3), zeros(2, 1), zeros(2, dtype="int32"), np.zeros(2, np.float32)]
    assert len({value_key(array) for array in arrays}) == 5


def test_what_cannot_be_told_apart_has_no_key() -> None:
    assert value_key(object()) is None
    assert value_key([np.zeros(2), len]) is None
    seen = []
    jax.eval_shape(lambda x: seen.append(value_key(x)), zeros(2))
    assert seen == [None]


class Node:
    """A node of a tree that carries an array."""


jax.tree_util.register_pytree_node(
    Node, lambda node: ((), cast(Hashable, np.zeros(2))), lambda *_: Node()
)


def test_incomparable_nodes_are_not_remembered() -> None:
    remembered = Remembered()
    key, twin = value_key(Node()), value_key(Node())
    assert key is not None
    assert twin is not None
    remembered.add(key, key)
    assert not remembered.knows(twin)
    assert not remembered.knows_result(twin, twin)


def test_results_belong_to_arguments() -> None:
    remembered = Remembered()
    remembered.add((1,), (2,))
    assert remembered.knows((1,))
    assert remembered.knows_result((1,), (2,))
    assert not remembered.knows_result((1,), (3,))
    assert not remembered.knows_result((1,), None)
    assert not remembered.knows_result((2,), (2,))


def test_memory_is_bounded() -> None:
    remembered = Remembered()
    for number in range(1000):
        remembered.add((number,), None)
    assert sum(remembered.knows((number,)) for number in range(1000)) <= 256
    assert remembered.knows((999,))


class TestMemory:
    """Outside of a trace, calls are remembered; what does not fit is not."""

    def test_a_wrong_value_after_a_right_one_is_refused(self) -> None:
        @contract
        def f(data: Photo, mode: Any) -> None:
            return None

        for _ in range(3):
            f(cast(Any, photo()), 1)
        for wrong in (
            photo(image=zeros(4, 6)),
            photo(mask=zeros(4, 6)),
            photo(image=np.zeros((4, 6, 3), np.float32)),
            {"image": zeros(4, 6, 3)},
            nnx.data(None),
        ):
            assert "does not fit" in refusal(functools.partial(f, cast(Any, wrong), 1))
        f(cast(Any, photo()), 2)

    def test_values_of_literals_are_told_apart(self) -> None:
        @contract
        def f(mode: Annotated[int, at.Gt(0)], size: Literal[1, "a"]) -> None:
            return None

        for _ in range(2):
            f(1, 1)
            f(2, "a")
            assert "mode: expected a number > 0, got 0" in refusal(lambda: f(0, 1))
            assert "size: expected 1 or 'a', got True" in refusal(lambda: f(1, cast(Any, True)))

    def test_the_result_is_checked_every_time(self) -> None:
        results = [zeros(3), zeros(3), zeros(4), zeros(3)]

        @contract
        def f(x: Float[Array, "h"]) -> Float[Array, "h"]:
            return results.pop(0)

        f(zeros(3))
        f(zeros(3))
        assert "return value: expected" in refusal(lambda: f(zeros(3)))
        f(zeros(3))

    def test_a_refused_call_is_not_remembered(self) -> None:
        @contract
        def f(x: Float[Array, "h"]) -> Float[Array, "h h"]:
            return x

        assert refusal(lambda: f(zeros(3))) == refusal(lambda: f(zeros(3)))

    def test_what_reads_the_operator_is_not_remembered(self) -> None:
        class Sized(TypedDict):
            x: Float[Array, "{self.size}"]

        @contract
        class Reads:
            size = 3

            def apply(self, data: Sized) -> None:
                return None

        reads = Reads()
        reads.apply({"x": zeros(3)})
        reads.size = 4
        assert "axis {self.size} = 4" in refusal(lambda: reads.apply({"x": zeros(3)}))
        reads.apply({"x": zeros(4)})

    def test_operators_of_one_class_share_what_is_remembered(self) -> None:
        first, second = Swap(IMAGE), Swap(IMAGE, name="second")
        assert first.transform(zeros(2, 2)) is not None
        assert "of Swap 'second'" in refusal(lambda: second.transform(zeros(2, 3)))
