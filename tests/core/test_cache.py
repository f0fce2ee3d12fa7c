"""The cache of results: bounded, least recently used first out, and never stale."""

import gc
import weakref

import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed.core.cache import CACHED_AT_MOST, ResultCache, cache_of
from datarax_typed.core.config import DataraxModuleConfig, OperatorConfig
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.module import DataraxModule
from datarax_typed.operators.compose import chain
from datarax_typed.protocols import PyTree, Statistics
from tests.core.samples import Affine, batch


class Scale(ModalityOperator):
    """Multiplies by a parameter, a flag and a statistic, and counts its traces."""

    def __init__(
        self,
        config: ModalityOperatorConfig,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        self.factor = nnx.Param(jnp.full((), 2.0, jnp.float32))
        self.active = True
        self.table = np.ones(1, np.float32)

    def transform(self, x: Float[Array, "n"], stats: Statistics | None = None) -> Float[Array, "n"]:
        shift = 0.0 if stats is None else stats["shift"]
        return x * self.factor[...] * self.table + shift if self.active else x


class Noise(ModalityOperator):
    def generate_random_params(self, rng: PyTree, data_shapes: PyTree) -> PyTree:
        import jax

        return jax.random.uniform(rng, (data_shapes["x"][0],))

    def transform(self, x: Float[Array, "n"], random_params: Float[Array, ""]) -> Float[Array, "n"]:
        return x + random_params


CONFIG = ModalityOperatorConfig(field_key="x", cacheable=True)


def numpy_batch(value: float = 1.0, **parts: PyTree) -> Batch:
    return Batch({"x": np.full((2, 3), value, np.float32)}, **parts)


def remembers(operator: Scale, batch: Batch) -> bool:
    """Whether a second call gives the very result of the first."""
    return operator(batch).data["x"] is operator(batch).data["x"]


# The cache alone


def test_the_least_recently_used_goes_first() -> None:
    cache: ResultCache[str] = ResultCache(at_most=2)
    state = jnp.ones(1)
    for key in ("a", "b"):
        assert cache.get(state, key) is None
        cache.put(state, key, key.upper())
    assert cache.get(state, "a") == "A"
    cache.put(state, "c", "C")
    assert [cache.get(state, key) for key in "abc"] == ["A", None, "C"]
    assert len(cache) == 2


def test_another_state_forgets_everything() -> None:
    cache: ResultCache[str] = ResultCache()
    first, second = jnp.ones(1), jnp.ones(1)
    cache.get(first, "a")
    cache.put(first, "a", "A")
    assert cache.get(second, "a") is None
    assert cache.get(first, "a") is None


def test_a_result_of_another_state_is_not_remembered() -> None:
    cache: ResultCache[str] = ResultCache()
    first, second = jnp.ones(1), jnp.ones(1)
    cache.get(first, "a")
    # As another thread may, while the result is computed.
    cache.get(second, "a")
    cache.put(first, "a", "A")
    assert cache.get(second, "a") is None


def test_a_result_that_was_given_away_is_computed_again() -> None:
    operator = Affine(OperatorConfig(cacheable=True))
    given = batch()
    first = operator(given)
    first.data["x"].delete()
    second = operator(given)
    np.testing.assert_array_equal(second.data["x"], 2 * given.data["x"])
    assert operator.get_operation_stats()["applied_count"] == 6


def test_numpy_counts_by_content_shape_and_dtype_and_jax_by_identity() -> None:
    cache: ResultCache[str] = ResultCache()
    state = np.ones(1)
    array = jnp.ones(4)
    for key in (np.zeros(4, np.int32), array):
        cache.get(state, key)
        cache.put(state, key, "known")
    known = [np.zeros(4, np.int32), array]
    unknown = [
        np.zeros((2, 2), np.int32),
        np.zeros(4, np.float32),
        jnp.ones(4),
        np.ones(4),
        [array],
    ]
    assert [cache.get(np.ones(1), key) for key in known] == ["known"] * 2
    assert [cache.get(np.ones(1), key) for key in unknown] == [None] * 5


def test_an_input_lives_as_long_as_its_identity_is_a_key() -> None:
    cache: ResultCache[int] = ResultCache(at_most=1)
    for number in range(20):
        # Were the array let go, the next one could have its identity, and its result.
        key = jnp.full(1, number)
        assert cache.get(None, key) is None
        cache.put(None, key, number)
        del key


def test_the_cache_of_a_module_goes_with_it() -> None:
    module = DataraxModule(DataraxModuleConfig())
    cache = weakref.ref(cache_of(module))
    assert cache() is cache_of(module)
    del module
    gc.collect()
    assert cache() is None


# The cache of operators


def test_a_result_is_remembered_only_if_the_config_says_so() -> None:
    batch = numpy_batch()
    assert remembers(Scale(CONFIG), batch)
    assert not remembers(Scale(ModalityOperatorConfig(field_key="x")), batch)


def test_equal_numpy_batches_are_one_and_equal_jax_batches_are_two() -> None:
    operator = Scale(CONFIG)
    assert operator(numpy_batch()).data["x"] is operator(numpy_batch()).data["x"]
    assert operator(numpy_batch()).data["x"] is not operator(numpy_batch(2.0)).data["x"]
    array = jnp.ones((2, 3))
    first = operator(Batch({"x": array})).data["x"]
    assert operator(Batch({"x": array})).data["x"] is first
    assert operator(Batch({"x": jnp.ones((2, 3))})).data["x"] is not first


def test_mask_index_and_statistics_of_the_call_are_part_of_the_question() -> None:
    operator = Scale(CONFIG)
    base = operator(numpy_batch())
    masked = operator(numpy_batch(valid_mask=np.array([True, False])))
    indexed = operator(numpy_batch(index=np.arange(2)))
    shifted = operator(numpy_batch(), {"shift": np.float32(1)})
    np.testing.assert_array_equal(masked.valid_mask, [True, False])
    np.testing.assert_array_equal(indexed.index, [0, 1])
    np.testing.assert_array_equal(shifted.data["x"], base.data["x"] + 1)
    assert base.index is None


def test_it_is_bounded() -> None:
    operator = Scale(CONFIG)
    for value in range(CACHED_AT_MOST + 5):
        operator(numpy_batch(float(value)))
    assert len(cache_of(operator)) == CACHED_AT_MOST


def test_a_stochastic_operator_remembers_nothing() -> None:
    config = ModalityOperatorConfig(
        field_key="x", cacheable=True, stochastic=True, stream_name="noise"
    )
    operator = Noise(config, rngs=nnx.Rngs(noise=0))
    batch = numpy_batch()
    assert (operator(batch).data["x"] != operator(batch).data["x"]).all()
    assert len(cache_of(operator)) == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda op: op.factor.set_value(jnp.full((), 3.0, jnp.float32)),
        lambda op: setattr(op, "factor", nnx.Param(jnp.full((), 3.0, jnp.float32))),
        lambda op: setattr(op, "active", False),
        lambda op: op.table.fill(3.0),
        lambda op: op.set_statistics({"shift": 1.0}),
        lambda op: op.set_state({**op.get_state(), "factor": np.float32(3)}),
    ],
    ids=["value", "parameter", "flag", "numpy in place", "statistics", "restored"],
)
def test_a_change_of_the_operator_forgets(change: PyTree) -> None:
    operator, batch = Scale(CONFIG), numpy_batch()
    before = operator(batch).data["x"]
    change(operator)
    after = operator(batch).data["x"]
    assert (after != before).all()
    np.testing.assert_array_equal(after, operator.clone()(batch).data["x"])


