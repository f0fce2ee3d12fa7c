"""Operators: one pure function of an element, over batches."""

import logging
from collections.abc import Callable
from typing import Any

import jax
import jax.export
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jaxtyping import Array, Key

from datarax_typed.core.config import OperatorConfig
from datarax_typed.core.element_batch import Batch, Element
from datarax_typed.core.modality import ModalityOperatorConfig
from datarax_typed.core.operator import OperatorModule
from datarax_typed.errors import BatchError, ContractError
from datarax_typed.protocols import PyTree
from tests.core.samples import (
    PLAIN,
    RANDOM,
    Affine,
    NoDraw,
    Rotation,
    batch,
    full_batch,
)

# The batch as a whole


@pytest.mark.parametrize("strategy", ["vmap", "scan"])
@pytest.mark.parametrize("stochastic", [False, True])
def test_both_strategies_are_a_loop_over_the_elements(strategy: Any, stochastic: bool) -> None:
    config = OperatorConfig(
        batch_strategy=strategy,
        stochastic=stochastic,
        stream_name="noise" if stochastic else None,
        precomputed_stats={"mean": 0.5},
    )
    operator = Affine(config, rngs=nnx.Rngs(noise=0))
    given = full_batch()
    result = operator.clone()(given)
    params = operator._random_params(given) if stochastic else None
    for row, before in enumerate(given):
        own = jax.tree.map(lambda leaf, row=row: leaf[row], params)
        arrays = {"t": given.metadata["t"][row]} if given.metadata else None
        expected = operator.apply(before.data, before.state, arrays, own, {"mean": 0.5})
        after = result[row]
        assert after.metadata is not None
        found = (after.data, after.state, {"t": after.metadata["t"]})
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-6), expected, found)


def test_what_belongs_to_the_records_survives() -> None:
    given = full_batch()
    result = Affine(PLAIN)(given)
    np.testing.assert_array_equal(result.valid_mask, given.valid_mask)
    np.testing.assert_array_equal(result.index, given.index)
    np.testing.assert_array_equal(result.state["n"], [1, 2, 3])
    assert result.metadata is not None
    np.testing.assert_array_equal(result.metadata.pop("t"), [0, 2, 4])
    assert result.metadata == {"path": ["a", "b", "c"], "deep": {"split": "train"}}
    assert result[1].metadata is not None
    assert result[1].metadata["path"] == "b"


def test_apply_sees_the_arrays_of_metadata_alone() -> None:
    Affine.traces.clear()
    Affine(PLAIN).apply_batch(full_batch())
    assert [list(seen or ()) for seen in Affine.traces] == [["t"]]
    Affine.traces.clear()
    Affine(PLAIN).apply_batch(batch())
    assert Affine.traces == [None]


def test_the_input_is_untouched() -> None:
    given = full_batch()
    before = jax.tree.map(np.array, given)
    Affine(RANDOM, rngs=nnx.Rngs(0))(given)
    jax.tree.map(np.testing.assert_array_equal, before, given)
    assert given.metadata is not None
    assert given.metadata["path"] == ["a", "b", "c"]


@pytest.mark.parametrize("config", [PLAIN, OperatorConfig(batch_strategy="scan"), RANDOM])
def test_an_empty_batch_stays_empty(config: OperatorConfig) -> None:
    operator = Affine(config, rngs=nnx.Rngs(0))
    result = operator(batch(0))
    assert result.data["x"].shape == (0, 2)
    assert operator.get_operation_stats() == {"applied_count": 0, "skipped_count": 0}


def test_numpy_goes_in_and_jax_comes_out() -> None:
    data = {"x": np.ones((3, 2)), "y": np.zeros((3, 1), np.int64)}
    result = Affine(PLAIN)(Batch(data, metadata={"t": np.ones(3), "name": np.array(["a"] * 3)}))
    assert all(isinstance(leaf, jax.Array) for leaf in jax.tree.leaves(result))
    assert (result.data["x"].dtype, result.data["y"].dtype) == (jnp.float32, jnp.int32)
    data["y"][:] = 7
    np.testing.assert_array_equal(result.data["y"], np.zeros((3, 1)))
    assert result.metadata is not None
    assert list(result.metadata["name"]) == ["a", "a", "a"]


