"""What is known about an operator before any data."""

from typing import Any

import jax
import jax.export
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed.core.config import OperatorConfig
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.operator import OperatorModule
from datarax_typed.errors import ContractError
from datarax_typed.protocols import Metadata, PyTree, Statistics
from tests.core.samples import PLAIN, RANDOM, Affine, Normalised, Pairs, Rotation, batch


def spec(*sizes: Any) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(sizes, jnp.float32)


def test_the_output_spec_is_derived() -> None:
    given = {"x": spec(2), "y": spec(1)}
    for operator in (
        Affine(PLAIN),
        Affine(RANDOM, rngs=nnx.Rngs(0)),
        Normalised(PLAIN),
        Affine(OperatorConfig(precomputed_stats={"mean": 1.0})),
    ):
        before = operator.get_state()
        assert operator.output_spec(given) == given
        jax.tree.map(np.testing.assert_array_equal, operator.get_state(), before)


class Turn(ModalityOperator):
    def transform(self, image: Float[Array, "h w"]) -> Float[Array, "w h"]:
        return image.T


class Swaps(ModalityOperator):
    def transform(self, image: Float[Array, "h w"]) -> Float[Array, "h w"]:
        return image.T  # type: ignore[datarax-shape]  # as it is meant: it is to be refused


def test_the_output_spec_holds_for_all_sizes() -> None:
    h, w = jax.export.symbolic_shape("h, w")
    config = ModalityOperatorConfig(field_key="image", target_key="turned")
    assert Turn(config).output_spec({"image": spec(h, w)}) == {
        "image": spec(h, w),
        "turned": spec(w, h),
    }
    # By chance right for squares, but not for all sizes.
    assert Swaps(config).output_spec({"image": spec(4, 4)})
    with pytest.raises(ContractError) as caught:
        Swaps(config).output_spec({"image": spec(h, w)})
    assert str(caught.value) == (
        "Swaps.transform does not fit its contract:\n"
        '  - return value: expected Float[Array, "h w"], got float32[w,h]\n'
        '  axis h = h, bound by data["image"]\n'
        '  axis w = w, bound by data["image"]'
    )


def test_symbolic_sizes_work_with_random_parameters_and_whole_batches() -> None:
    (n,) = jax.export.symbolic_shape("n")
    config = ModalityOperatorConfig(field_key="x", stochastic=True, stream_name="noise")
    assert Rotation(config, rngs=nnx.Rngs(0)).output_spec({"x": spec(n)}) == {"x": spec(n)}
    found = Normalised(PLAIN).output_spec({"x": spec(n)})
    assert found == {"x": spec(n)}


def test_a_spec_may_say_how_many_records_there_are() -> None:
    found = Pairs(PLAIN).output_spec({"x": spec(2)})
    assert str(found["pairs"].shape) == "(batch,)"


class Everything(OperatorModule):
    """Gives every record the values of all."""

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        x = batch.data["x"]
        everything = jnp.broadcast_to(x.reshape(1, -1), (x.shape[0], x.size))
        return batch.replace(data={"x": x, "all": everything})


def test_the_number_of_records_goes_together_with_other_symbols() -> None:
    (n,) = jax.export.symbolic_shape("n")
    found = Everything(PLAIN).output_spec({"x": spec(n)})
    assert str(found["all"].shape) in {"(batch*n,)", "(n*batch,)"}


def test_without_apply_the_spec_is_unchanged() -> None:
    given = {"x": spec(2)}
    assert OperatorModule(PLAIN).output_spec(given) is given
    assert ModalityOperator(ModalityOperatorConfig(field_key="x")).output_spec(given) is given


def test_the_output_structure_has_none_for_leaves() -> None:
    given = {"image": jnp.zeros((2, 3)), "deep": {"y": jnp.zeros(1)}}
    config = ModalityOperatorConfig(field_key="image", target_key="deep.turned")
    data, state = Turn(config).get_output_structure(given, {"n": jnp.zeros(())})
    assert data == {"image": None, "deep": {"y": None, "turned": None}}
    assert state == {"n": None}


class Scored(Affine):
    """The page's override, as printed."""

    def get_output_structure(
        self, sample_data: PyTree, sample_state: PyTree
    ) -> tuple[PyTree, PyTree]:
        out_data = {
            **jax.tree.map(lambda _: None, sample_data),
            "score": None,
            "alignment": None,
        }
        return out_data, sample_state

    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        return {**data, "score": data["x"][0], "alignment": data["x"]}, state, metadata


def test_the_documented_override_of_the_output_structure_works() -> None:
    operator = Scored(PLAIN)
    structure, _ = operator.get_output_structure({"x": jnp.zeros(2)}, {})
    assert structure == {"x": None, "score": None, "alignment": None}
    assert operator(batch()).data.keys() == {"x", "y", "score", "alignment"}
