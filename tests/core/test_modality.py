"""Operators of one field: reading, clipping, writing, and the fields that move along."""

from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import Array, Bool, Float, Key, Shaped

from datarax_typed.core.element_batch import Batch
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.errors import ConfigError, FieldError, OutputError
from datarax_typed.operators.compose import chain
from datarax_typed.protocols import Metadata, PyTree, Statistics


def config(field_key: str = "image", **changes: Any) -> ModalityOperatorConfig:
    return ModalityOperatorConfig(field_key=field_key, **changes)


class Plus(ModalityOperator):
    """Adds one half, by `transform`."""

    def transform(self, image: Float[Array, "..."]) -> Float[Array, "..."]:
        return image + 0.5


class OwnPlus(ModalityOperator):
    """The same by `apply`, without thinking of clipping."""

    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        value = self._extract_field(data, self.config.field_key)
        return self._remap_field(data, value + 0.5), state, metadata


IMAGES = jnp.linspace(0.0, 1.0, 12).reshape(2, 3, 2)


def batch(**fields: PyTree) -> Batch:
    return Batch({"image": IMAGES, **fields})


BOTH = pytest.mark.parametrize("kind", [Plus, OwnPlus])


# Clipping


@BOTH
def test_what_is_stored_is_in_the_range_whoever_writes_apply(kind: type[ModalityOperator]) -> None:
    result = kind(config(clip_range=(0.25, 1.0)))(batch()).data["image"]
    np.testing.assert_allclose(result, np.clip(np.asarray(IMAGES) + 0.5, 0.25, 1.0))
    np.testing.assert_allclose(kind(config())(batch()).data["image"], IMAGES + 0.5)


@BOTH
def test_the_target_is_clipped_and_the_source_is_kept(kind: type[ModalityOperator]) -> None:
    result = kind(config(target_key="deep.brighter", clip_range=(0.0, 1.0)))(batch()).data
    assert result.keys() == {"image", "deep"}
    np.testing.assert_array_equal(result["image"], IMAGES)
    np.testing.assert_allclose(result["deep"]["brighter"], np.clip(np.asarray(IMAGES) + 0.5, 0, 1))


class Shift(ModalityOperator):
    def transform(self, image: PyTree) -> PyTree:
        return jax.tree.map(lambda leaf: leaf + jnp.array(1, leaf.dtype), image)


@settings(max_examples=20)
@given(
    st.sampled_from(["int8", "uint8", "int32", "uint32", "float16", "bfloat16", "float32"]),
    st.sampled_from([-1e30, -5.0, -0.5, 0.0, 1.5]),
    st.sampled_from([2.0, 2.5, 100.0, 1e30, float("inf")]),
)
def test_clipping_keeps_the_dtype_and_the_range(dtype: str, low: float, high: float) -> None:
    operator = Shift(config(clip_range=(low, high)))
    value = jnp.array([0, 1, 2, 120]).astype(dtype)
    found, _, _ = operator.apply({"image": value}, {}, None)
    assert found["image"].dtype == dtype
    exact = np.asarray(found["image"]).astype(np.float64)
    assert (low <= exact).all()
    assert (exact <= high).all()
    inside = (low <= np.array([1, 2, 3, 121])) & (np.array([1, 2, 3, 121]) <= high)
    np.testing.assert_array_equal(exact[inside], np.array([1, 2, 3, 121])[inside])


@pytest.mark.parametrize(("low", "high"), [(0.2, 0.8), (300.0, 400.0)])
def test_a_range_without_a_whole_number_is_refused(low: float, high: float) -> None:
    operator = Same(config("x", clip_range=(low, high)))
    with pytest.raises(OutputError) as error:
        operator(Batch({"x": jnp.zeros((1, 2), jnp.int8)}))
    assert str(error.value) == (
        "Same cannot clip what it stores:\n"
        f'  - data["x"]: expected a dtype with values from {low} to {high}, clip_range, '
        "got int8[2]; give another clip_range"
    )


def test_the_target_is_no_auxiliary_field() -> None:
    with pytest.raises(ConfigError) as error:
        ModalityOperatorConfig(field_key="image", target_key="mask", auxiliary_fields=["mask"])  # type: ignore[datarax-config]  # refused, as it should be
    assert str(error.value) == (
        "ModalityOperatorConfig is refused (1):\n"
        "  - auxiliary_fields: expected no item equal to target_key, got ['mask']; "
        "remove 'mask' from auxiliary_fields"
    )


class Same(ModalityOperator):
    def transform(self, x: Shaped[Array, "..."]) -> Shaped[Array, "..."]:
        return x


