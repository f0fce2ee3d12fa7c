"""What makes two calls alike, and that memory is bounded."""

import functools
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, Literal, NamedTuple, cast

import annotated_types as at
import jax
import jax.export
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from hypothesis import given
from hypothesis import strategies as st
from jaxtyping import Array, Float

from datarax_typed.core.contracts import contract
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.remembered import Accepted, Key, Remembered, note, note_keywords, same
from datarax_typed.errors import ContractError
from tests.core.contracted import IMAGE, Swap, note_checks, photo, refusal
from tests.core.drawn import NESTED, Drawn, zeros
from tests.core.schemas import Photo

UNKNOWN = Accepted(None, ({}, {}, {}))


def key(*values: object) -> Key | None:
    parts: list[object] = []
    return tuple(parts) if note(parts, values) else None


class Pair(NamedTuple):
    """A node that JAX knows."""

    left: object
    right: object


@pytest.mark.parametrize(
    "make",
    [
        lambda: {"a": zeros(3), "b": [1, "x"]},
        lambda: (None, True, 1.5),
        lambda: jnp.ones(3),
        lambda: np.ones(3),
        lambda: jax.random.key(0),
        lambda: Pair(zeros(2), (1, {})),
        lambda: OrderedDict(a=1),
        lambda: Batch({"a": zeros(2)}, {}, {"path": object()}),
    ],
)
def test_alike(make: Callable[[], object]) -> None:
    assert key(make()) == key(make())
    assert key(make()) is not None


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1, True),
        (1, 1.0),
        ("a", "b"),
        ([1], (1,)),
        ([1, [2]], [1, 2]),
        ([[1], 2], [[1, 2]]),
        ({"a": 1}, {"b": 1}),
        ({"a": 1}, OrderedDict(a=1)),
        (OrderedDict(a=1), defaultdict(int, a=1)),
        ({"a": {}, "b": 1}, {"a": {"b": 1}}),
        ({"a": 1, "b": None}, {"a": 1}),
        (Pair(1, 2), (1, 2)),
        (np.zeros(2), np.zeros(3)),
        (np.zeros(2, np.float32), np.zeros(2, np.int32)),
        (np.zeros((2, 3)), np.zeros((3, 2))),
        (nnx.Param(zeros(2)), nnx.BatchStat(zeros(2))),
        (nnx.Param(zeros(2)), zeros(2)),
    ],
)
def test_not_alike(left: object, right: object) -> None:
    assert key(left) != key(right)


def test_shapes_and_dtypes_tell_arrays_apart() -> None:
    arrays = [zeros(2), zeros(3), zeros(2, 1), zeros(2, dtype="int32"), np.zeros(2, np.float32)]
    assert len({key(array) for array in arrays}) == 5


def test_keywords_are_not_a_dict() -> None:
    by_name: list[object] = []
    assert note_keywords(by_name, {"a": 1})
    assert tuple(by_name) != key({"a": 1})


def test_what_cannot_be_told_apart_has_no_key() -> None:
    assert key(object()) is None
    assert key([np.zeros(2), len]) is None
    assert key({"a": [object()]}) is None
    assert key(np.float32(1)) is None


class TestTracers:
    """While JAX traces, a key says what JAX knows, and holds no tracer."""

    def test_shapes_and_dtypes_tell_tracers_apart(self) -> None:
        seen = []
        inputs = [zeros(2), zeros(3), zeros(2, dtype="int32"), zeros(2)]
        for value in inputs:
            jax.eval_shape(lambda x: seen.append(key(x)), value)
        assert None not in seen
        assert seen[0] == seen[3]
        assert len(set(seen)) == 3
        assert key(inputs[0]) not in seen

    def test_kinds_of_tracers_are_told_apart(self) -> None:
        seen = []
        jax.eval_shape(lambda x: seen.append(key(x)), zeros(2))
        jax.eval_shape(jax.vmap(lambda x: seen.append(key(x))), zeros(3, 2))
        assert len(set(seen)) == 2

    def test_symbolic_sizes_have_no_key(self) -> None:
        seen = []
        spec = jax.ShapeDtypeStruct(jax.export.symbolic_shape("a, 2"), jnp.float32)
        jax.eval_shape(lambda x: seen.append(key(x)), spec)
        assert seen == [None]

    def test_what_may_hold_a_tracer_has_no_key(self) -> None:
        closed = jax.tree_util.Partial(lambda: None)
        assert key(closed) is not None
        seen = []
        jax.eval_shape(lambda x: seen.extend([key(closed), key([x, Pair(x, x)])]), zeros(2))
        assert seen[0] is None
        assert seen[1] is not None

    def test_no_tracer_is_kept(self) -> None:
        @contract
        def f(data: dict[str, Float[Array, "h"]]) -> list[Float[Array, "h"]]:
            return [*data.values()]

        with jax.checking_leaks():
            for _ in range(2):
                jax.jit(lambda x: f({"a": x}))(zeros(3))
                jax.jit(jax.vmap(lambda x: f({"a": x})))(zeros(2, 3))


