"""MixUp and CutMix."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError
from datarax_typed.operators.batch import (
    CutMixOperator,
    CutMixOperatorConfig,
    MixUpOperator,
    MixUpOperatorConfig,
)
from datarax_typed.protocols import PyTree
from tests.operators.batch.photos import photo_batch, rows
from tests.operators.trees import assert_same


def mix_up(alpha: float = 1.0, auxiliary: list[str] | None = None) -> MixUpOperator:
    config = MixUpOperatorConfig(
        field_key="image", label_fields=["label"], alpha=alpha, auxiliary_fields=auxiliary
    )
    return MixUpOperator(config, rngs=nnx.Rngs(augment=2))


def cut_mix() -> CutMixOperator:
    config = CutMixOperatorConfig(
        field_key="image", label_fields=["label"], auxiliary_fields=["mask"]
    )
    return CutMixOperator(config, rngs=nnx.Rngs(augment=5))


BOTH = pytest.mark.parametrize("make", [mix_up, cut_mix])


def partners(drawn: PyTree) -> list[int]:
    circle = np.argsort(drawn["order"]).tolist()
    return [circle[(circle.index(row) + 1) % len(circle)] for row in range(len(circle))]


def test_mix_up_is_that_of_the_paper() -> None:
    batch, made = photo_batch(), mix_up()
    drawn = made._random_params(batch)
    result = made(batch).data
    for row, partner in enumerate(partners(drawn)):
        share = float(drawn["share"][row])
        for key in ("image", "label"):
            own, other = (np.asarray(batch.data[key][at]) for at in (row, partner))
            expected = share * own + (1 - share) * other
            np.testing.assert_allclose(result[key][row], expected, rtol=1e-5, atol=1e-6)
    assert len({round(float(share), 3) for share in drawn["share"]}) == 4


def test_cut_mix_is_that_of_the_paper_with_the_rectangle_of_torchvision() -> None:
    batch, made = photo_batch(), cut_mix()
    drawn = made._random_params(batch)
    result = made(batch).data
    height, width = 12, 16
    for row, partner in enumerate(partners(drawn)):
        ratio = 0.5 * np.sqrt(1 - float(drawn["share"][row]))
        centre = np.floor(np.asarray(drawn["centre"][row]) * [height, width]).astype(int)
        half = int(ratio * height), int(ratio * width)
        y1, x1 = (max(at - by, 0) for at, by in zip(centre, half, strict=True))
        y2, x2 = min(centre[0] + half[0], height), min(centre[1] + half[1], width)
        for key in ("image", "mask"):
            expected = np.array(batch.data[key][row])
            expected[y1:y2, x1:x2] = batch.data[key][partner][y1:y2, x1:x2]
            np.testing.assert_array_equal(result[key][row], expected)
        share = 1 - (x2 - x1) * (y2 - y1) / (width * height)
        label = share * np.eye(4)[row] + (1 - share) * np.eye(4)[partner]
        np.testing.assert_allclose(result["label"][row], label, atol=1e-6)
    assert not np.array_equal(result["image"], batch.data["image"])


@BOTH
def test_padding_is_left_out_and_stays(make: PyTree) -> None:
    batch = photo_batch()
    padded = rows(batch, [3, 0, 1, 2], [True, False, True, True])
    ruined = padded.data["image"].at[1].set(jnp.nan)
    padded = padded.replace(data={**padded.data, "image": ruined})
    result = make()(padded)
    alone = make()(rows(batch, [3, 1, 2]))
    taken = rows(result, [0, 2, 3])
    assert_same(alone.data, taken.data, exact=True)
    assert_same(rows(padded, [1]).data, rows(result, [1]).data, exact=True)


@BOTH
def test_records_may_come_in_any_order(make: PyTree) -> None:
    batch, order = photo_batch(), [2, 0, 3, 1]
    assert_same(rows(make()(batch), order).data, make()(rows(batch, order)).data)


@BOTH
def test_who_is_alone_stays(make: PyTree) -> None:
    made, batch = make(), rows(photo_batch(), [0, 1])
    for valid in ([True, False], [False, False]):
        given = batch.replace(valid_mask=jnp.array(valid))
        assert_same(batch.data, made(given).data, exact=True)


def test_both_strategies_agree_and_half_precision_stays() -> None:
    made, batch = cut_mix(), photo_batch()
    half = batch.replace(data={**batch.data, "image": batch.data["image"].astype(jnp.float16)})
    other = made.copy(config=replace(made.config, batch_strategy="scan"))
    result = made(half).data
    assert result["image"].dtype == jnp.float16
    assert_same(result, other(half).data)
    assert mix_up().output_spec(half.spec())["image"].dtype == jnp.float16


def test_labels_that_are_no_floats_are_refused() -> None:
    batch = photo_batch()
    batch = batch.replace(data={**batch.data, "label": jnp.arange(4)})
    with pytest.raises(ContractError) as error:
        mix_up(auxiliary=["mask"])(batch)
    assert str(error.value) == (
        "MixUpOperator cannot mix fields:\n"
        '  - data["mask"]: expected floats, which have a weighted mean, got bool[12,16]; '
        "give classes as floats: jax.nn.one_hot(label, number)"
    )
    with pytest.raises(ContractError) as error:
        cut_mix()(batch)
    assert str(error.value) == (
        "CutMixOperator cannot mix fields:\n"
        '  - data["label"]: expected floats, which have a weighted mean, got int32[]; '
        "give classes as floats: jax.nn.one_hot(label, number)"
    )


def test_what_has_not_the_size_of_the_image_is_not_cut() -> None:
    config = CutMixOperatorConfig(field_key="image", auxiliary_fields=["boxes"])
    made = CutMixOperator(config, rngs=nnx.Rngs(augment=5))
    with pytest.raises(ContractError) as error:
        made(Batch({"image": jnp.ones((2, 6, 6, 1)), "boxes": jnp.ones((2, 3, 4))}))
    assert str(error.value) == (
        "CutMixOperator cannot mix fields:\n"
        '  - data["boxes"]: expected leading axes 6,6 as the image has them, got float32[3,4]; '
        "leave it out of auxiliary_fields"
    )


def test_one_record_has_no_partner() -> None:
    with pytest.raises(ContractError) as error:
        mix_up().apply({"image": jnp.ones((2, 2, 1)), "label": jnp.ones(2)}, {}, None)
    assert str(error.value) == (
        "MixUpOperator.transform does not fit its contract:\n"
        "  - random_params: expected a dict of the keys of Mixture, got None\n"
        '  axis *dims = (2, 2, 1), bound by data["image"]'
    )


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError) as error:
        MixUpOperatorConfig(field_key="image", alpha=0.0, label_fields=["image", "a", "a"])  # type: ignore[datarax-config]  # refused, as it should be
    assert str(error.value) == (
        "MixUpOperatorConfig is refused (3):\n"
        "  - alpha: expected a number > 0, got 0.0\n"
        "  - label_fields: expected no value twice, got ['image', 'a', 'a']; keep 'a' only once\n"
        "  - label_fields: expected no item equal to field_key, got ['image', 'a', 'a']; "
        "remove 'image' from label_fields"
    )


def test_a_field_that_would_be_written_twice_is_refused() -> None:
    with pytest.raises(ConfigError) as error:
        MixUpOperatorConfig(
            field_key="image",
            target_key="mixed",
            label_fields=["mixed", "a"],  # type: ignore[datarax-config]  # refused, as it should be
            auxiliary_fields=["a"],  # type: ignore[datarax-config]  # refused, as it should be
        )
    assert str(error.value) == (
        "MixUpOperatorConfig is refused (2):\n"
        "  - label_fields: expected no item equal to target_key, got ['mixed', 'a']; "
        "remove 'mixed' from label_fields\n"
        "  - label_fields: expected no item of auxiliary_fields, got ['mixed', 'a']; "
        "remove 'a' from label_fields"
    )


@pytest.mark.parametrize("kind", ["mix_up", "cut_mix"])
def test_a_batch_of_no_records_stays_one(kind: str) -> None:
    rngs = nnx.Rngs(augment=0)
    operator = (
        MixUpOperator(MixUpOperatorConfig(field_key="image"), rngs=rngs)
        if kind == "mix_up"
        else CutMixOperator(CutMixOperatorConfig(field_key="image"), rngs=rngs)
    )
    assert operator(Batch({"image": jnp.ones((0, 4, 4, 1))})).data["image"].shape == (0, 4, 4, 1)