def test_every_array_of_a_dictionary_is_clipped() -> None:
    operator = Shift(config("views", clip_range=(0.0, 1.5)))
    views = {"left": jnp.ones((2, 2)), "right": jnp.zeros((2, 2))}
    result = operator(Batch({"views": views})).data["views"]
    np.testing.assert_array_equal(result["left"], np.full((2, 2), 1.5))
    np.testing.assert_array_equal(result["right"], np.ones((2, 2)))


def test_gradients_pass_inside_the_range_and_stop_outside() -> None:
    operator = Plus(config(clip_range=(0.0, 1.0)))

    def total(image: Float[Array, "n"]) -> Float[Array, ""]:
        return jnp.sum(operator.apply({"image": image}, {}, None)[0]["image"])

    np.testing.assert_array_equal(jax.grad(total)(jnp.array([0.25, 0.75])), [1, 0])


# Fields


def test_nested_fields_are_read_and_written() -> None:
    data = {"pair": {"left": IMAGES, "right": IMAGES}, "caption": jnp.zeros((2, 4), jnp.int32)}
    result = Plus(config("pair.left"))(Batch(data)).data
    np.testing.assert_allclose(result["pair"]["left"], IMAGES + 0.5)
    np.testing.assert_array_equal(result["pair"]["right"], IMAGES)
    moved = Plus(config("pair.left", target_key="pair.new"))(Batch(data)).data
    assert moved["pair"].keys() == {"left", "right", "new"}


@BOTH
def test_a_missing_field_names_what_there_is_and_the_nearest(kind: type[ModalityOperator]) -> None:
    operator = kind(config("imgae"), name="bright")
    for call, place in ((operator, ""), (chain(operator), " at stages[0]")):
        with pytest.raises(FieldError) as caught:
            call(batch(deep={"mask": IMAGES}))
        assert str(caught.value) == (
            f"{kind.__name__} 'bright'{place}: expected a field 'imgae', got none of that name; "
            "available: 'deep.mask', 'image'; did you mean 'image'?"
        )
    assert operator.get_operation_stats() == {"applied_count": 0, "skipped_count": 0}


@BOTH
@pytest.mark.parametrize("preserve", [True, False])
def test_an_unknown_auxiliary_field_is_a_missing_field(
    kind: type[ModalityOperator], preserve: bool
) -> None:
    operator = kind(config(auxiliary_fields=["maks"], preserve_auxiliary=preserve))
    with pytest.raises(FieldError) as caught:
        operator(batch(mask=IMAGES))
    assert str(caught.value) == (
        f"{kind.__name__}: expected a field 'maks', got none of that name; "
        "available: 'image', 'mask'; did you mean 'mask'?"
    )


class Forgets(ModalityOperator):
    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        return {"deep": {"kept": data["deep"]["kept"]}}, state, metadata


def test_losing_fields_is_refused_with_all_of_them() -> None:
    operator = Forgets(config(target_key="new"))
    before = operator.get_state()
    with pytest.raises(OutputError) as caught:
        operator(batch(deep={"kept": IMAGES, "lost": IMAGES}))
    assert str(caught.value) == (
        "Forgets loses fields:\n"
        '  - data["deep.lost"]: expected a value, got none; return {**data, ...}\n'
        '  - data["image"]: expected a value, got none; return {**data, ...}\n'
        '  - data["new"]: expected a value, got none; return {**data, ...}'
    )
    jax.tree.map(np.testing.assert_array_equal, operator.get_state(), before)


# Auxiliary fields


