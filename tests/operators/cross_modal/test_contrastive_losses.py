"""The losses of triplets."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx
from optax.losses import triplet_margin_loss

from datarax_typed import Batch, ConfigError, CrossModalOperatorConfig
from datarax_typed.operators.cross_modal import ContrastiveOperator
from datarax_typed.operators.cross_modal.projection import INITIAL_TEMPERATURE
from datarax_typed.protocols import PyTree

TRIPLET = CrossModalOperatorConfig(input_fields=["a", "p", "n"], output_fields=["loss"])


def batch() -> Batch:
    keys = jax.random.split(jax.random.key(0), 3)
    names = ("a", "p", "n")
    return Batch(
        {name: jax.random.normal(key, (8, 4)) for name, key in zip(names, keys, strict=True)}
    )


def points() -> list[jax.Array]:
    given = [batch().data[name] for name in ("a", "p", "n")]
    return [x / jnp.linalg.norm(x, axis=-1, keepdims=True) for x in given]


@pytest.mark.parametrize("margin", [1.0, 0.2])
def test_the_triplet_loss_is_that_of_optax(margin: float) -> None:
    made = ContrastiveOperator(TRIPLET, form="triplet", margin=margin)
    losses = made(batch()).data["loss"]
    anchor, positive, negative = points()
    expected = triplet_margin_loss(anchor, positive, negative, margin=margin)
    np.testing.assert_allclose(losses, expected, rtol=1e-5, atol=1e-6)
    assert np.any(np.asarray(expected) > 0)


def test_infonce_is_the_cross_entropy_of_finding_the_positive() -> None:
    losses = ContrastiveOperator(TRIPLET, form="infonce")(batch()).data["loss"]
    anchor, positive, negative = points()
    logits = jnp.stack([jnp.sum(anchor * other, -1) for other in (positive, negative)], axis=-1)
    labels = jnp.zeros(8, jnp.int32)
    expected = optax.softmax_cross_entropy_with_integer_labels(logits / INITIAL_TEMPERATURE, labels)
    np.testing.assert_allclose(losses, expected, rtol=1e-4, atol=1e-5)


def test_equal_embeddings_have_a_finite_gradient_and_no_temperature() -> None:
    made = ContrastiveOperator(TRIPLET, form="triplet", dims=(4, 4), rngs=nnx.Rngs(0))
    same = Batch(dict.fromkeys(("a", "p", "n"), jnp.ones((1, 4))))

    def total(operator: ContrastiveOperator) -> jax.Array:
        return jnp.sum(operator(same).data["loss"])

    gradients: PyTree = nnx.grad(total)(made)
    leaves = jax.tree.leaves(gradients)
    assert len(leaves) == 2
    assert all(np.all(np.isfinite(leaf)) for leaf in leaves)


def test_a_loss_needs_a_negative_and_options_that_are() -> None:
    pair = CrossModalOperatorConfig(input_fields=["a", "p"], output_fields=["loss"])
    with pytest.raises(ConfigError) as caught:
        ContrastiveOperator(pair, form="triplet")
    assert str(caught.value) == (
        "ContrastiveOperator cannot be made:\n"
        "  - input_fields: expected 3 fields, got 2, ['a', 'p']"
    )
    with pytest.raises(ConfigError) as caught:
        ContrastiveOperator(TRIPLET, form="hinge", margin=-1.0)  # type: ignore[arg-type]  # mypy finds it too
    assert str(caught.value) == (
        "ContrastiveOperator cannot be made:\n"
        "  - margin: expected a number >= 0, got -1.0\n"
        "  - form: expected 'similarity' or 'infonce' or 'triplet', got 'hinge'"
    )
