import jax
import jax.numpy as jnp
import numpy as np
import pytest

from datarax_typed import Batch, ConfigError, ContractError, CrossModalOperatorConfig
from datarax_typed.operators.cross_modal import FiLMOperator
from tests.operators.trees import symbolic

CONFIG = CrossModalOperatorConfig(input_fields=["image", "text"], output_fields=["modulated"])


def batch() -> Batch:
    keys = jax.random.split(jax.random.key(0))
    data = {
        "image": jax.random.normal(keys[0], (2, 4, 5, 3)),
        "text": jax.random.normal(keys[1], (2, 6)),
    }
    return Batch(data)


def operator() -> FiLMOperator:
    return FiLMOperator(CONFIG, features=3, dim=6)


def test_features_stay_at_first() -> None:
    result = operator()(batch()).data
    np.testing.assert_array_equal(result["modulated"], batch().data["image"])


def test_it_is_that_of_the_paper() -> None:
    made, data = operator(), batch().data
    kernel = jax.random.normal(jax.random.key(1), (6, 6))
    made.generator.kernel[...] = kernel
    numbers = np.asarray(data["text"]) @ np.asarray(kernel)
    gamma, beta = numbers[:, None, None, :3] + 1, numbers[:, None, None, 3:]
    expected = gamma * np.asarray(data["image"]) + beta
    np.testing.assert_allclose(made(batch()).data["modulated"], expected, rtol=1e-4, atol=1e-4)


def test_half_precision_stays() -> None:
    data = batch().data
    half = Batch({**data, "image": data["image"].astype(jnp.float16)})
    assert operator()(half).data["modulated"].dtype == jnp.float16


def test_the_spec_is_known_for_every_size() -> None:
    spec = operator().output_spec({"image": symbolic("h, w, 3"), "text": symbolic("6")})
    assert spec["modulated"] == symbolic("h, w, 3")


def test_other_sizes_are_refused() -> None:
    with pytest.raises(ContractError) as caught:
        operator().output_spec({"image": symbolic("4, 2"), "text": symbolic("5")})
    assert str(caught.value) == (
        "FiLMOperator.transform does not fit its contract:\n"
        '  - data["image"]: expected Float[Array, "*axes {self.features}"], got float32[4,2]\n'
        '  - data["text"]: expected Float[Array, "{self.dim}"], got float32[5]\n'
        "  axis {self.features} = 3\n"
        "  axis {self.dim} = 6"
    )


def test_sizes_of_nothing_are_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        FiLMOperator(CONFIG, features=0, dim=6)
    assert str(caught.value) == (
        "FiLMOperator cannot be made:\n  - features: expected a number >= 1, got 0"
    )
