"""Elements and batches: PyTrees whose arrays share the leading axis, and whose text stays away."""

import copy
import pickle
from typing import TypedDict

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import Array, Float

from datarax_typed.core.contracts import contract
from datarax_typed.core.element_batch import Batch, Element
from datarax_typed.errors import BatchError, ContractError
from datarax_typed.protocols import Metadata, PyTree


def element(value: float = 0.0, **metadata: PyTree) -> Element:
    return Element({"x": jnp.full(3, value)}, {}, metadata or None)


def batch(size: int = 2, **parts: PyTree) -> Batch:
    return Batch({"x": jnp.arange(3.0 * size).reshape(size, 3)}, **parts)


def message(parts: PyTree) -> str:
    with pytest.raises(BatchError) as caught:
        Batch(**parts)
    return str(caught.value)


# Construction


def test_all_rows_are_valid_unless_said_otherwise() -> None:
    made = batch(3)
    np.testing.assert_array_equal(made.valid_mask, [True] * 3)
    assert made.valid_mask.dtype == jnp.bool_
    assert (made.state, made.metadata, made.index) == ({}, None, None)
    assert len(made) == 3


def test_arrays_share_the_leading_axis() -> None:
    parts = {
        "data": {"image": jnp.zeros((4, 2)), "mask": jnp.zeros((3, 2))},
        "state": {"seen": jnp.zeros(4)},
        "metadata": {"time": jnp.zeros(5), "path": "a"},
    }
    assert message(parts) == (
        "Batch is refused (the leading axis must be the batch):\n"
        '  - data["mask"]: expected the leading axis of the others, 4, got 3\n'
        '  - metadata["time"]: expected the leading axis of the others, 4, got 5\n'
        '  leading axes: data["image"]: 4, data["mask"]: 3, metadata["time"]: 5, state["seen"]: 4'
    )


def test_an_array_without_axes_has_no_leading_one() -> None:
    assert message({"data": {"x": jnp.zeros(2), "label": jnp.zeros(())}}) == (
        "Batch is refused (the leading axis must be the batch):\n"
        '  - data["label"]: expected the leading axis of the others, 2, got no axis\n'
        '  leading axes: data["label"]: None, data["x"]: 2'
    )
    assert message({"data": jnp.zeros(())}) == (
        "Batch is refused (the leading axis must be the batch):\n"
        "  - data: expected a leading axis, got no axis\n"
        "  leading axes: data: None"
    )


def test_everything_in_data_and_state_is_an_array() -> None:
    parts = {"data": {"x": jnp.zeros(2), "caption": "cat"}, "state": {"n": 3}}
    assert message(parts) == (
        "Batch is refused (not an array):\n"
        "  - data[\"caption\"]: expected an array, got 'cat'; "
        "put anything but arrays into metadata\n"
        '  - state["n"]: expected an array, got 3; put anything but arrays into metadata'
    )


def test_mask_and_metadata_are_what_they_should_be() -> None:
    x = jnp.zeros((2, 3))
    assert message({"data": x, "valid_mask": [True, False], "index": 1}) == (
        "Batch is refused (not an array):\n"
        "  - index: expected an array, got 1\n"
        "  - valid_mask[0]: expected an array, got True\n"
        "  - valid_mask[1]: expected an array, got False"
    )
    assert message({"data": x, "metadata": "a.png"}) == (
        "Batch is refused (metadata):\n  - metadata: expected a dict or None, got 'a.png'"
    )


def test_random_keys_are_data_too() -> None:
    made = Batch({"key": jax.random.split(jax.random.key(0), 3)})
    assert made.spec()["key"].dtype == made.data["key"].dtype
    again = Batch.stack(made.elements())
    before, after = (jax.random.key_data(keys.data["key"]) for keys in (made, again))
    np.testing.assert_array_equal(before, after)


def test_a_batch_holds_something() -> None:
    assert message({"data": {}}) == (
        "Batch is refused (data):\n  - data: expected at least one array, got empty dict"
    )


