"""The similarity of a record's embeddings."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx

from datarax_typed import (
    Batch,
    ConfigError,
    ContractError,
    CrossModalOperatorConfig,
    RandomnessError,
)
from datarax_typed.operators.cross_modal import ContrastiveOperator
from datarax_typed.protocols import PyTree
from datarax_typed.testing import check_operator

TWO_WIDTHS = "two widths, of an anchor and of what it is compared with"
INPUTS = ("anchor", "positive", "negative")


def config(inputs: int = 2, *, stochastic: bool = False) -> CrossModalOperatorConfig:
    return CrossModalOperatorConfig(
        input_fields=list(INPUTS[:inputs]),
        output_fields=["similarity"],
        operation="contrastive",
        stochastic=stochastic,
        stream_name="noise" if stochastic else None,
    )


def batch(anchor: int = 4, other: int = 4, records: int = 3) -> Batch:
    keys = jax.random.split(jax.random.key(2), 3)
    data = {
        name: jax.random.normal(key, (records, width))
        for key, name, width in zip(keys, INPUTS, (anchor, other, other), strict=True)
    }
    return Batch(data, index=jnp.arange(records))


def cosine(left: PyTree, right: PyTree) -> PyTree:
    lengths = jnp.linalg.norm(left, axis=-1) * jnp.linalg.norm(right, axis=-1)
    return jnp.sum(left * right, axis=-1) / lengths


def test_gradients_of_a_pair_reach_every_parameter() -> None:
    operator = ContrastiveOperator(config(), dims=(4, 6), features=5, rngs=nnx.Rngs(0))
    check_operator(operator, batch(4, 6), laws=["gradients"])


def test_the_documented_example_runs_as_printed() -> None:
    documented = CrossModalOperatorConfig(
        input_fields=["anchor_emb", "positive_emb"],
        output_fields=["similarity"],
        operation="contrastive",
        stochastic=True,
        stream_name="contrastive",
    )
    operator = ContrastiveOperator(documented, rngs=nnx.Rngs(0, contrastive=1))
    given = batch().data
    embeddings = Batch({"anchor_emb": given["anchor"], "positive_emb": given["positive"]})
    first, second = (operator(embeddings).data["similarity"] for _ in range(2))
    assert first.shape == (3,)
    assert np.all(first != second)


def test_it_is_the_cosine_similarity_over_the_temperature() -> None:
    given = batch()
    expected = cosine(given.data["anchor"], given.data["positive"]) / 0.07
    result = ContrastiveOperator(config())(given).data["similarity"]
    np.testing.assert_allclose(result, expected, rtol=1e-5)


def test_a_negative_is_taken_off() -> None:
    given = batch()
    positive = cosine(given.data["anchor"], given.data["positive"])
    negative = cosine(given.data["anchor"], given.data["negative"])
    result = ContrastiveOperator(config(3))(given).data["similarity"]
    np.testing.assert_allclose(result, (positive - negative) / 0.07, rtol=1e-5)
    # The documented meaning: softplus(-similarity) is the cross-entropy among the two.
    logits = jnp.stack([positive, negative], axis=-1) / 0.07
    loss = optax.softmax_cross_entropy_with_integer_labels(logits, jnp.zeros(3, jnp.int32))
    np.testing.assert_allclose(jax.nn.softplus(-result), loss, rtol=1e-4, atol=1e-6)


def test_positive_and_negative_share_a_head() -> None:
    operator = ContrastiveOperator(config(3), dims=(4, 6), rngs=nnx.Rngs(0))
    given = batch(4, 6)
    same = given.replace(data={**given.data, "negative": given.data["positive"]})
    np.testing.assert_allclose(operator(same).data["similarity"], np.zeros(3), atol=1e-6)
    shapes = jax.tree.map(jnp.shape, nnx.to_pure_dict(nnx.state(operator, nnx.Param)))
    assert shapes["space"] == {
        "anchor_head": {"kernel": (4, 4)},
        "log_temperature": (),
        "other_head": {"kernel": (6, 4)},
    }


def test_noise_of_no_scale_changes_nothing() -> None:
    quiet = ContrastiveOperator(config(stochastic=True), noise_scale=0.0, rngs=nnx.Rngs(0, noise=1))
    np.testing.assert_allclose(
        quiet(batch()).data["similarity"], ContrastiveOperator(config())(batch()).data["similarity"]
    )


def test_noise_has_the_scale_that_was_asked_for() -> None:
    operator = ContrastiveOperator(config(stochastic=True), rngs=nnx.Rngs(noise=0))
    shapes = {"anchor": (2000,), "positive": (2000,)}
    noise = operator.sample_params(jax.random.key(0), shapes)
    assert noise.keys() == {"anchor", "positive"}
    np.testing.assert_allclose(np.std(noise["anchor"]), 1.0, atol=0.05)
    assert np.all(noise["anchor"] != noise["positive"])


def test_a_zero_embedding_has_similarity_zero_and_finite_gradients() -> None:
    given = batch()
    zero = given.replace(data={**given.data, "anchor": jnp.zeros((3, 4))})
    operator = ContrastiveOperator(config(), dims=(4, 4), rngs=nnx.Rngs(0))

    def total(op: ContrastiveOperator) -> jax.Array:
        return jnp.sum(op(zero).data["similarity"])

    value, gradients = nnx.value_and_grad(total)(operator)
    assert value == 0.0
    assert all(np.all(np.isfinite(leaf)) for leaf in jax.tree.leaves(gradients))


def test_wrong_noise_is_refused() -> None:
    given = batch()[0].data
    operator = ContrastiveOperator(config(stochastic=True), rngs=nnx.Rngs(noise=0))
    with pytest.raises(ContractError) as caught:
        operator.apply(given, {}, None, {"anchor": jnp.zeros(4), "positve": jnp.zeros(4)})
    assert str(caught.value) == (
        "ContrastiveOperator.transform does not fit its contract:\n"
        "  - random_params: expected the key 'positive' of ContrastiveNoise, got no such key; "
        "did you mean 'positve'? available: 'anchor', 'positve'\n"
        '  axis anchor_dim = 4, bound by data["anchor"]\n'
        '  axis dim = 4, bound by data["positive"]'
    )


def test_without_heads_both_widths_agree() -> None:
    with pytest.raises(ContractError) as caught:
        ContrastiveOperator(config())(batch(4, 6))
    assert str(caught.value) == (
        "ContrastiveOperator: embeddings do not fit their space:\n"
        '  - data["positive"]: expected a width of 4, as the anchor, got float32[6]; '
        "give dims=(4, 6)"
    )


def test_with_heads_each_width_is_as_declared() -> None:
    operator = ContrastiveOperator(config(3), dims=(5, 7), rngs=nnx.Rngs(0))
    with pytest.raises(ContractError) as caught:
        operator(batch(4, 6))
    assert str(caught.value) == (
        "ContrastiveOperator: embeddings do not fit their space:\n"
        '  - data["anchor"]: expected a width of 5, as in dims, got float32[4]\n'
        '  - data["positive"]: expected a width of 7, as in dims, got float32[6]\n'
        '  - data["negative"]: expected a width of 7, as in dims, got float32[6]'
    )


def test_heads_need_random_numbers() -> None:
    with pytest.raises(RandomnessError) as caught:
        ContrastiveOperator(config(), dims=(4, 4))
    assert str(caught.value) == (
        "ContrastiveOperator: expected the random stream 'params' to initialise its parameters, "
        "got None; give rngs=nnx.Rngs(0)"
    )


@pytest.mark.parametrize(
    ("dims", "features", "noise_scale", "line"),
    [
        (
            (4, 0),
            None,
            0.1,
            "dims[1]: expected a number >= 1, got 0",
        ),
        (
            (4, 4, 4),
            None,
            0.1,
            f"dims: expected {TWO_WIDTHS}, got (4, 4, 4)",
        ),
        ((4, 4), 0, 0.1, "features: expected a number >= 1, got 0"),
        (
            None,
            3,
            0.1,
            "dims: expected two widths, since features is given, got None; give dims=(8, 8)",
        ),
        (None, None, -0.5, "noise_scale: expected a number >= 0, got -0.5"),
        (None, None, float("inf"), "noise_scale: expected a number < inf, got inf"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    dims: tuple[int, ...] | None, features: int | None, noise_scale: float, line: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        ContrastiveOperator(
            config(), dims=dims, features=features, noise_scale=noise_scale, rngs=nnx.Rngs(0)
        )
    assert str(caught.value) == f"ContrastiveOperator cannot be made:\n  - {line}"


def test_other_numbers_of_fields_are_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        ContrastiveOperator(config(1))
    assert str(caught.value) == (
        "ContrastiveOperator cannot be made:\n"
        "  - input_fields: expected 2 or 3 fields, got 1, ['anchor']"
    )


def test_the_temperature_starts_as_that_of_clip() -> None:
    temperature = ContrastiveOperator(config()).space.log_temperature[...]
    np.testing.assert_allclose(jnp.exp(temperature), 0.07, rtol=1e-6)
    # A weak type would be lost in a restored state, and with it the compiled program.
    assert not temperature.weak_type


def test_the_temperature_is_at_least_that_of_clip() -> None:
    learned = ContrastiveOperator(config())
    learned.space.log_temperature = nnx.Param(jnp.asarray(-1000.0))

    def similarity(op: ContrastiveOperator) -> PyTree:
        same = jnp.array([[0.6, 0.8]])
        return op(Batch({"anchor": same, "positive": same})).data["similarity"][0]

    found, gradient = nnx.value_and_grad(similarity, argnums=nnx.DiffState(0, nnx.Param))(learned)
    np.testing.assert_allclose(found, 100.0, rtol=1e-6)
    assert all(leaf == 0 for leaf in jax.tree.leaves(gradient))


def test_large_embeddings_have_a_direction_too() -> None:
    data = {"anchor": jnp.full((1, 3), 1e20), "positive": jnp.full((1, 3), 1e25)}
    operator = ContrastiveOperator(
        CrossModalOperatorConfig(input_fields=["anchor", "positive"], output_fields=["similarity"])
    )
    similarity = operator(Batch(data)).data["similarity"]
    np.testing.assert_allclose(similarity, [1 / 0.07], rtol=1e-5)