def test_reset_cache_and_reset_statistics_forget() -> None:
    operator, batch = Scale(CONFIG), numpy_batch()
    operator.set_statistics({"shift": 1.0})
    first = operator(batch).data["x"]
    operator.reset_cache()
    second = operator(batch).data["x"]
    assert second is not first
    operator.reset_statistics()
    np.testing.assert_array_equal(operator(batch).data["x"], first - 1)


def test_nothing_is_remembered_inside_a_trace() -> None:
    operator = Scale(CONFIG)
    nnx.jit(lambda op, batch: op(batch))(operator, Batch({"x": jnp.ones((2, 3))}))
    assert len(cache_of(operator)) == 0


def test_host_metadata_is_that_of_the_new_batch() -> None:
    operator = Scale(CONFIG)
    for path in ("a", "b"):
        assert operator(numpy_batch(metadata={"path": path})).metadata == {"path": path}
    assert operator(numpy_batch(metadata={})).metadata == {}
    assert len(cache_of(operator)) == 1


def test_a_remembered_result_does_not_change_with_its_input() -> None:
    operator = Scale(CONFIG)
    data = {"x": np.ones((2, 3), np.float32), "y": np.zeros(2, np.float32)}
    operator(Batch(data))
    data["y"][:] = 7
    again = operator(Batch({"x": np.ones((2, 3), np.float32), "y": np.zeros(2, np.float32)}))
    assert len(cache_of(operator)) == 1
    np.testing.assert_array_equal(again.data["y"], [0, 0])


def test_a_remembered_call_counts_like_any_other_in_submodules_too() -> None:
    inner = Scale(ModalityOperatorConfig(field_key="x"))
    outer = chain(inner)
    cached = outer.copy(config=type(outer.config)(cacheable=True))
    batch = numpy_batch(valid_mask=np.array([True, False]))
    for _ in range(3):
        cached(batch)
    assert len(cache_of(cached)) == 1
    assert cached.get_operation_stats() == {"applied_count": 3, "skipped_count": 0}
    stage = cached.stages[0]
    assert isinstance(stage, Scale)
    assert stage.get_operation_stats() == {"applied_count": 3, "skipped_count": 0}


def test_a_copy_starts_with_an_empty_cache() -> None:
    operator = Scale(CONFIG)
    operator(numpy_batch())
    assert len(cache_of(operator)) == 1
    assert len(cache_of(operator.clone())) == len(cache_of(operator.copy())) == 0


def test_what_a_caller_writes_into_a_result_does_not_come_back() -> None:
    operator = Affine(OperatorConfig(cacheable=True))
    given = batch()
    operator(given).data["junk"] = jnp.ones(1)
    operator(given).data["junk"] = jnp.ones(1)
    assert "junk" not in operator(given).data
