"""The compiled step of a call: built once, returns what is new, notices every change."""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import jax
import jax.export
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed.core import compiled
from datarax_typed.core.config import OperatorConfig
from datarax_typed.core.element_batch import Batch, known_rows
from datarax_typed.core.operator import OperatorModule
from datarax_typed.errors import OutputError
from datarax_typed.operators.compose import chain
from datarax_typed.protocols import Metadata, PyTree, Statistics
from tests.core.samples import PLAIN, RANDOM, Affine, NoDraw, batch, full_batch


def test_a_second_call_is_not_traced_again_whatever_the_arrays_are() -> None:
    operator = Affine(OperatorConfig(precomputed_stats={"mean": 0.125}))
    Affine.traces.clear()
    for value in (1.0, 2.0, 3.0):
        operator.factor.set_value(jnp.full((), value, jnp.float32))
        given = full_batch().replace(metadata={"t": jnp.arange(3.0), "path": f"{value}"})
        result = operator(given)
        np.testing.assert_allclose(result.data["x"], value * given.data["x"] - 0.125)
        assert result.metadata is not None
        assert result.metadata["path"] == f"{value}"
    assert len(Affine.traces) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda op: setattr(op, "training", False),
        lambda op: setattr(op, "factor", nnx.Param(jnp.ones(2))),
        lambda op: op.factor.set_value(jnp.full((), 1.0, jnp.float32)),
        lambda op: op.set_statistics({"mean": batch().data["x"][0] + 1}),
        lambda op: setattr(op, "__class__", NoDraw),
    ],
    ids=["flag", "parameter", "value", "statistics", "class"],
)
def test_a_change_of_the_operator_is_noticed(change: Callable[[Affine], None]) -> None:
    operator = Affine(PLAIN)
    before = operator(batch()).data["x"]
    change(operator)
    after = operator(batch()).data["x"]
    assert (after != before).any()
    np.testing.assert_array_equal(after, operator.apply_batch(batch()).data["x"])


class Holder(Affine):
    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        inner: Affine | None = getattr(self, "inner", None)
        if inner is None:
            return data, state, metadata
        return inner.apply(data, state, metadata, random_params, stats)


def test_a_new_submodule_is_noticed() -> None:
    operator = Holder(PLAIN)
    np.testing.assert_array_equal(operator(batch()).data["x"], batch().data["x"])
    operator.inner = Affine(PLAIN)  # type: ignore[attr-defined]  # a new one is the point
    np.testing.assert_array_equal(operator(batch()).data["x"], 2 * batch().data["x"])
    del operator.inner  # type: ignore[attr-defined]  # see above
    np.testing.assert_array_equal(operator(batch()).data["x"], batch().data["x"])


@jax.tree_util.register_dataclass
@dataclass
class Pair:
    low: jax.Array
    high: jax.Array


def test_a_change_within_a_container_is_noticed() -> None:
    class Scales(Affine):
        def __init__(
            self, config: OperatorConfig, *, rngs: nnx.Rngs | None = None, name: str | None = None
        ) -> None:
            super().__init__(config, rngs=rngs, name=name)
            self.pair = nnx.data(Pair(jnp.float32(1), jnp.float32(2)))
            items: Any = [jnp.float32(4), {"inner": jnp.float32(8)}]
            self.items = nnx.data(items)

        def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
            scale = self.pair.low * self.pair.high * self.items[0] * self.items[1]["inner"]
            return batch.replace(data={"x": batch.data["x"] * scale})

    operator: Any = Scales(PLAIN)
    given = Batch({"x": jnp.ones(2)})
    assert operator(given).data["x"][0] == 64
    operator.pair.low = jnp.float32(3)
    assert operator(given).data["x"][0] == 192
    operator.items[0] = jnp.float32(1)
    operator.items[1]["inner"] = jnp.float32(1)
    assert operator(given).data["x"][0] == 6


