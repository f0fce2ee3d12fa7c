"""The similarities and the loss of a whole batch."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from datarax_typed import Batch, ConfigError, ContractError, CrossModalOperatorConfig, chain
from datarax_typed.operators.cross_modal import BatchContrastiveOperator
from datarax_typed.protocols import PyTree
from tests.operators.trees import assert_same, symbolic


def config(*, loss: bool = True, strategy: str = "vmap") -> CrossModalOperatorConfig:
    return CrossModalOperatorConfig(
        input_fields=["image", "text"],
        output_fields=["similarities", "loss"] if loss else ["similarities"],
        operation="contrastive",
        batch_strategy="scan" if strategy == "scan" else "vmap",
    )


def operator(*, loss: bool = True, strategy: str = "vmap") -> BatchContrastiveOperator:
    made = config(loss=loss, strategy=strategy)
    return BatchContrastiveOperator(made, dims=(4, 6), features=3, rngs=nnx.Rngs(0))


def batch(records: int = 5) -> Batch:
    image, text = jax.random.split(jax.random.key(3))
    data = {
        "image": jax.random.normal(image, (records, 4)),
        "text": jax.random.normal(text, (records, 6)),
    }
    return Batch(data, index=jnp.arange(records))


def padded(records: int, size: int, *, filler: float) -> Batch:
    given = batch(size)
    valid = jnp.arange(size) < records
    data = jax.tree.map(lambda x: jnp.where(valid[:, None], x, filler), given.data)
    return given.replace(data=data, valid_mask=valid)


def first(given: Batch, records: int) -> Batch:
    rows: Batch = jax.tree.map(lambda leaf: leaf[:records], given)
    return rows


def clip_loss(made: BatchContrastiveOperator, data: PyTree) -> PyTree:
    """The loss of CLIP, a record a number, as its paper's figure 3 computes it, with optax."""
    left, right = made.space.anchor_head, made.space.other_head
    assert left is not None
    assert right is not None
    image, text = left(data["image"]), right(data["text"])
    image /= jnp.linalg.norm(image, axis=-1, keepdims=True)
    text /= jnp.linalg.norm(text, axis=-1, keepdims=True)
    logits = image @ text.T / jnp.exp(made.space.log_temperature[...])
    labels = jnp.arange(logits.shape[0])
    losses = [
        optax.softmax_cross_entropy_with_integer_labels(rows, labels) for rows in (logits, logits.T)
    ]
    return logits, (losses[0] + losses[1]) / 2.0


