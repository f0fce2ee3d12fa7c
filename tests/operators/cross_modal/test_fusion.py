"""The weighted sum of embeddings."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed import (
    Batch,
    ConfigError,
    ContractError,
    CrossModalOperatorConfig,
    FieldError,
)
from datarax_typed.operators.cross_modal import FusionOperator
from datarax_typed.protocols import PyTree
from tests.operators.trees import symbolic


def config(*fields: str) -> CrossModalOperatorConfig:
    return CrossModalOperatorConfig(input_fields=list(fields), output_fields=["fused"])


def batch(**widths: int) -> Batch:
    keys = jax.random.split(jax.random.key(0), len(widths))
    data = {
        name: jax.random.normal(key, (3, width))
        for key, (name, width) in zip(keys, widths.items(), strict=True)
    }
    return Batch(data, index=jnp.arange(3))


def test_the_documented_example_runs_as_printed() -> None:
    documented = CrossModalOperatorConfig(
        input_fields=["image_embedding", "text_embedding"],
        output_fields=["fused_embedding"],
        operation="fusion",
    )
    operator = FusionOperator(documented, rngs=nnx.Rngs(0))
    given = batch(image_embedding=4, text_embedding=4)
    result = operator(given)
    expected = given.data["image_embedding"] + given.data["text_embedding"]
    np.testing.assert_allclose(result.data["fused_embedding"], expected, rtol=1e-6)
    assert result.data.keys() == {"image_embedding", "text_embedding", "fused_embedding"}


def test_each_field_has_its_own_weight() -> None:
    operator = FusionOperator(config("a", "b", "c"))
    operator.fusion_weights[...] = jnp.array([1.0, -2.0, 0.5])
    given = batch(a=2, b=2, c=2)
    expected = given.data["a"] - 2.0 * given.data["b"] + 0.5 * given.data["c"]
    np.testing.assert_allclose(operator(given).data["fused"], expected, rtol=1e-6)


def test_the_gradient_of_a_weight_is_the_sum_of_its_embedding() -> None:
    given = batch(a=2, b=2)

    def total(operator: FusionOperator) -> jax.Array:
        return jnp.sum(operator(given).data["fused"])

    gradient: PyTree = nnx.grad(total)(FusionOperator(config("a", "b")))
    expected = [float(given.data[key].sum()) for key in ("a", "b")]
    np.testing.assert_allclose(gradient["fusion_weights"][...], expected, rtol=1e-5)


def test_half_precision_stays_half_precision() -> None:
    given = batch(a=2, b=2)
    halves = given.replace(data=jax.tree.map(lambda x: x.astype(jnp.float16), given.data))
    assert FusionOperator(config("a", "b"))(halves).data["fused"].dtype == jnp.float16


def test_the_spec_holds_for_any_width() -> None:
    width = symbolic("d")
    spec = FusionOperator(config("a", "b")).output_spec({"a": width, "b": width})
    assert spec["fused"] == width


def test_embeddings_of_different_widths_are_refused_by_field() -> None:
    with pytest.raises(ContractError) as caught:
        FusionOperator(config("a", "b", "c"), name="joint")(batch(a=4, b=4, c=5))
    assert str(caught.value) == (
        "FusionOperator 'joint' cannot fuse the embeddings:\n"
        '  - data["c"]: expected a width of 4, as the first one, got float32[5]'
    )


def test_a_missing_embedding_names_the_nearest() -> None:
    with pytest.raises(FieldError) as caught:
        FusionOperator(config("image", "text"))(batch(image=4, texts=4))
    assert str(caught.value) == (
        "FusionOperator: expected a field 'text', got none of that name; "
        "available: 'image', 'texts'; did you mean 'texts'?"
    )


def test_several_outputs_are_refused() -> None:
    two = CrossModalOperatorConfig(input_fields=["a"], output_fields=["x", "y"])
    with pytest.raises(ConfigError) as caught:
        FusionOperator(two)
    assert str(caught.value) == (
        "FusionOperator cannot be made:\n  - output_fields: expected 1 fields, got 2, ['x', 'y']"
    )