def test_train_and_eval_are_noticed() -> None:
    class Drops(Affine):
        def __init__(
            self, config: OperatorConfig, *, rngs: nnx.Rngs | None = None, name: str | None = None
        ) -> None:
            super().__init__(config, rngs=rngs, name=name)
            self.dropout = nnx.Dropout(0.5, rngs=nnx.Rngs(0))

        def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
            return batch.replace(data={"x": self.dropout(batch.data["x"])})

    operator = Drops(OperatorConfig(cacheable=True))
    given = Batch({"x": jnp.ones((4, 16))})
    first, second = operator(given).data["x"], operator(given).data["x"]
    # The layer's own random state has moved on, cache or not.
    assert (first != second).any()
    operator.eval()  # type: ignore[no-untyped-call]  # flax does not type it
    np.testing.assert_array_equal(operator(given).data["x"], given.data["x"])


def test_state_changed_by_apply_batch_is_written_back() -> None:
    class Averages(Affine):
        def __init__(
            self, config: OperatorConfig, *, rngs: nnx.Rngs | None = None, name: str | None = None
        ) -> None:
            super().__init__(config, rngs=rngs, name=name)
            self.seen = nnx.BatchStat(jnp.zeros(()))

        def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
            self.seen[...] += jnp.sum(batch.data["x"])
            return super().apply_batch(batch, stats)

    operator = Averages(PLAIN)
    operator(batch())
    operator(batch())
    assert operator.seen[...] == 30
    assert operator.get_state()["seen"] == 30


def outputs(operator: OperatorModule[Any], given: Batch) -> list[tuple[int, ...]]:
    lowered = compiled.lowered(operator, given, None, lambda: False)
    return sorted(leaf.shape for leaf in jax.tree.leaves(lowered.out_info))


def test_the_program_returns_only_what_is_new() -> None:
    # x alone: neither y, mask and index, nor a count, since the host knows how many rows are valid.
    assert outputs(Affine(PLAIN), batch()) == [(3, 2)]
    # How often it has drawn, too.
    assert outputs(Affine(RANDOM, rngs=nnx.Rngs(0)), batch()) == [(), (3, 2)]
    # With a mask that the host does not know, the count of elements, and here the state n and the
    # metadata t: neither parameter nor keys.
    given = full_batch()
    assert outputs(Affine(RANDOM, rngs=nnx.Rngs(0)), given) == [(), (), (3,), (3,), (3, 2)]
    # A chain is one program, and returns nothing of what is between its stages.
    assert outputs(chain(*[Affine(PLAIN) for _ in range(5)]), batch()) == [(3, 2)]


def test_what_is_not_new_is_the_input_itself() -> None:
    given = full_batch()
    result = Affine(PLAIN)(given)
    assert result.data["y"] is given.data["y"]
    assert result.valid_mask is given.valid_mask
    assert result.index is given.index


def test_the_structure_must_stay() -> None:
    class Grows(Affine):
        def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
            self.more = nnx.Param(jnp.zeros(1))
            return super().apply_batch(batch, stats)

    operator = Grows(PLAIN)
    with pytest.raises(OutputError) as caught:
        operator(batch())
    assert str(caught.value) == (
        "Grows.apply_batch: expected to leave the operator's structure as it is, "
        "got new, removed or changed attributes; make them in __init__, and keep in an "
        "nnx.Variable what changes"
    )
    assert not hasattr(operator, "more")
    assert operator.get_operation_stats() == {"applied_count": 0, "skipped_count": 0}


def test_equal_operators_share_one_program() -> None:
    Affine.traces.clear()
    config = OperatorConfig(precomputed_stats={"mean": 0.0625})
    operators = [Affine(config), Affine(OperatorConfig(precomputed_stats={"mean": 0.0625}))]
    operators.append(operators[0].copy())
    for operator in operators:
        operator(batch())
    assert len(Affine.traces) == 1


@pytest.mark.parametrize("config", [PLAIN, RANDOM])
def test_without_jit_the_result_is_the_same(config: OperatorConfig) -> None:
    jitted, plain = (Affine(config, rngs=nnx.Rngs(0)) for _ in range(2))
    expected = jitted(full_batch())
    with jax.disable_jit():
        found = plain(full_batch())
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-6), found, expected)
    assert found.metadata is not None
    assert found.metadata["path"] == ["a", "b", "c"]
    jax.tree.map(np.testing.assert_array_equal, plain.get_state(), jitted.get_state())