def test_mask_and_index_have_one_value_a_row() -> None:
    parts = {
        "data": {"x": jnp.zeros((2, 3))},
        "valid_mask": jnp.ones((2, 1), bool),
        "index": jnp.zeros(2),
    }
    assert message(parts) == (
        "Batch is refused (one value a row):\n"
        "  - index: expected int32[batch], got float32[2]\n"
        "  - valid_mask: expected bool[batch], got bool[2,1]"
    )
    assert message({"data": jnp.zeros((2, 3)), "valid_mask": jnp.ones(3, bool)}) == (
        "Batch is refused (the leading axis must be the batch):\n"
        "  - valid_mask: expected the leading axis of the others, 2, got 3\n"
        "  leading axes: data: 2, valid_mask: 3"
    )


def test_a_batch_may_be_empty() -> None:
    empty = Batch({"x": jnp.zeros((0, 3))})
    assert len(empty) == 0
    assert empty.elements() == []
    assert empty.spec() == {"x": jax.ShapeDtypeStruct((3,), jnp.float32)}


# Stacking, and taking apart


def test_elements_come_out_as_they_went_in() -> None:
    records = [
        Element(
            {"x": jnp.full(3, row)}, {"n": jnp.int32(row)}, {"path": f"{row}", "t": jnp.ones(2)}
        )
        for row in range(2)
    ]
    stacked = Batch.stack(records, index=[7, 3])
    assert stacked.data["x"].shape == (2, 3)
    assert stacked.metadata is not None
    assert stacked.metadata["path"] == ["0", "1"]
    assert stacked.metadata["t"].shape == (2, 2)
    np.testing.assert_array_equal(stacked.index, [7, 3])
    for before, after in zip(records, stacked.elements(), strict=True):
        jax.tree.map(np.testing.assert_array_equal, before, after)
        assert after.metadata is not None
        assert before.metadata is not None
        assert after.metadata["path"] == before.metadata["path"]


def test_padding_repeats_the_last_record_and_is_not_valid() -> None:
    padded = Batch.stack([element(1.0, path="a"), element(2.0, path="b")], index=[0, 1], pad_to=4)
    np.testing.assert_array_equal(padded.data["x"][:, 0], [1, 2, 2, 2])
    np.testing.assert_array_equal(padded.valid_mask, [True, True, False, False])
    np.testing.assert_array_equal(padded.index, [0, 1, -1, -1])
    assert len(padded) == 4
    assert [e.metadata for e in padded.elements()] == [{"path": "a"}, {"path": "b"}]
    assert len(list(padded)) == 4


def test_stacking_needs_elements_and_room() -> None:
    for pad_to, problem in [
        (None, "elements: expected at least one, got 0"),
        (2, "elements (pad_to=2): expected 1 to 2, got 0"),
    ]:
        with pytest.raises(BatchError) as caught:
            Batch.stack([], pad_to=pad_to)
        assert str(caught.value) == f"Batch is refused (stack):\n  - {problem}"
    with pytest.raises(BatchError) as caught:
        Batch.stack([element()] * 3, pad_to=2)
    assert str(caught.value) == (
        "Batch is refused (stack):\n  - elements (pad_to=2): expected 1 to 2, got 3"
    )


def test_elements_that_differ_are_all_named() -> None:
    records = [
        Element({"x": jnp.zeros(3), "y": jnp.zeros(1)}),
        Element({"x": jnp.zeros(4), "z": jnp.zeros(1)}),
        Element({"x": jnp.zeros(3, jnp.int32), "y": jnp.zeros(1)}),
    ]
    with pytest.raises(BatchError) as caught:
        Batch.stack(records)
    assert str(caught.value) == (
        "Batch is refused (stack):\n"
        '  - elements[1].data["x"]: expected float32[3], as in elements[0], got float32[4]\n'
        '  - elements[1].data["y"]: expected float32[1], as in elements[0], got no such leaf\n'
        '  - elements[1].data["z"]: expected no such leaf, as in elements[0], got float32[1]\n'
        '  - elements[2].data["x"]: expected float32[3], as in elements[0], got int32[3]'
    )