def test_it_is_the_loss_of_clip() -> None:
    made, given = operator(), batch()
    logits, losses = clip_loss(made, given.data)
    result = made(given).data
    np.testing.assert_allclose(result["similarities"], logits, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(result["loss"], losses, rtol=1e-4, atol=1e-4)
    assert result["image"] is given.data["image"]


def test_its_gradients_are_those_of_clip() -> None:
    given = batch()

    def ours(made: BatchContrastiveOperator) -> jax.Array:
        return jnp.mean(made(given).data["loss"])

    def theirs(made: BatchContrastiveOperator) -> jax.Array:
        return jnp.mean(clip_loss(made, given.data)[1])

    left, right = nnx.grad(ours)(operator()), nnx.grad(theirs)(operator())
    for ours_leaf, theirs_leaf in zip(*map(jax.tree.leaves, (left, right)), strict=True):
        np.testing.assert_allclose(ours_leaf, theirs_leaf, rtol=1e-3, atol=1e-4)
        assert np.any(np.asarray(ours_leaf) != 0.0)


@pytest.mark.parametrize("filler", [7.0, float("nan")])
def test_padding_is_as_if_it_were_not_there(filler: float) -> None:
    made, given = operator(), padded(3, 5, filler=filler)
    alone = made(first(batch(), 3)).data
    result = made(given).data
    np.testing.assert_allclose(result["similarities"][:3, :3], alone["similarities"], rtol=1e-5)
    np.testing.assert_allclose(result["loss"][:3], alone["loss"], rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(result["similarities"][3:], np.zeros((2, 5)))
    np.testing.assert_array_equal(result["similarities"][:, 3:], np.zeros((5, 2)))
    np.testing.assert_array_equal(result["loss"][3:], np.zeros(2))
    np.testing.assert_array_equal(result["image"], given.data["image"])


@pytest.mark.parametrize("records", [0, 3])
def test_padding_has_no_part_in_the_gradients(records: int) -> None:
    def total(made: BatchContrastiveOperator, given: Batch) -> jax.Array:
        return jnp.sum(made(given).data["loss"])

    gradients = nnx.grad(total)(operator(), padded(records, 5, filler=float("nan")))
    alone = nnx.grad(total)(operator(), padded(records, 5, filler=1.0))
    assert_same(nnx.to_pure_dict(alone), nnx.to_pure_dict(gradients))
    assert all(np.any(np.asarray(x) != 0.0) == bool(records) for x in jax.tree.leaves(gradients))


def test_both_strategies_agree() -> None:
    assert_same(operator()(batch()), operator(strategy="scan")(batch()))


def test_without_a_field_for_it_there_is_no_loss() -> None:
    result = operator(loss=False)(batch()).data
    assert_same(operator()(batch()).data["similarities"], result["similarities"])
    assert "loss" not in result


def test_without_heads_embeddings_are_compared_as_they_are() -> None:
    given = batch().data["image"]
    made = BatchContrastiveOperator(config())
    result = made(Batch({"image": given, "text": given})).data
    np.testing.assert_allclose(jnp.diag(result["similarities"]), np.full(5, 1 / 0.07), rtol=1e-5)


def test_the_spec_has_a_batch_size_of_its_own() -> None:
    spec = operator().output_spec(batch().spec())
    assert str(spec["similarities"].shape) == "(batch,)"
    assert spec["loss"].shape == ()


def test_in_a_chain_the_spec_keeps_the_batch_size() -> None:
    again = CrossModalOperatorConfig(input_fields=["image", "text"], output_fields=["again"])
    both = chain(operator(), BatchContrastiveOperator(again, dims=(4, 6), rngs=nnx.Rngs(1)))
    spec = both.output_spec(batch().spec())
    assert spec["similarities"] == spec["again"]
    result = both(batch())
    assert result.data["again"].shape == (5, 5)
    assert [op.get_operation_stats()["applied_count"] for op in _stages(both)] == [5, 5]


def _stages(module: PyTree) -> PyTree:
    return list(module.stages)


def test_the_spec_refuses_another_width_without_data() -> None:
    with pytest.raises(ContractError) as caught:
        operator().output_spec({"image": symbolic("4"), "text": symbolic("4")})
    assert str(caught.value) == (
        "BatchContrastiveOperator: embeddings do not fit their space:\n"
        '  - data["text"]: expected a width of 6, as in dims, got float32[4]'
    )


def test_one_record_alone_has_nothing_to_be_compared_with() -> None:
    with pytest.raises(ContractError) as caught:
        operator().apply(batch()[0].data, {}, None)
    assert str(caught.value) == (
        "BatchContrastiveOperator.transform does not fit its contract:\n"
        "  - stats: expected a dict of the keys of Candidates, got None\n"
        '  axis anchor_dim = 4, bound by data["image"]\n'
        '  axis dim = 6, bound by data["text"]'
    )


def test_valid_records_are_counted_once() -> None:
    made = operator()
    made(padded(3, 5, filler=0.0))
    assert made.get_operation_stats() == {"applied_count": 3, "skipped_count": 0}


def test_a_third_input_is_refused() -> None:
    three = CrossModalOperatorConfig(input_fields=["a", "b", "c"], output_fields=["s"])
    with pytest.raises(ConfigError) as caught:
        BatchContrastiveOperator(three)
    assert str(caught.value) == (
        "BatchContrastiveOperator cannot be made:\n"
        "  - input_fields: expected 2 fields, got 3, ['a', 'b', 'c']"
    )


def test_what_is_no_vector_is_refused() -> None:
    scalars = Batch({"image": jnp.ones(2), "text": jnp.ones((2, 6))})
    with pytest.raises(ContractError) as caught:
        operator()(scalars)
    assert str(caught.value) == (
        "BatchContrastiveOperator: embeddings do not fit their space:\n"
        '  - data["image"]: expected an embedding of one axis, got float32[]'
    )