class Node:
    """A node of a tree that carries an array."""


jax.tree_util.register_pytree_node(
    Node, lambda node: ((), cast(Hashable, np.zeros(2))), lambda *_: Node()
)


class Touchy:
    """What has a hash, and cannot be compared."""

    def __hash__(self) -> int:
        return 1

    def __eq__(self, other: object) -> bool:
        raise ValueError


def test_incomparable_nodes_are_not_remembered() -> None:
    remembered = Remembered()
    for part, twin in ((key(Node()), key(Node())), ((Touchy(),), (Touchy(),))):
        assert part is not None
        assert twin is not None
        remembered.add(part, UNKNOWN)
        assert remembered.get(twin) is None
        assert not same([*part], [*twin])


def test_calls_belong_to_arguments() -> None:
    remembered = Remembered()
    first, second = UNKNOWN, Accepted([2], ({"h": 3}, {}, {}))
    remembered.add((1,), first)
    remembered.add((3,), second)
    assert remembered.get((1,)) is first
    assert remembered.get((3,)) is second
    assert remembered.get((2,)) is None
    assert remembered.get(None) is None
    assert not same(None, None)


def test_memory_is_bounded() -> None:
    remembered = Remembered()
    for number in range(1000):
        remembered.add((number,), UNKNOWN)
    assert sum(remembered.get((number,)) is not None for number in range(1000)) <= 256
    assert remembered.get((999,)) is not None


def test_long_texts_are_not_kept() -> None:
    remembered = Remembered()
    for text in ("a" * 1000, "a" * 1001, b"a" * 1001):
        part = key({"text": text})
        assert part is not None
        remembered.add(part, UNKNOWN)
        assert (remembered.get(part) is not None) == (len(text) == 1000)


def plain_verdict(function: Callable[[Any], Any], drawn: Drawn, leaves: dict[str, Any]) -> str:
    try:
        function(drawn.build("", leaves))
    except ContractError as error:
        return str(error)
    return ""


def traced_verdict(function: Callable[[Any], Any], drawn: Drawn, leaves: dict[str, Any]) -> str:
    found: list[str] = []

    def trace(tracers: dict[str, Array]) -> None:
        found.append(plain_verdict(function, drawn, {**leaves, **tracers}))

    jax.eval_shape(trace, {at: leaf for at, leaf in leaves.items() if isinstance(leaf, jax.Array)})
    return found[0]


