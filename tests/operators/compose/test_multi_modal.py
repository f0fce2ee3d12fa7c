"""Operators of several fields side by side."""

import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed import (
    Batch,
    CompositeOperatorConfig,
    ConfigError,
    ContractError,
    MultiModalOperator,
)
from datarax_typed.protocols import PyTree
from tests.operators.compose.stages import Foreign, Noise, Norm, Scale, Shift, config


def batch() -> Batch:
    return Batch({"image": jnp.array([1.0, 2.0]), "sound": jnp.array([5.0, 6.0])})


def side_by_side(**operators: PyTree) -> MultiModalOperator:
    return MultiModalOperator(CompositeOperatorConfig(), operators)


def test_each_field_has_its_own_operator() -> None:
    # In this order, which is not that of the alphabet: both must follow their names.
    both = side_by_side(
        sound=Shift(config(field_key="sound")), image=Scale(config(field_key="image"))
    )
    result = both(batch()).data
    np.testing.assert_array_equal(result["image"], [2, 4])
    np.testing.assert_array_equal(result["sound"], [6, 7])
    assert [name for name, _ in both.named_stages()] == ['operators["sound"]', 'operators["image"]']


def test_a_target_keeps_the_source() -> None:
    one = side_by_side(image=Scale(config(field_key="image", target_key="bright")))
    result = one(batch()).data
    np.testing.assert_array_equal(result["image"], [1, 2])
    np.testing.assert_array_equal(result["bright"], [2, 4])
    assert one.output_spec(batch().spec()).keys() == {"image", "sound", "bright"}


def test_counts_and_statistics_are_those_of_each_operator() -> None:
    shift = Shift(config(field_key="sound", precomputed_stats={"shift": 3.0}))
    both = side_by_side(image=Scale(config(field_key="image")), sound=shift)
    np.testing.assert_array_equal(both(batch()).data["sound"], [8, 9])
    assert shift.get_operation_stats() == {"applied_count": 2, "skipped_count": 0}


def test_a_state_goes_from_one_to_another() -> None:
    first, second = (
        side_by_side(
            image=Noise(
                config(field_key="image", stochastic=True, stream_name="noise"),
                rngs=nnx.Rngs(seed),
            ),
            sound=Scale(config(field_key="sound"), factor=2.0 + seed),
        )
        for seed in range(2)
    )
    second.set_state(first.get_state())
    expected, actual = first(batch()).data, second(batch()).data
    np.testing.assert_array_equal(expected["image"], actual["image"])
    np.testing.assert_array_equal(expected["sound"], actual["sound"])
    assert first.requires_rng_streams() == ["noise"]


def test_a_copy_keeps_names_and_operators_and_shares_none() -> None:
    first = side_by_side(
        sound=Scale(config(field_key="sound")), image=Shift(config(field_key="image"))
    )
    second = first.copy(config=CompositeOperatorConfig(cacheable=True))
    np.testing.assert_array_equal(second(batch()).data["sound"], [10, 12])
    assert [name for name, _ in second.named_stages()] == [n for n, _ in first.named_stages()]
    pairs = zip(first.stages, second.stages, strict=True)
    assert not any(one is other for one, other in pairs)


def test_an_error_names_the_field() -> None:
    broken = side_by_side(
        image=Scale(config(field_key="image")), sound=Norm(config(field_key="sound"))
    )
    with pytest.raises(ContractError) as caught:
        broken(batch())
    assert str(caught.value) == (
        'Norm.transform at operators["sound"] does not fit its contract:\n'
        '  - data["sound"]: expected Float[Array, "dim"], got float32[]'
    )


def test_everything_that_does_not_fit_its_key_is_reported() -> None:
    with pytest.raises(ConfigError) as caught:
        side_by_side(
            image=Scale(config(field_key="image")),
            sound=Scale(config(field_key="voice", target_key="image")),
            text=Foreign(),
        )
    assert str(caught.value) == (
        "MultiModalOperator cannot be made:\n"
        "  - operators[\"sound\"]: expected an operator of the field 'sound', "
        "got field_key='voice'\n"
        "  - operators[\"sound\"]: expected a target of its own, 'image' writes 'image' too, "
        "got 'image'\n"
        '  - operators["text"]: expected a ModalityOperator, got Foreign'
    )


def test_no_operators_are_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        side_by_side()
    assert str(caught.value) == (
        "MultiModalOperator cannot be made:\n"
        "  - operators: expected at least one operator, got none"
    )


def test_what_is_no_map_is_refused() -> None:
    with pytest.raises(ConfigError) as error:
        MultiModalOperator(CompositeOperatorConfig(), [])  # type: ignore[arg-type]  # refused, as it should be
    assert str(error.value) == (
        "MultiModalOperator cannot be made:\n"
        "  - operators: expected a map from field to operator, got list; "
        'give {"image": operator}'
    )