@pytest.mark.parametrize(
    "call", [lambda op, given: op(given), lambda op, given: op.apply_batch(given)]
)
def test_only_batches_are_taken(call: Callable[[Affine, object], Batch]) -> None:
    for given, mend in [
        ({"x": 1}, "dict; give Batch(data)"),
        (Element({"x": 1}), "Element; give Batch.stack([element])"),
        (None, "NoneType; give Batch(data)"),
    ]:
        with pytest.raises(BatchError) as caught:
            call(Affine(PLAIN, name="a"), given)
        assert str(caught.value) == f"Affine 'a': expected a Batch, got {mend}"


# What a subclass writes


def test_a_class_without_apply_says_what_it_lacks() -> None:
    with pytest.raises(NotImplementedError) as caught:
        OperatorModule(PLAIN, name="bare")(batch())
    assert str(caught.value) == (
        "OperatorModule 'bare': expected a subclass that writes apply() or transform(), got neither"
    )


def test_a_stochastic_class_draws() -> None:
    operator = NoDraw(RANDOM, rngs=nnx.Rngs(0))  # type: ignore[datarax-operator]  # refused, as it should be
    with pytest.raises(NotImplementedError) as caught:
        operator(batch())
    assert str(caught.value) == (
        "NoDraw: expected a stochastic operator to write sample_params() or "
        "generate_random_params(), got neither"
    )
    with pytest.raises(NotImplementedError) as caught:
        operator.sample_params(jax.random.key(0), {})
    assert str(caught.value) == "NoDraw does not write sample_params()"
    assert NoDraw(PLAIN).generate_random_params(jax.random.key(0), {}) is None


def test_the_shapes_given_to_generate_random_params_are_those_of_the_batch() -> None:
    seen = []

    class Looks(Rotation):
        def generate_random_params(self, rng: Key[Array, ""], data_shapes: PyTree) -> PyTree:
            seen.append(data_shapes)
            return super().generate_random_params(rng, data_shapes)

    config = ModalityOperatorConfig(field_key="x", stochastic=True, stream_name="noise")
    given = Batch({"x": jnp.zeros((3, 2)), "deep": {"z": jnp.zeros((3, 4, 5))}})
    Looks(config, rngs=nnx.Rngs(0))(given)
    assert seen == [{"x": (3, 2), "deep": {"z": (3, 4, 5)}}]


def test_random_parameters_of_the_wrong_size_are_refused() -> None:
    class Wrong(Rotation):
        def generate_random_params(self, rng: Key[Array, ""], data_shapes: PyTree) -> PyTree:
            return {"a": jnp.zeros(2), "b": jnp.zeros(()), "c": jnp.zeros((3, 1))}

    config = ModalityOperatorConfig(field_key="x", stochastic=True, stream_name="noise")
    operator = Wrong(config, rngs=nnx.Rngs(0))
    with pytest.raises(ContractError) as caught:
        operator(batch())
    assert str(caught.value) == (
        "Wrong.generate_random_params does not fit the batch:\n"
        "  - return value['a']: expected 3 on the leading axis, one an element, got float32[2]\n"
        "  - return value['b']: expected 3 on the leading axis, one an element, got float32[]"
    )


def test_a_wrong_random_parameter_breaks_the_contract() -> None:
    class Wrong(Rotation):
        def generate_random_params(self, rng: Key[Array, ""], data_shapes: PyTree) -> PyTree:
            return jnp.zeros((3, 2))

    config = ModalityOperatorConfig(field_key="x", stochastic=True, stream_name="noise")
    operator = Wrong(config, rngs=nnx.Rngs(0))
    before = operator.get_state()
    with pytest.raises(ContractError) as caught:
        operator(batch())
    assert str(caught.value) == (
        "Rotation.transform of Wrong does not fit its contract:\n"
        '  - random_params: expected Float[Array, ""], got float32[2]\n'
        '  axis n = 2, bound by data["x"]'
    )
    jax.tree.map(np.testing.assert_array_equal, operator.get_state(), before)


def test_the_label_names_class_and_name() -> None:
    assert Affine(PLAIN).label == "Affine"
    assert Affine(PLAIN, name="a").label == "Affine 'a'"


def test_the_module_has_the_pages_logger() -> None:
    from datarax_typed.core import modality

    assert isinstance(modality.logger, logging.Logger)
    assert modality.logger.name == "datarax_typed.core.modality"