class Flip(ModalityOperator):
    """Flips an image at random, its masks with it, its boxes by the image's width."""

    def generate_random_params(self, rng: Key[Array, ""], data_shapes: PyTree) -> PyTree:
        return jax.random.bernoulli(rng, shape=(data_shapes[self.config.field_key][0],))

    def transform(
        self, image: Float[Array, "h w"], random_params: Bool[Array, ""]
    ) -> Float[Array, "h w"]:
        return jnp.where(random_params, image[:, ::-1], image)

    def transform_auxiliary(
        self,
        key: str,
        auxiliary: PyTree,
        value: PyTree,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> PyTree:
        width = value.shape[1]
        flipped = width - auxiliary[::-1] if key == "labels.span" else auxiliary[:, ::-1]
        moved: Array = jnp.where(random_params, flipped, auxiliary)
        return moved


def flip(**changes: Any) -> Flip:
    fields = ["mask", "labels.span"]
    random: dict[str, Any] = {"stochastic": True, "stream_name": "flip", "auxiliary_fields": fields}
    return Flip(config(**random, **changes), rngs=nnx.Rngs(0))


@pytest.mark.parametrize("target_key", [None, "flipped"])
def test_auxiliary_fields_move_with_the_same_random_parameters(target_key: str | None) -> None:
    size = 16
    images = jnp.tile(jnp.arange(4.0), (size, 3, 1))
    mask = images > 2
    span = jnp.tile(jnp.array([0.0, 1.0]), (size, 1))
    given = Batch({"image": images, "mask": mask, "labels": {"span": span}})
    result = flip(target_key=target_key)(given).data
    image = result[target_key or "image"]
    flipped = np.asarray(image[:, 0, 0] == 3)
    assert 0 < flipped.sum() < size
    assert result["mask"].dtype == jnp.bool_
    np.testing.assert_array_equal(result["mask"], image > 2)
    expected = np.where(flipped[:, None], [3, 4], [0, 1])
    np.testing.assert_array_equal(result["labels"]["span"], expected)


def test_auxiliary_fields_stay_where_an_operator_does_not_move_them() -> None:
    result = Plus(config(auxiliary_fields=["mask"]))(batch(mask=IMAGES > 0.5)).data
    np.testing.assert_array_equal(result["mask"], IMAGES > 0.5)


class Widens(ModalityOperator):
    """Changes dtype and structure of its auxiliary fields."""

    def transform(self, image: Float[Array, "h w"]) -> Float[Array, "h w"]:
        return image

    def transform_auxiliary(
        self,
        key: str,
        auxiliary: PyTree,
        value: PyTree,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> PyTree:
        return {"own": auxiliary} if key == "boxes" else auxiliary.astype(jnp.float32)


def test_auxiliary_fields_keep_structure_and_dtype() -> None:
    given = batch(mask=IMAGES > 0.5, boxes=jnp.zeros((2, 4)))
    fields = ["mask", "boxes"]
    with pytest.raises(OutputError) as caught:
        Widens(config(auxiliary_fields=fields))(given)
    assert str(caught.value) == (
        "Widens changes auxiliary fields:\n"
        '  - data["mask"]: expected the dtype of before, bool, got float32; '
        "keep it, or configure preserve_auxiliary=False\n"
        '  - data["boxes"]: expected the structure of before, float32[4], '
        "got dict with keys 'own'; keep it, or configure preserve_auxiliary=False"
    )
    free = Widens(config(auxiliary_fields=fields, preserve_auxiliary=False))(given)
    assert free.data["mask"].dtype == jnp.float32
    assert free.data["boxes"].keys() == {"own"}


# What transform asks for


class Asks(ModalityOperator):
    def generate_random_params(self, rng: Key[Array, ""], data_shapes: PyTree) -> PyTree:
        return jnp.arange(float(data_shapes["image"][0]))

    def transform(
        self, image: Float[Array, "h w"], stats: Statistics, random_params: Float[Array, ""]
    ) -> Float[Array, "h w"]:
        mean: Array = stats["mean"]
        return image + mean + random_params


class Inherits(Asks):
    """Changes nothing: transform's wishes are inherited."""


class AsksLess(Asks):
    def transform(self, image: Float[Array, "h w"]) -> Float[Array, "h w"]:  # type: ignore[override]  # as users may
        return image


@pytest.mark.parametrize(
    ("kind", "added"), [(Asks, [2, 3]), (Inherits, [2, 3]), (AsksLess, [0, 0])]
)
def test_transform_gets_what_it_names(kind: type[Asks], added: list[int]) -> None:
    random: dict[str, Any] = {
        "stochastic": True,
        "stream_name": "flip",
        "precomputed_stats": {"mean": 2.0},
    }
    result = kind(config(**random), rngs=nnx.Rngs(0))(batch()).data["image"]
    np.testing.assert_allclose(result, IMAGES + jnp.array(added, float)[:, None, None])


def test_without_transform_and_apply_a_call_says_so() -> None:
    with pytest.raises(NotImplementedError) as caught:
        ModalityOperator(config())(batch())
    assert str(caught.value) == (
        "ModalityOperator: expected a subclass that writes apply() or transform(), got neither"
    )


class WholeBatch(ModalityOperator):
    """Works on the batch at once; forgets the other fields if it is told to."""

    forgets: ClassVar[bool] = False

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        kept = {} if self.forgets else batch.data
        return batch.replace(data={**kept, "x": batch.data["x"] * 100.0})


class ForgetsInBatch(WholeBatch):
    forgets: ClassVar[bool] = True


def test_an_own_apply_batch_keeps_the_promises_of_the_config() -> None:
    config = ModalityOperatorConfig(field_key="x", clip_range=(0.0, 1.0))
    given = Batch({"x": jnp.ones((1, 2)), "y": jnp.ones(1)})
    np.testing.assert_array_equal(WholeBatch(config)(given).data["x"], jnp.ones((1, 2)))
    with pytest.raises(OutputError) as caught:
        ForgetsInBatch(config)(given)
    assert str(caught.value) == (
        "ForgetsInBatch loses fields:\n"
        '  - data["y"]: expected a value, got none; return {**data, ...}'
    )
