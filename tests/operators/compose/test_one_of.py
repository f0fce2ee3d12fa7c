"""One of several operators for each record."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed import ConfigError, MapOperator, MapOperatorConfig, OutputError
from datarax_typed.operators.compose import OneOfOperator, OneOfOperatorConfig
from datarax_typed.protocols import PyTree
from tests.operators.compose.stages import Noise, Scale, Shift, config, numbers, random_config
from tests.operators.trees import symbolic

MANY = 3000


def one_of(*operators: PyTree, weights: list[float] | None = None) -> OneOfOperator:
    return OneOfOperator(OneOfOperatorConfig(weights=weights), operators, rngs=nnx.Rngs(0))


def scales() -> list[Scale]:
    return [Scale(config(), factor=factor) for factor in (2.0, 3.0, 5.0)]


@pytest.mark.parametrize("weights", [None, [1.0, 0.0, 3.0], [1e300, 1e300, 0.0]])
def test_each_record_goes_to_one_in_proportion(weights: list[float] | None) -> None:
    operator = one_of(*scales(), weights=weights)
    given = numbers(*[1] * MANY, index=jnp.arange(MANY))
    factors = np.asarray(operator(given).data["x"])
    shares = np.asarray(weights or [1.0] * 3)
    shares = shares / shares.max() / np.sum(shares / shares.max())
    for factor, share in zip((2.0, 3.0, 5.0), shares, strict=True):
        bound = 5 * np.sqrt(share * (1 - share) / MANY)
        assert abs(np.mean(factors == factor) - share) <= bound


def test_each_operator_counts_its_own_records() -> None:
    operator = one_of(*scales())
    given = numbers(*[1] * 9, index=jnp.arange(9), valid_mask=jnp.arange(9) < 7)
    factors = np.asarray(operator(given).data["x"])[:7]
    found = [inner.get_operation_stats() for inner in scales_of(operator)]
    assert found == [
        {"applied_count": int(np.sum(factors == factor)), "skipped_count": 0}
        for factor in (2.0, 3.0, 5.0)
    ]
    assert operator.get_operation_stats() == {"applied_count": 7, "skipped_count": 0}


def scales_of(operator: OneOfOperator) -> list[PyTree]:
    return [inner for _, inner in operator.named_stages()]


def test_results_may_differ_from_the_input_if_all_are_alike() -> None:
    sums = one_of(
        MapOperator(MapOperatorConfig(), jnp.sum), MapOperator(MapOperatorConfig(), jnp.max)
    )
    spec = sums.output_spec({"v": symbolic("n, d")})
    assert spec["v"].shape == ()
    assert not sums.in_turn


def test_results_that_differ_are_refused() -> None:
    operator = one_of(Scale(config()), Shift(config(target_key="y")))
    for call in (lambda: operator(numbers(1)), lambda: operator.output_spec(numbers(1).spec())):
        with pytest.raises(OutputError) as caught:
            call()
        assert str(caught.value) == (
            "OneOfOperator: all records must come out alike:\n"
            '  - data["y"]: expected nothing of that name, as from operators[0], Scale, '
            "got float32[] from operators[1], Shift"
        )


def test_an_element_goes_to_the_operator_of_its_number() -> None:
    operator = one_of(Scale(config()), Noise(random_config(), rngs=nnx.Rngs(1)))
    params = [None, jnp.asarray(0.5)]
    for choice, expected in ((0, 2.0), (1, 1.5)):
        chosen = operator.apply({"x": jnp.asarray(1.0)}, {}, None, (jnp.asarray(choice), params))
        assert float(chosen[0]["x"]) == expected


def test_gradients_are_of_own_records() -> None:
    operator = one_of(*scales())
    given = numbers(*[1] * 9, index=jnp.arange(9))
    choice = np.asarray(operator._random_params(given)[0])
    gradients = nnx.grad(lambda op: jnp.sum(op(given).data["x"]))(operator)
    found = np.asarray(jax.tree.leaves(gradients))
    np.testing.assert_array_equal(found, np.bincount(choice, minlength=3))


@pytest.mark.parametrize(
    "weights", [[0.0, 0.0], [-1.0, 2.0], [float("nan"), 1.0], [float("inf"), 1.0], []]
)
def test_weights_that_say_nothing_are_refused(weights: list[float]) -> None:
    with pytest.raises(ConfigError, match=r"^OneOfOperatorConfig is refused \(\d\):\n  - weights"):
        OneOfOperatorConfig(weights=weights)


def test_as_many_weights_as_operators() -> None:
    with pytest.raises(ConfigError) as caught:
        one_of(*scales(), weights=[1.0, 2.0])
    assert str(caught.value) == (
        "OneOfOperator cannot be made:\n"
        "  - weights: expected 3, one for each operator, got 2: [1.0, 2.0]"
    )
    with pytest.raises(ConfigError, match="operators: expected at least one operator, got none"):
        one_of()


def test_one_operator_is_no_list_of_them() -> None:
    operator = MapOperator(MapOperatorConfig(), jnp.sin)
    with pytest.raises(ConfigError) as caught:
        OneOfOperator(OneOfOperatorConfig(), operator, rngs=nnx.Rngs(augment=0))  # type: ignore[arg-type]  # mypy finds it too
    assert str(caught.value) == (
        "OneOfOperator cannot be made:\n"
        "  - operators: expected a list of operators, got MapOperator; give [operator]"
    )