def test_numbers_are_stacked_as_arrays_are_and_text_is_not() -> None:
    stacked: Batch = Batch.stack([Element({"label": 1}), Element({"label": 2})])
    np.testing.assert_array_equal(stacked.data["label"], [1, 2])
    assert not stacked.data["label"].weak_type
    with pytest.raises(BatchError) as caught:
        Batch.stack([Element({"label": 1}), Element({"label": 2.0})])
    assert str(caught.value) == (
        "Batch is refused (stack):\n"
        '  - elements[1].data["label"]: expected int32[], as in elements[0], got float32[]'
    )
    with pytest.raises(BatchError) as caught:
        Batch.stack([Element({"caption": "cat"})])
    assert str(caught.value) == (
        "Batch is refused (not an array):\n"
        "  - data[\"caption\"]: expected an array, got 'cat'; put anything but arrays into metadata"
    )


def test_an_index_fits_the_elements_and_its_dtype() -> None:
    with pytest.raises(BatchError) as caught:
        Batch.stack([element()] * 2, index=[1, 2, 3])
    assert str(caught.value) == (
        "Batch is refused (stack):\n  - index: expected int32[2], one an element, got int64[3]"
    )
    too_far = np.array([2**31])
    with pytest.raises(BatchError) as caught:
        Batch.stack([element()], index=too_far)
    assert str(caught.value) == (
        "Batch is refused (stack):\n  - index: expected positions up to 2147483647, got 2147483648"
    )
    with pytest.raises(BatchError, match="expected positions up to 2147483647, got 2147483648"):
        Batch({"x": np.zeros(1)}, index=too_far)  # type: ignore[arg-type]  # as loaders give it


def test_rows_are_counted_from_both_ends() -> None:
    made = batch(3)
    np.testing.assert_array_equal(made[-1].data["x"], made[2].data["x"])
    np.testing.assert_array_equal(made[np.int64(1)].data["x"], made[1].data["x"])
    for row in (3, -4):
        with pytest.raises(IndexError) as caught:
            made[row]
        assert str(caught.value) == f"batch: expected a row from -3 to 2, got {row}"


def test_the_spec_is_that_of_one_element_as_a_program_sees_it() -> None:
    made = Batch({"x": np.zeros((2, 3)), "n": {"y": jnp.zeros(2, jnp.uint8)}})
    assert made.spec() == {
        "x": jax.ShapeDtypeStruct((3,), jnp.float32),
        "n": {"y": jax.ShapeDtypeStruct((), jnp.uint8)},
    }


def test_replacing_checks_like_making() -> None:
    made = batch()
    changed = made.replace(state={"n": jnp.zeros(2)})
    assert changed.data is made.data
    assert made.state == {}
    with pytest.raises(BatchError, match="leading axis"):
        made.replace(state={"n": jnp.zeros(3)})


# PyTree


def test_batches_and_elements_are_frozen_and_equal_to_themselves_alone() -> None:
    made, other = batch(), batch()
    with pytest.raises(AttributeError):
        made.data = {}  # type: ignore[misc]  # that it cannot be set is the point
    assert made == made  # that it does not compare arrays is the point
    assert made != other
    assert len({made, other}) == 2
    assert element() != element()


def test_the_leaves_are_arrays_with_readable_paths() -> None:
    made = batch(metadata={"path": ["a", "b"], "t": jnp.zeros(2)}, index=jnp.arange(2))
    paths = [jax.tree_util.keystr(path) for path, _ in jax.tree_util.tree_leaves_with_path(made)]
    assert paths == [".data['x']", ".valid_mask", ".index", ".metadata['t']"]


def test_mapping_keeps_what_is_on_the_host() -> None:
    metadata = {"path": ["a", "b"], "nested": {"tag": "c", "t": jnp.zeros(2)}}
    doubled = jax.tree.map(lambda leaf: leaf, batch(metadata=metadata))
    assert doubled.metadata["path"] == ["a", "b"]
    assert doubled.metadata["nested"]["tag"] == "c"
    assert jax.tree.map(lambda leaf: leaf, element(path="a")).metadata == {"path": "a"}
    both = jax.tree.map(jnp.add, batch().data, batch(metadata={"path": "z"}).data)
    np.testing.assert_array_equal(both["x"], 2 * batch().data["x"])


def test_no_metadata_stays_no_metadata() -> None:
    assert jax.tree.map(lambda leaf: leaf, batch()).metadata is None
    assert jax.tree.map(lambda leaf: leaf, batch(metadata={})).metadata == {}