class TestMemory:
    """Calls are remembered; what does not fit is not."""

    def test_a_call_is_checked_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        checked = note_checks(monkeypatch)

        @contract
        def f(data: Photo, gain: float = 1) -> Photo:
            return data

        for _ in range(3):
            f(cast(Any, photo()))
            f(cast(Any, photo()), gain=2)
            jax.eval_shape(f, cast(Any, photo()))
        assert len(checked) == 3

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
            photo(image=nnx.Param(zeros(4, 6, 3))),
            photo(image=jax.ShapeDtypeStruct((4, 6, 3), jnp.float32)),
            {"image": zeros(4, 6, 3)},
            nnx.data(None),
        ):
            assert "does not fit" in refusal(functools.partial(f, cast(Any, wrong), 1))
        f(cast(Any, photo()), 2)

    @given(NESTED, st.data())
    def test_memory_changes_no_verdict(self, drawn: Drawn, data: st.DataObject) -> None:
        def f(value: object) -> object:
            return value

        f.__annotations__ = {"value": drawn.hint, "return": drawn.hint}
        warm, cold = contract(f), contract(f)
        value = drawn.build("", {})
        # A path is code.
        right = {path: eval(f"value{path}", {"value": value}) for path in drawn.paths}
        wrong = data.draw(st.sampled_from([zeros(7, 7), zeros(3, dtype="complex64"), None, 1]))
        broken = {**right, data.draw(st.sampled_from(drawn.paths)): wrong}
        for verdict in (plain_verdict, traced_verdict):
            for _ in range(2):
                assert verdict(warm, drawn, right) == ""
                assert verdict(warm, drawn, broken) == verdict(cold, drawn, broken) != ""

    def test_values_of_literals_are_told_apart(self) -> None:
        @contract
        def f(mode: Annotated[int, at.Gt(0)], size: Literal[1, "a"]) -> None:
            return None

        for _ in range(2):
            f(1, 1)
            f(2, "a")
            assert "mode: expected a number > 0, got 0" in refusal(lambda: f(0, 1))
            assert "size: expected 1 or 'a', got True" in refusal(lambda: f(1, cast(Any, True)))

    def test_equal_names_of_other_types_are_told_apart(self) -> None:
        @contract
        def f(data: dict[bool, int]) -> None:
            return None

        for _ in range(2):
            f({True: 1})
            assert "key 1 of data: expected bool, got 1" in refusal(lambda: f(cast(Any, {1: 1})))
        results: list[Any] = [{True: 1}, {True: 1}, {1: 1}]

        @contract
        def g() -> dict[bool, int]:
            return cast(dict[bool, int], results.pop(0))

        for _ in range(2):
            g()
        assert "key 1 of return value: expected bool, got 1" in refusal(g)

    def test_a_default_says_nothing_of_others(self) -> None:
        default = zeros(3)

        @contract
        def f(x: Float[Array, "h w"] = default) -> None:
            return None

        for _ in range(2):
            f(default)
            assert "x: expected" in refusal(lambda: f(default + 0))

    def test_the_result_is_checked_every_time(self) -> None:
        results = [zeros(3), zeros(3), zeros(4), zeros(3)]

        @contract
        def f(x: Float[Array, "h"]) -> Float[Array, "h"]:
            return results.pop(0)

        f(zeros(3))
        f(zeros(3))
        assert "return value: expected" in refusal(lambda: f(zeros(3)))
        f(zeros(3))

    def test_arguments_count_as_they_were_before_the_call(self) -> None:
        results = [zeros(3), zeros(4), zeros(3)]

        @contract
        def f(data: Photo) -> Float[Array, "h"]:
            data.clear()  # type: ignore[attr-defined]  # what is tested
            return results.pop(0)

        f(cast(Any, photo(image=zeros(3, 6, 3), mask=zeros(3, 6, dtype="bool"))))
        message = refusal(
            lambda: f(cast(Any, photo(image=zeros(3, 6, 3), mask=zeros(3, 6, dtype="bool"))))
        )
        assert message.splitlines()[1:] == [
            '  - return value: expected Float[Array, "h"], got float32[4]'
        ]

    def test_a_function_that_returns_nothing_must(self) -> None:
        results = [None, None, 1]

        @contract
        def f() -> None:
            return cast(None, results.pop(0))

        f()
        f()
        assert "return value: expected None, got 1" in refusal(f)

    def test_none_is_no_result_where_another_is_promised(self) -> None:
        results = [zeros(3), zeros(3), None]

        @contract
        def f() -> Float[Array, "h"]:
            return cast(Array, results.pop(0))

        f()
        f()
        assert "got None" in refusal(f)

    def test_a_refused_call_is_not_remembered(self) -> None:
        @contract
        def f(x: Float[Array, "h"]) -> Float[Array, "h h"]:
            return x

        assert refusal(lambda: f(zeros(3))) == refusal(lambda: f(zeros(3)))

    def test_threads_remember_together(self) -> None:
        @contract
        def f(x: Float[Array, "_"]) -> None:
            return None

        def call(number: int) -> str:
            right = np.zeros(number % 300, np.float32)
            f(jax.device_put(right))
            return refusal(lambda: f(jax.device_put(right[None])))

        with ThreadPoolExecutor(4) as pool:
            messages = [*pool.map(call, range(600))]
        assert all("x: expected" in message for message in messages)


def test_operators_of_one_class_share_what_is_remembered() -> None:
    first, second = Swap(IMAGE), Swap(IMAGE, name="second")
    assert first.transform(zeros(2, 2)) is not None
    assert "of Swap 'second'" in refusal(lambda: second.transform(zeros(2, 3)))
