"""Compositions saved, restored, copied and cloned."""

import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed import (
    CheckpointError,
    CompositeOperatorConfig,
    CompositeOperatorModule,
    chain,
)
from datarax_typed.protocols import PyTree
from tests.operators.compose.stages import (
    BatchNoise,
    Foreign,
    Noise,
    Scale,
    Shift,
    config,
    numbers,
    random_config,
)


def pipeline(seed: int = 0, factor: float = 2.0) -> CompositeOperatorModule:
    rngs = nnx.Rngs(seed)
    return chain(
        Scale(config(), factor=factor),
        chain(Noise(random_config(), rngs=rngs), BatchNoise(random_config(), rngs=rngs)),
        Shift(config(precomputed_stats={"shift": 1.0})),
    )


def stages(module: CompositeOperatorModule) -> list[PyTree]:
    """All operators, those of nested chains too; of any type, for a test to look into."""
    found: list[PyTree] = []
    for _, operator in module.named_stages():
        if isinstance(operator, CompositeOperatorModule):
            found += stages(operator)
        found.append(operator)
    return found


def test_a_restored_chain_goes_on_as_the_first_would() -> None:
    first, second = pipeline(), pipeline(seed=7, factor=9.0)
    stages(first)[-1].set_statistics({"shift": 4.0})
    first(numbers(1, 2))
    second.set_state(pickle.loads(pickle.dumps(jax.tree.map(np.asarray, first.get_state()))))
    for _ in range(2):
        expected, actual = first(numbers(1, 2)), second(numbers(1, 2))
        np.testing.assert_array_equal(expected.data["x"], actual.data["x"])
    assert [op.get_operation_stats() for op in stages(first)] == [
        op.get_operation_stats() for op in stages(second)
    ]


def test_a_stage_that_occurs_twice_is_restored_once() -> None:
    double, triple = Scale(config()), Scale(config(), factor=3.0)
    first, second = chain(double, double), chain(triple, triple)
    second.set_state(first.get_state())
    np.testing.assert_array_equal(second(numbers(1)).data["x"], [4])
    assert float(triple.factor[...]) == 2.0


def test_the_state_of_another_chain_is_refused_and_nothing_changes() -> None:
    first = chain(Scale(config()), Scale(config()))
    second = chain(Scale(config()), Shift(config()))
    before = second.get_state()
    with pytest.raises(CheckpointError) as caught:
        second.set_state(first.get_state())
    assert str(caught.value) == (
        "CompositeOperatorModule: the state does not fit, nothing was restored:\n"
        '  - state["stages"]["1"]["factor"]: expected nothing of that name, got float32[]'
    )
    jax.tree.map(np.testing.assert_array_equal, before, second.get_state())


@pytest.mark.parametrize("how", ["clone", "copy", "copy_config"])
def test_a_copy_shares_nothing_with_the_original(how: str) -> None:
    first = pipeline()
    first(numbers(1, 2))
    changed = CompositeOperatorConfig(cacheable=True) if how == "copy_config" else None
    second = first.clone() if how == "clone" else first.copy(config=changed)
    before = first.get_state()
    jax.tree.map(np.testing.assert_array_equal, before, second.get_state())
    shared = {id(op) for op in stages(first)} & {id(op) for op in stages(second)}
    assert not shared
    stages(second)[0].factor[...] = jnp.asarray(100.0)
    stages(second)[-1].set_statistics({"shift": -1.0})
    second(numbers(1, 2))
    jax.tree.map(np.testing.assert_array_equal, before, first.get_state())


def test_a_copy_with_another_config_draws_what_the_original_would() -> None:
    first = pipeline()
    second = first.copy(config=CompositeOperatorConfig(cacheable=True))
    assert second.config.cacheable
    np.testing.assert_array_equal(first(numbers(1, 2)).data["x"], second(numbers(1, 2)).data["x"])


@pytest.mark.parametrize("how", ["clone", "copy_config"])
def test_a_stage_that_occurs_twice_occurs_twice_in_a_copy(how: str) -> None:
    double = Scale(config())
    first = chain(double, Shift(config()), double)
    changed = CompositeOperatorConfig(cacheable=True)
    second = first.clone() if how == "clone" else first.copy(config=changed)
    one, _, other = stages(second)
    assert one is other
    assert one is not double
    np.testing.assert_array_equal(second(numbers(1)).data["x"], [6])


def test_a_copy_keeps_foreign_stages() -> None:
    mixed = chain(Scale(config()), Foreign())
    copied = mixed.copy(config=CompositeOperatorConfig(cacheable=True))
    np.testing.assert_array_equal(copied(numbers(1)).data["y"], [20])


def test_a_changed_name_is_in_errors() -> None:
    assert chain(Scale(config()), name="old").copy(name="new").label == (
        "CompositeOperatorModule 'new'"
    )