def test_threads_do_not_disturb_each_other() -> None:
    operator = Affine(PLAIN)
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(operator.clone(), [batch(size) for size in (1, 2, 3, 4) * 3]))
    for result in results:
        np.testing.assert_array_equal(result.data["x"], 2 * batch(len(result)).data["x"])


def test_threads_count_every_element() -> None:
    operator, given = Affine(PLAIN), batch(2)
    operator(given)
    interval = sys.getswitchinterval()
    # So short that threads take turns within a call.
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            for _ in pool.map(
                lambda _: (operator(given), operator.get_operation_stats()), "x" * 800
            ):
                pass
    finally:
        sys.setswitchinterval(interval)
    assert operator.get_operation_stats()["applied_count"] == 1602


class Counting(Affine):
    """Reads its own count."""

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        seen = jnp.asarray(self._applied_count[...], jnp.float32)
        return batch.replace(data={**batch.data, "x": batch.data["x"] + seen})


@pytest.mark.parametrize("make", [lambda: Counting(PLAIN), lambda: chain(Counting(PLAIN))])
def test_a_step_may_read_the_count(make: Callable[[], OperatorModule[Any]]) -> None:
    operator = make()
    assert outputs(operator, batch()) == outputs(operator, batch())
    seen = [operator(Batch({"x": jnp.zeros(4)})).data["x"][0] for _ in range(3)]
    assert seen == [0, 4, 8]
    assert operator.get_operation_stats()["applied_count"] == 12


@pytest.mark.parametrize("wrong", [BaseException, Exception])
def test_a_read_of_the_count_cannot_be_hidden(wrong: type[BaseException]) -> None:
    class Hides(Counting):
        def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
            try:
                return super().apply_batch(batch, stats)
            except wrong as error:
                raise ValueError from error

    operator = Hides(PLAIN)
    seen = [operator(Batch({"x": jnp.zeros(4)})).data["x"][0] for _ in range(3)]
    assert seen == [0, 4, 8]


def test_an_error_after_a_read_of_the_count_stands_alone() -> None:
    class Fails(Counting):
        def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
            super().apply_batch(batch, stats)
            raise ValueError("what the user wrote")

    with pytest.raises(ValueError, match="what the user wrote") as caught:
        Fails(PLAIN)(batch())
    assert caught.value.__context__ is None


def test_what_failed_within_a_step_is_not_counted() -> None:
    class Fails(Affine):
        def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
            raise ValueError

    class Falls(Affine):
        def __init__(self, config: OperatorConfig) -> None:
            super().__init__(config)
            self.first = chain(Affine(PLAIN), Fails(PLAIN))

        def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
            try:
                return self.first.apply_batch(batch)
            except ValueError:
                return batch

    operator = Falls(PLAIN)
    operator(batch())
    assert counts(operator.first) == [0, 0, 0]
    assert operator.get_operation_stats()["applied_count"] == 3


def counts(operator: OperatorModule[Any]) -> list[int]:
    stages = getattr(operator, "stages", [])
    return [each.get_operation_stats()["applied_count"] for each in (operator, *stages)]


def test_the_host_and_the_program_count_alike() -> None:
    shared = Affine(PLAIN)
    operator = chain(shared, Affine(PLAIN), shared)
    given = batch(4)
    assert known_rows(given) == 4
    masked = given.replace(valid_mask=jnp.array([True, True, False, True]))
    assert known_rows(masked) is None
    expected = [0, 0, 0, 0]
    for each, number in [(given, 4), (masked, 3), (given, 4), (given, 4), (masked, 3)]:
        operator(each)
        # The shared stage runs twice.
        expected = [
            total + times * number for total, times in zip(expected, (1, 2, 1, 2), strict=True)
        ]
        assert counts(operator) == expected


def test_counts_go_on_after_they_were_on_the_device() -> None:
    operator = Affine(PLAIN)
    operator(batch(2))
    nnx.jit(lambda operator, batch: operator(batch))(operator, batch(3))
    operator(batch(4))
    operator.apply_batch(batch(5))
    operator(batch(6))
    assert operator.get_operation_stats() == {"applied_count": 20, "skipped_count": 0}
    operator.reset_operation_stats()
    operator(batch(2))
    assert operator.get_operation_stats() == {"applied_count": 2, "skipped_count": 0}


