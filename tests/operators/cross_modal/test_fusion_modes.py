"""Sums, concatenation and gates."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed import Batch, ConfigError, ContractError, CrossModalOperatorConfig
from datarax_typed.operators.cross_modal import FusionOperator
from tests.operators.trees import symbolic

CONFIG = CrossModalOperatorConfig(input_fields=["image", "text"], output_fields=["fused"])


def batch(image: int = 4, text: int = 6) -> Batch:
    keys = jax.random.split(jax.random.key(0))
    data = {
        "image": jax.random.normal(keys[0], (3, image)),
        "text": jax.random.normal(keys[1], (3, text)),
    }
    return Batch(data)


def test_a_sum_has_no_parameters() -> None:
    made, given = FusionOperator(CONFIG, mode="sum"), batch(4, 4)
    expected = given.data["image"] + given.data["text"]
    np.testing.assert_allclose(made(given).data["fused"], expected, rtol=1e-6)
    assert not jax.tree.leaves(nnx.state(made, nnx.Param))


def test_embeddings_of_any_widths_are_put_one_after_the_other() -> None:
    made, given = FusionOperator(CONFIG, mode="concat"), batch()
    expected = np.concatenate([given.data["image"], given.data["text"]], axis=1)
    np.testing.assert_array_equal(made(given).data["fused"], expected)
    spec = made.output_spec({"image": symbolic("d"), "text": symbolic("e")})
    assert spec["fused"] == symbolic("d + e")


def test_gates_are_those_of_the_paper() -> None:
    made = FusionOperator(CONFIG, mode="gated", dims=(4, 6), features=3, rngs=nnx.Rngs(0))
    given = batch()
    values = [np.asarray(given.data[key]) for key in ("image", "text")]
    both = np.concatenate(values, axis=1)
    expected = np.zeros((3, 3))
    for value, gate, project in zip(values, made.gates.gates, made.gates.projections, strict=True):
        share = 1 / (1 + np.exp(-both @ np.asarray(gate.kernel[...])))
        expected += share * np.tanh(value @ np.asarray(project.kernel[...]))
    np.testing.assert_allclose(made(given).data["fused"], expected, rtol=1e-4, atol=1e-5)


def test_what_is_no_vector_of_floats_is_refused() -> None:
    data = {"image": jnp.ones((2, 3, 3)), "text": jnp.ones((2, 3), jnp.int32)}
    with pytest.raises(ContractError) as caught:
        FusionOperator(CONFIG, mode="concat", name="joint")(Batch(data))
    assert str(caught.value) == (
        "FusionOperator.transform of FusionOperator 'joint' does not fit its contract:\n"
        '  - data["image"]: expected Float[Array, "_"], got float32[3,3]\n'
        '  - data["text"]: expected Float[Array, "_"], got int32[3]; '
        "convert it first, for example by array.astype(jnp.float32)"
    )


def test_embeddings_of_two_dtypes_are_not_put_together() -> None:
    data = {"image": jnp.ones((2, 3)), "text": jnp.ones((2, 3), jnp.float16)}
    with pytest.raises(ContractError) as caught:
        FusionOperator(CONFIG, mode="concat")(Batch(data))
    assert str(caught.value) == (
        "FusionOperator cannot fuse the embeddings:\n"
        '  - data["text"]: expected float32, as the first one, got float16[3]'
    )


def test_another_width_does_not_come_through_the_gates() -> None:
    made = FusionOperator(CONFIG, mode="gated", dims=(4, 6), rngs=nnx.Rngs(0))
    with pytest.raises(ContractError) as caught:
        made(batch(4, 5))
    assert str(caught.value) == (
        "FusionOperator cannot fuse the embeddings:\n"
        '  - data["text"]: expected a width of 6, as in dims, got float32[5]'
    )


def test_options_of_another_mode_are_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        FusionOperator(CONFIG, mode="concat", dims=(4, 6))
    assert str(caught.value) == (
        "FusionOperator cannot be made:\n  - dims: expected None, since mode='concat', got (4, 6)"
    )
    with pytest.raises(ConfigError) as caught:
        FusionOperator(CONFIG, mode="gated", features=0, rngs=nnx.Rngs(0))
    assert str(caught.value) == (
        "FusionOperator cannot be made:\n"
        "  - features: expected a number >= 1, got 0\n"
        "  - dims: expected 2 widths, one an input field, got None"
    )