def test_unflattening_takes_any_leaves() -> None:
    leaves, tree = jax.tree.flatten(batch())
    rebuilt = jax.tree.unflatten(tree, [object()] * len(leaves))
    assert isinstance(rebuilt, Batch)


def test_host_metadata_causes_no_retrace_and_does_not_get_stale() -> None:
    traces = []

    @jax.jit
    def double(given: Batch) -> Batch:
        traces.append(given.metadata)
        return given.replace(data=jax.tree.map(lambda leaf: leaf * 2, given.data))

    for path in ("a", "b"):
        result = double(batch(metadata={"path": path, "t": jnp.ones(2)}))
        np.testing.assert_array_equal(result.data["x"], batch().data["x"] * 2)
        # Not handed on: by the second call it would be the first one's.
        assert "path" not in result.metadata
    assert [list(seen or ()) for seen in traces] == [["t"]]


def test_what_a_traced_function_puts_into_metadata_does_not_settle_in_its_program() -> None:
    result = jax.jit(lambda: batch(metadata={"path": "a", "t": jnp.ones(2)}))()
    assert list(result.metadata) == ["t"]


def test_it_goes_through_vmap_scan_and_grad() -> None:
    made = batch(metadata={"path": "a"})
    two: Batch = jax.tree.map(lambda leaf: jnp.stack([leaf, leaf]), made)

    def total(given: Batch) -> Float[Array, ""]:
        return jnp.sum(given.data["x"] ** 2)

    np.testing.assert_allclose(jax.vmap(total)(two), [55, 55])
    _, scanned = jax.lax.scan(lambda carry, given: (carry, total(given)), 0, two)
    np.testing.assert_allclose(scanned, [55, 55])
    slope = jax.grad(total, allow_int=True)(made)
    np.testing.assert_allclose(slope.data["x"], 2 * made.data["x"])


def test_it_is_a_carry_of_a_scan() -> None:
    def step(given: Batch, _: None) -> tuple[Batch, None]:
        return given.replace(data={"x": given.data["x"] + 1}), None

    last, _ = jax.lax.scan(step, batch(index=jnp.arange(2)), length=3)
    np.testing.assert_array_equal(last.data["x"], batch().data["x"] + 3)


def test_pickle_and_deepcopy_keep_everything() -> None:
    made = batch(metadata={"path": ["a", "b"]}, index=jnp.arange(2))
    for other in (pickle.loads(pickle.dumps(made)), copy.deepcopy(made)):
        jax.tree.map(np.testing.assert_array_equal, made, other)
        assert other.metadata == made.metadata


# As a type


class Photo(TypedDict):
    image: Float[Array, "h w"]


def test_a_batch_of_a_schema_is_checked_element_by_element() -> None:
    @contract
    def use(batch: Batch[Photo], element: Element[Photo] | None = None) -> None:
        pass

    use(Batch({"image": jnp.zeros((2, 4, 4))}), Element({"image": jnp.zeros((4, 4))}))
    with pytest.raises(ContractError) as caught:
        use(Batch({"image": jnp.zeros((2, 4))}))
    assert 'batch.data["image"]: expected Float[Array, "h w"], got float32[4]' in str(caught.value)


def test_static_types_keep_the_schema() -> None:
    photo: Element[Photo] = Element({"image": jnp.zeros((4, 4))})
    photos: Batch[Photo] = Batch.stack([photo])
    back: Float[Array, "h w"] = photos[0].data["image"]
    assert back.shape == (4, 4)
    assert [e.data["image"].shape for e in photos.elements()] == [(4, 4)]


# Properties

_PATHS = st.text(max_size=3)
_METADATA = st.fixed_dictionaries({"path": _PATHS, "size": st.lists(st.integers(), max_size=3)})


@settings(max_examples=15)
@given(st.lists(_METADATA, min_size=1, max_size=4), st.integers(0, 2))
def test_stacking_loses_nothing(records: list[Metadata], padding: int) -> None:
    elements = [Element({"n": np.float32(n)}, {}, metadata) for n, metadata in enumerate(records)]
    stacked = Batch.stack(elements, pad_to=len(elements) + padding)
    back = stacked.elements()
    assert [e.metadata for e in back] == records
    assert [float(e.data["n"]) for e in back] == list(range(len(records)))
