"""Saved state: everything, through every format, and back strictly or not at all."""

import io
import pickle
from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import orbax.checkpoint as ocp
import pytest
from flax import nnx
from flax.serialization import msgpack_restore, msgpack_serialize
from jaxtyping import Array, Float, Key

from datarax_typed.core.config import DataraxModuleConfig
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.module import DataraxModule
from datarax_typed.errors import CheckpointError, CheckpointTypeError
from datarax_typed.protocols import PyTree, State, Statistics

CONFIG = ModalityOperatorConfig(field_key="x", stochastic=True, stream_name="noise")


class Part(DataraxModule):
    """A submodule with statistics of its own."""

    def __init__(self, value: float) -> None:
        super().__init__(DataraxModuleConfig())
        self.scale = nnx.Param(jnp.full(2, value))


class Everything(ModalityOperator):
    """Holds one of each kind of state."""

    def __init__(
        self,
        config: ModalityOperatorConfig,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        self.bias = nnx.Param(jnp.zeros((), jnp.bfloat16))
        self.parts = nnx.List([Part(1.0), Part(2.0)])
        self.named = nnx.Dict(a=Part(3.0))
        self.integer, self.real, self.switch = (
            nnx.Variable(3),
            nnx.Variable(0.5),
            nnx.Variable(True),
        )
        self.tree = nnx.Variable({"b": jnp.zeros(1), "a": {"c": jnp.ones(2)}})
        self.array = jnp.arange(3)
        self.table = np.arange(3.0)

    def generate_random_params(self, rng: Key[Array, ""], data_shapes: PyTree) -> PyTree:
        return jax.random.normal(rng, (data_shapes["x"][0],))

    def transform(
        self,
        x: Float[Array, "n"],
        random_params: Float[Array, ""],
        stats: Statistics | None = None,
    ) -> Float[Array, "n"]:
        shift = 0.0 if stats is None else stats["shift"]
        return x + random_params + shift + self.bias[...].astype(x.dtype)


def make(seed: int = 0) -> Everything:
    return Everything(CONFIG, rngs=nnx.Rngs(noise=seed))


def used() -> Everything:
    """A module whose state differs from a fresh one in every part."""
    module = make(1)
    module(Batch({"x": jnp.zeros((2, 3))}))
    module.bias.set_value(jnp.array(1.5, jnp.bfloat16))
    part = module.parts[1]
    part.scale.set_value(jnp.full(2, 9.0))
    part.set_statistics({"mean": 4.0})
    module.set_statistics({"shift": np.float32(2), "nested": {"n": np.int32(1)}})
    module.integer.set_value(7)
    module.real.set_value(0.25)
    module.switch.set_value(False)
    module.tree.set_value({"b": jnp.full(1, 3.0), "a": {"c": jnp.full(2, 4.0)}})
    module.array = jnp.arange(3) + 5
    module.table = np.arange(3.0) + 0.1
    return module


def draw(module: Everything) -> Array:
    drawn: Array = module(Batch({"x": jnp.zeros((3, 2))})).data["x"]
    return drawn


def same(left: State, right: State) -> None:
    assert str(jax.tree.structure(left)) == str(jax.tree.structure(right))
    jax.tree.map(np.testing.assert_array_equal, left, right)
    kinds = [jax.tree.map(lambda leaf: np.asarray(leaf).dtype, state) for state in (left, right)]
    assert kinds[0] == kinds[1]


# Round trips


def as_is(state: State, _: Path) -> PyTree:
    return state


def through_pickle(state: State, _: Path) -> PyTree:
    return pickle.loads(pickle.dumps(state))


def through_msgpack(state: State, _: Path) -> PyTree:
    return msgpack_restore(msgpack_serialize(state))


def through_npz(state: State, _: Path) -> PyTree:
    flat = {
        "/".join(str(key.key) for key in path): np.asarray(leaf)
        for path, leaf in jax.tree_util.tree_leaves_with_path(state)
    }
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **flat)
    file.seek(0)
    nested: State = {}
    with np.load(file) as loaded:
        for name in loaded:
            *parents, last = name.split("/")
            place = nested
            for parent in parents:
                place = place.setdefault(parent, {})
            place[last] = loaded[name]
    return nested


def through_orbax(state: State, folder: Path) -> PyTree:
    with ocp.StandardCheckpointer() as checkpointer:
        checkpointer.save(folder / "state", state)
        checkpointer.wait_until_finished()
        return checkpointer.restore(folder / "state")


