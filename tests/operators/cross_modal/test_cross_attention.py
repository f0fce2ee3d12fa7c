"""Tokens that attend to other tokens."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from flax.nnx.nn.attention import dot_product_attention_weights

from datarax_typed import (
    Batch,
    ConfigError,
    ContractError,
    CrossModalOperatorConfig,
    RandomnessError,
)
from datarax_typed.operators.cross_modal import CrossAttentionOperator
from tests.operators.trees import symbolic

DIM, HEADS = 8, 2


def config(*inputs: str, weights: bool = True) -> CrossModalOperatorConfig:
    return CrossModalOperatorConfig(
        input_fields=list(inputs),
        output_fields=["attended", "weights"] if weights else ["attended"],
        operation="cross_attention",
    )


def operator(*inputs: str, weights: bool = True) -> CrossAttentionOperator:
    made = config(*inputs, weights=weights)
    return CrossAttentionOperator(made, dim=DIM, num_heads=HEADS, rngs=nnx.Rngs(0))


def batch(dim: int = DIM) -> Batch:
    keys = jax.random.split(jax.random.key(1), 3)
    sizes = {"query": 3, "key": 5, "value": 5}
    data = {
        name: jax.random.normal(key, (2, size, dim))
        for key, (name, size) in zip(keys, sizes.items(), strict=True)
    }
    return Batch(data, index=jnp.arange(2))


def test_it_is_the_attention_of_jax() -> None:
    attention, given = operator("query", "key", "value"), batch()
    heads = {
        name: project(given.data[name]).reshape(2, -1, HEADS, DIM // HEADS)
        for name, project in (
            ("query", attention.q_proj),
            ("key", attention.k_proj),
            ("value", attention.v_proj),
        )
    }
    expected = jax.nn.dot_product_attention(heads["query"], heads["key"], heads["value"])
    expected = attention.out_proj(expected.reshape(2, 3, DIM))
    np.testing.assert_allclose(attention(given).data["attended"], expected, rtol=1e-4, atol=1e-5)


def test_the_weights_are_those_of_flax() -> None:
    attention, given = operator("query", "key", "value"), batch()
    query = attention.q_proj(given.data["query"]).reshape(2, -1, HEADS, DIM // HEADS)
    key = attention.k_proj(given.data["key"]).reshape(2, -1, HEADS, DIM // HEADS)
    weights = attention(given).data["weights"]
    expected = dot_product_attention_weights(query, key)
    np.testing.assert_allclose(weights, expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(weights.sum(axis=-1), np.ones((2, HEADS, 3)), rtol=1e-5)


def test_a_context_is_both_key_and_value() -> None:
    given = batch()
    same = given.replace(data={**given.data, "value": given.data["key"]})
    left = operator("query", "key")(given).data
    right = operator("query", "key", "value")(same).data
    np.testing.assert_array_equal(left["attended"], right["attended"])
    np.testing.assert_array_equal(left["weights"], right["weights"])


def test_without_a_field_for_them_there_are_no_weights() -> None:
    result = operator("query", "key", weights=False)(batch()).data
    np.testing.assert_array_equal(
        result["attended"], operator("query", "key")(batch()).data["attended"]
    )
    assert "weights" not in result


def test_the_spec_holds_for_any_number_of_tokens() -> None:
    n, m = jax.export.symbolic_shape("n, m")
    tokens = {
        "query": jax.ShapeDtypeStruct((n, DIM), jnp.float32),
        "key": jax.ShapeDtypeStruct((m, DIM), jnp.float32),
    }
    spec = operator("query", "key").output_spec(tokens)
    assert spec["attended"].shape == (n, DIM)
    assert spec["weights"].shape == (HEADS, n, m)


def test_half_precision_is_computed_in_single() -> None:
    halves = jax.tree.map(lambda x: x.astype(jnp.bfloat16), batch().data)
    assert operator("query", "key")(Batch(halves)).data["attended"].dtype == jnp.float32


def test_tokens_of_another_width_are_refused() -> None:
    with pytest.raises(ContractError) as caught:
        operator("query", "key")(batch(dim=6))
    assert str(caught.value) == (
        "CrossAttentionOperator.transform does not fit its contract:\n"
        '  - data["query"]: expected Float[Array, "n {self.dim}"], got float32[3,6]\n'
        '  - data["key"]: expected Float[Array, "m {self.dim}"], got float32[5,6]\n'
        "  axis {self.dim} = 8\n"
        "  axis {self.num_heads} = 2"
    )


def test_keys_and_values_are_as_many() -> None:
    given = batch()
    fewer = given.replace(data={**given.data, "value": given.data["query"]})
    with pytest.raises(ContractError) as caught:
        operator("query", "key", "value")(fewer)
    assert str(caught.value) == (
        "CrossAttentionOperator.transform does not fit its contract:\n"
        '  - data["value"]: expected Float[Array, "m {self.dim}"], got float32[3,8]\n'
        '  axis n = 3, bound by data["query"]\n'
        '  axis m = 5, bound by data["key"]\n'
        "  axis {self.dim} = 8\n"
        "  axis {self.num_heads} = 2"
    )


@pytest.mark.parametrize(
    ("dim", "num_heads", "line"),
    [
        (8, 3, "num_heads: expected a divisor of dim, 8, got 3"),
        (8, 0, "num_heads: expected a number >= 1, got 0"),
        (-8, 2, "dim: expected a number >= 1, got -8"),
    ],
)
def test_heads_that_cannot_share_the_width_are_refused(dim: int, num_heads: int, line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        CrossAttentionOperator(config("q", "c"), dim=dim, num_heads=num_heads, rngs=nnx.Rngs(0))
    assert str(caught.value) == f"CrossAttentionOperator cannot be made:\n  - {line}"


def test_other_numbers_of_fields_are_refused_all_at_once() -> None:
    wrong = CrossModalOperatorConfig(input_fields=["q"], output_fields=["a", "b", "c"])
    with pytest.raises(ConfigError) as caught:
        CrossAttentionOperator(wrong, dim=8, num_heads=2, rngs=nnx.Rngs(0))
    assert str(caught.value) == (
        "CrossAttentionOperator cannot be made:\n"
        "  - input_fields: expected 2 or 3 fields, got 1, ['q']\n"
        "  - output_fields: expected 1 or 2 fields, got 3, ['a', 'b', 'c']"
    )


def test_rngs_without_a_stream_for_parameters_are_refused() -> None:
    with pytest.raises(RandomnessError) as caught:
        CrossAttentionOperator(config("q", "c"), dim=8, num_heads=2, rngs=nnx.Rngs(noise=0))
    assert str(caught.value) == (
        "CrossAttentionOperator: expected the random stream 'params' to initialise its parameters, "
        "got none of that name, and no default stream; give rngs=nnx.Rngs(0)"
    )


def test_a_copy_keeps_the_parameters_and_takes_a_new_config() -> None:
    first = operator("query", "key")
    second = first.copy(config=config("query", "key", weights=False))
    np.testing.assert_array_equal(first.q_proj.kernel[...], second.q_proj.kernel[...])
    assert "weights" not in second(batch()).data


def test_the_spec_refuses_another_width_without_data() -> None:
    with pytest.raises(ContractError, match=r"got float32\[n,9\]"):
        operator("query", "key").output_spec({"query": symbolic("n, 9"), "key": symbolic("m, 8")})