def test_a_branch_of_a_step_counts_as_before() -> None:
    """Within `lax.cond` nothing can be counted; the host must not count either."""

    class Maybe(Affine):
        def __init__(self, config: OperatorConfig) -> None:
            super().__init__(config)
            self.inner = Affine(PLAIN)

        def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
            def yes(data: PyTree) -> PyTree:
                return self.inner.apply_batch(batch).data

            data = jax.lax.cond(batch.data["x"][0, 0] > 0, yes, lambda data: data, batch.data)
            return batch.replace(data=data)

    operator = Maybe(PLAIN)
    operator(batch())
    assert operator.get_operation_stats()["applied_count"] == 3
    assert operator.inner.get_operation_stats()["applied_count"] == 0


def test_how_many_rows_are_valid_is_known_as_long_as_the_mask_is_the_same() -> None:
    elements = batch(3).elements()
    padded = Batch.stack(elements, pad_to=5)
    assert known_rows(padded) == 3
    assert known_rows(padded.replace(index=jnp.arange(5))) == 3
    assert known_rows(Affine(PLAIN)(padded)) == 3
    assert known_rows(padded.replace(valid_mask=jnp.ones(5, bool))) is None
    assert known_rows(jax.jit(lambda batch: batch)(padded)) is None


def test_what_the_caller_writes_into_a_result_stays_there() -> None:
    class Says(OperatorModule):
        def apply(
            self,
            data: PyTree,
            state: PyTree,
            metadata: Metadata | None,
            random_params: PyTree = None,
            stats: Statistics | None = None,
        ) -> tuple[PyTree, PyTree, Metadata | None]:
            return data, state, {"tags": ["a"], "deep": {"key": "value"}}

    operator = Says(PLAIN)
    for _ in range(2):
        metadata: Any = operator(batch()).metadata
        assert metadata == {"tags": ["a"], "deep": {"key": "value"}}
        metadata["tags"].append("b")
        metadata["deep"]["more"] = 1


def test_a_result_holds_nothing_that_the_caller_may_change() -> None:
    mask, index = np.ones(3, bool), np.arange(3, dtype=np.int32)
    given = batch(valid_mask=mask, index=index, metadata={})
    result = Affine(PLAIN)(given)
    mask[:], index[:] = False, 9
    np.testing.assert_array_equal(result.valid_mask, [True] * 3)
    np.testing.assert_array_equal(result.index, [0, 1, 2])
    assert result.metadata == {}
    assert result.metadata is not given.metadata


def renames(data: PyTree) -> PyTree:
    return {"renamed": data["x"], "y": data["y"]}


RESULTS: dict[str, Callable[[PyTree], PyTree]] = {
    "as it was": lambda data: data,
    "renamed": renames,
    "copied": lambda data: {**data, "copy": data["x"]},
    "swapped": lambda data: {"x": data["y"], "y": data["x"]},
    "dropped": lambda data: {"y": data["y"] + 1},
    "added": lambda data: {**data, "new": data["x"] * 2},
    "nested": lambda data: {**data, "new": {"old": data["x"], "twice": data["x"] * 2}},
    "not a dict": lambda data: [data["x"] * 2, data["y"]],
    "one array": lambda data: data["x"] * 2,
}


@pytest.mark.parametrize("change", RESULTS.values(), ids=RESULTS)
@pytest.mark.parametrize("numpy", [False, True])
def test_any_result_is_put_together(change: Callable[[PyTree], PyTree], numpy: bool) -> None:
    class Changes(OperatorModule):
        def apply(
            self,
            data: PyTree,
            state: PyTree,
            metadata: Metadata | None,
            random_params: PyTree = None,
            stats: Statistics | None = None,
        ) -> tuple[PyTree, PyTree, Metadata | None]:
            return change(data), state, metadata

    given = batch()
    if numpy:
        given = given.replace(data=jax.tree.map(np.array, given.data))
    result = Changes(PLAIN)(given).data
    expected = change(jax.tree.map(jnp.asarray, given.data))
    # Fails where the structures differ.
    jax.tree.map(np.testing.assert_array_equal, result, expected)
    assert all(isinstance(leaf, jax.Array) for leaf in jax.tree.leaves(result))