@pytest.mark.parametrize(
    "trip", [as_is, through_pickle, through_msgpack, through_npz, through_orbax]
)
def test_a_state_comes_back_through_every_format(
    trip: Callable[[State, Path], PyTree], tmp_path: Path
) -> None:
    saved, restored = used(), make(2)
    state = saved.get_state()
    restored.set_state(trip(state, tmp_path))
    same(restored.get_state(), state)
    assert restored.parts[1].get_statistics() == {"mean": 4.0}
    # The next random draw is the one that would have come.
    np.testing.assert_array_equal(draw(restored), draw(saved))
    assert restored.get_operation_stats() == saved.get_operation_stats()


def test_a_state_is_arrays_and_python_scalars_in_dicts_of_text() -> None:
    state = used().get_state()
    for path, leaf in jax.tree_util.tree_leaves_with_path(state):
        assert all(isinstance(key.key, str) for key in path)
        assert type(leaf) in (bool, int, float, np.ndarray) or isinstance(leaf, jax.Array)
        assert not jnp.issubdtype(jnp.result_type(leaf), jax.dtypes.prng_key)
    assert state["_stream"]["key"].keys() == {"threefry2x32"}
    statistics = state["parts"]["1"]["_statistics"]
    assert type(statistics.pop("outline")) is int
    assert statistics == {
        "present": True,
        "entries": 1,
        "values": {"mean": 4.0},
    }


def test_every_kind_of_state_keeps_its_type() -> None:
    module = make()
    module.set_state(through_npz(used().get_state(), Path()))
    assert [type(v.get_value()) for v in (module.integer, module.real, module.switch)] == [
        int,
        float,
        bool,
    ]
    assert isinstance(module.array, jax.Array)
    assert isinstance(module.table, np.ndarray)
    assert module.table.dtype == np.float64
    # All its bits.
    np.testing.assert_array_equal(module.table, np.arange(3.0) + 0.1)


def test_a_saved_state_does_not_change_with_the_module_and_the_other_way_round() -> None:
    module = used()
    state = through_pickle(module.get_state(), Path())
    live = module.get_state()
    draw(module)
    same(live, state)
    module.set_state(state)
    table = state["table"]
    table += 1
    np.testing.assert_array_equal(module.table, np.arange(3.0) + 0.1)


def test_reset_statistics_are_saved_as_such() -> None:
    config = DataraxModuleConfig(precomputed_stats={"mean": 1.0})
    module, other = DataraxModule(config), DataraxModule(config)
    module.reset_statistics()
    other.set_state(module.get_state())
    assert other.get_statistics() is None
    module.set_statistics({})
    other.set_state(module.get_state())
    assert other.get_statistics() == {}


# Refusals


def refusal(state: PyTree) -> str:
    """The message of a state that does not fit, after a look that nothing has changed."""
    module = used()
    before = module.get_state()
    with pytest.raises(CheckpointError) as caught:
        module.set_state(state)
    same(module.get_state(), before)
    np.testing.assert_array_equal(draw(module), draw(used()))
    title, *lines = str(caught.value).split("\n")
    assert title == "Everything: the state does not fit, nothing was restored:"
    assert len(lines) == len(caught.value.problems)
    return "\n".join(line.removeprefix("  - ") for line in lines)


def test_every_mismatch_is_listed_at_once() -> None:
    state = make().get_state()
    del state["bias"]
    state["extra"] = {"deep": np.zeros(2)}
    state["parts"]["0"]["scale"] = jnp.zeros(3)
    state["parts"]["1"]["scale"] = jnp.zeros(2, jnp.int32)
    state["named"]["a"]["scale"] = "text"
    state["integer"] = 2.5
    state["real"] = 1
    state["switch"] = np.int32(1)
    state["table"] = np.zeros(3, np.float32)
    state["parts"]["0"]["_statistics"] = None
    assert refusal(state) == (
        'state["parts"]["0"]["_statistics"]: expected statistics with \'present\' and '
        "'entries', got None\n"
        'state["bias"]: expected bfloat16[], got nothing\n'
        'state["integer"]: expected int, got 2.5\n'
        'state["named"]["a"]["scale"]: expected float32[2], got \'text\'\n'
        'state["parts"]["0"]["scale"]: expected float32[2], got float32[3]\n'
        'state["parts"]["1"]["scale"]: expected float32[2], got int32[2]\n'
        'state["real"]: expected float, got 1\n'
        'state["switch"]: expected bool, got NumPy int32[]\n'
        'state["table"]: expected float64[3], got float32[3]\n'
        'state["extra"]["deep"]: expected nothing of that name, got NumPy float64[2]'
    )


