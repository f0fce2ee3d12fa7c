import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed.core.magnitude import Magnitude

KEYS = jax.random.split(jax.random.key(0), 200)
LIKE = jnp.zeros((2, 2))


def magnitude(*, stochastic: bool, learnable: bool) -> Magnitude:
    return Magnitude(0.5, (-1.0, 3.0), stochastic=stochastic, learnable=learnable)


@pytest.mark.parametrize("learnable", [False, True])
def test_a_deterministic_one_is_its_number(learnable: bool) -> None:
    number = magnitude(stochastic=False, learnable=learnable)(None, LIKE.astype(jnp.float16))
    assert number.dtype == jnp.float16
    assert number.shape == ()
    assert float(number) == 0.5


@pytest.mark.parametrize("learnable", [False, True])
def test_a_stochastic_one_is_uniform_between_its_ends(learnable: bool) -> None:
    drawn = np.asarray(jax.vmap(magnitude(stochastic=True, learnable=learnable).draw)(KEYS))
    assert -1 <= drawn.min() < -0.9
    assert 2.9 < drawn.max() < 3
    assert abs(drawn.mean() - 1) < 0.15


def test_what_is_not_learned_is_no_parameter() -> None:
    assert magnitude(stochastic=True, learnable=False).learned is None


def test_ends_that_have_crossed_span_the_same_range_and_both_learn() -> None:
    def mean(ends: jax.Array) -> jax.Array:
        made = magnitude(stochastic=True, learnable=True)
        made.learned = nnx.Param(ends)
        return jnp.mean(jax.vmap(made.draw)(KEYS))

    crossed = jnp.asarray([3.0, -1.0])
    assert abs(float(mean(crossed)) - 1) < 0.15
    np.testing.assert_allclose(jax.grad(mean)(crossed), [0.5, 0.5], atol=0.05)