def test_a_truth_value_is_no_number() -> None:
    assert refusal(make().get_state() | {"integer": True, "switch": 1}) == (
        'state["integer"]: expected int, got True\nstate["switch"]: expected bool, got 1'
    )


def test_a_leaf_where_a_dict_belongs_and_a_dict_where_a_leaf_belongs() -> None:
    state = make().get_state()
    state["named"] = jnp.zeros(2)
    state["bias"] = {"inner": jnp.zeros(())}
    lines = refusal(state).split("\n")
    assert 'state["named"]: expected nothing of that name, got float32[2]' in lines
    assert 'state["named"]["a"]["scale"]: expected float32[2], got nothing' in lines
    assert 'state["bias"]: expected bfloat16[], got nothing' in lines
    assert 'state["bias"]["inner"]: expected nothing of that name, got float32[]' in lines


def test_a_foreign_checkpoint_is_named_leaf_by_leaf() -> None:
    with pytest.raises(CheckpointError) as caught:
        Part(1.0).set_state({"layer": {"kernel": np.zeros((2, 3), np.float32)}, "step": 7})
    assert str(caught.value) == (
        "Part: the state does not fit, nothing was restored:\n"
        "  - state[\"_statistics\"]: expected statistics with 'present' and 'entries', got None\n"
        '  - state["_applied_count"]: expected uint32[], got nothing\n'
        '  - state["_skipped_count"]: expected uint32[], got nothing\n'
        '  - state["scale"]: expected float32[2], got nothing\n'
        '  - state["layer"]["kernel"]: expected nothing of that name, got NumPy float32[2,3]\n'
        '  - state["step"]: expected nothing of that name, got 7'
    )


def test_truncated_bytes_are_no_array() -> None:
    state = make().get_state()
    state["array"] = np.asarray(state["array"]).tobytes()[:5]
    assert refusal(state) == (
        "state[\"array\"]: expected int32[3], got b'\\x00\\x00\\x00\\x00\\x01'"
    )


def test_another_kind_of_random_key_is_refused() -> None:
    state = make().get_state()
    state["_stream"]["key"] = {"rbg": jax.random.key_data(jax.random.key(0, impl="rbg"))}
    assert refusal(state) == (
        'state["_stream"]["key"]["threefry2x32"]: expected uint32[2], got nothing\n'
        'state["_stream"]["key"]["rbg"]: expected nothing of that name, got uint32[4]'
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"values": {"shift": jnp.zeros(1)}},
            'state["_statistics"]["values"]: expected 2 arrays, got 1',
        ),
        (
            {"values": {"shift": jnp.zeros(1), "nested": {"n": "text"}}},
            'state["_statistics"]["values"]["nested"]["n"]: expected an array, got \'text\'',
        ),
        (
            {"values": jnp.zeros(1)},
            'state["_statistics"]["values"]: expected 2 arrays, got 1',
        ),
        (
            {"entries": "two"},
            'state["_statistics"]["entries"]: expected int, got \'two\'',
        ),
        (
            {"present": 1},
            'state["_statistics"]["present"]: expected bool, got 1',
        ),
        (
            {"present": False},
            'state["_statistics"]["values"]: expected 0 arrays, got 2',
        ),
        (
            {"values": {"shift": jnp.zeros((7, 7)), "nested": {"n": jnp.zeros((), jnp.int8)}}},
            (
                'state["_statistics"]["values"]: expected the names, shapes and dtypes that were '
                "saved, got shift float32[7,7], nested.n int8[]"
            ),
        ),
        (
            {"other": 1},
            'state["_statistics"]["other"]: expected nothing of that name, got 1',
        ),
    ],
    ids=["truncated", "corrupted", "no dict", "entries", "present", "absent", "other", "extra"],
)
def test_statistics_are_taken_whole_or_not_at_all(change: State, message: str) -> None:
    state = used().get_state()
    state["_statistics"] |= change
    assert refusal(state) == message


@pytest.mark.parametrize("state", [None, [1], b"\x00", "text", 3])
def test_a_state_is_a_dict(state: PyTree) -> None:
    module = make()
    with pytest.raises(CheckpointTypeError) as caught:
        module.set_state(state)
    assert str(caught.value) == (
        f"Everything: expected a state as get_state() gives it, a dict, got {type(state).__name__}"
    )
    assert isinstance(caught.value, TypeError)


def test_the_given_state_is_not_changed() -> None:
    state = used().get_state()
    before = through_pickle(state, Path())
    make().set_state(state)
    same(state, before)
