"""Cutting and filling up."""

import jax.numpy as jnp
import numpy as np
import pytest

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError
from datarax_typed.operators.text import (
    PadToOperator,
    PadToOperatorConfig,
    TruncateOperator,
    TruncateOperatorConfig,
)
from datarax_typed.protocols import PyTree
from tests.operators.text.captions import PAD, padded, sentences
from tests.operators.trees import symbolic


def data(length: int) -> PyTree:
    captions = padded(sentences(), length)
    return {"caption": captions, "mask": captions != PAD, "weights": jnp.ones((4, length, 2))}


@pytest.mark.parametrize(("side", "kept"), [("right", slice(0, 5)), ("left", slice(-5, None))])
def test_captions_are_cut_and_what_moves_with_them(side: PyTree, kept: slice) -> None:
    config = TruncateOperatorConfig(
        field_key="caption", length=5, truncation_side=side, auxiliary_fields=["mask", "weights"]
    )
    given = data(9)
    result = TruncateOperator(config)(Batch(given)).data
    for key, value in given.items():
        np.testing.assert_array_equal(result[key], np.asarray(value)[:, kept])


@pytest.mark.parametrize("side", ["right", "left"])
def test_a_shorter_caption_is_not_cut(side: PyTree) -> None:
    config = TruncateOperatorConfig(field_key="caption", length=5, truncation_side=side)
    given = data(3)
    np.testing.assert_array_equal(
        TruncateOperator(config)(Batch(given)).data["caption"], given["caption"]
    )


def test_the_spec_of_a_cut_says_at_most() -> None:
    config = TruncateOperatorConfig(field_key="caption", length=5)
    spec = TruncateOperator(config).output_spec({"caption": symbolic("t", jnp.int32)})
    assert str(spec["caption"].shape) == "(min(t, 5),)"


@pytest.mark.parametrize(("side", "own"), [("right", slice(0, 6)), ("left", slice(3, None))])
def test_captions_are_filled_up_and_what_moves_with_them(side: PyTree, own: slice) -> None:
    config = PadToOperatorConfig(
        field_key="caption",
        length=9,
        pad_id=4,
        padding_side=side,
        mask_key="own",
        auxiliary_fields=["mask", "weights"],
    )
    given = data(6)
    result = PadToOperator(config)(Batch(given)).data
    expected = np.zeros(9, bool)
    expected[own] = True
    np.testing.assert_array_equal(result["own"], np.broadcast_to(expected, (4, 9)))
    for key, value in given.items():
        assert result[key].dtype == value.dtype
        np.testing.assert_array_equal(np.asarray(result[key])[:, expected], value)
        filler = 4 if key == "caption" else 0
        assert np.all(np.asarray(result[key])[:, ~expected] == filler)


@pytest.mark.parametrize("side", ["right", "left"])
def test_the_spec_of_a_filled_caption_has_its_length(side: PyTree) -> None:
    config = PadToOperatorConfig(field_key="caption", length=9, padding_side=side, mask_key="own")
    spec = PadToOperator(config).output_spec({"caption": symbolic("t", jnp.int32)})
    assert spec["caption"] == symbolic("9", jnp.int32)
    assert spec["own"] == symbolic("9", jnp.bool_)


def test_a_longer_caption_is_refused_not_cut() -> None:
    with pytest.raises(ContractError) as error:
        PadToOperator(PadToOperatorConfig(field_key="caption", length=5))(Batch(data(9)))
    assert str(error.value) == (
        "PadToOperator cannot fill up the tokens:\n"
        '  - data["caption"]: expected 5 tokens at most, got int32[9]; '
        "cut it first, with TruncateOperator(length=5)"
    )


def test_what_has_not_one_item_a_token_is_refused() -> None:
    config = TruncateOperatorConfig(field_key="caption", length=5, auxiliary_fields=["picture"])
    batch = Batch({**data(6), "picture": jnp.ones((4, 2, 2))})
    with pytest.raises(ContractError) as error:
        TruncateOperator(config)(batch)
    assert str(error.value) == (
        "TruncateOperator cannot move auxiliary fields along:\n"
        '  - data["picture"]: expected a leading axis of 6, one item a token, got float32[2,2]; '
        "leave it out of auxiliary_fields if it does not move with the tokens"
    )


def test_a_dtype_that_cannot_hold_the_padding_is_refused() -> None:
    config = PadToOperatorConfig(field_key="caption", length=9, pad_id=300)
    with pytest.raises(ContractError) as error:
        PadToOperator(config)(Batch({"caption": jnp.ones((1, 5), jnp.int8)}))
    assert str(error.value) == (
        "PadToOperator cannot fill up the tokens:\n"
        '  - data["caption"]: expected tokens of a dtype that holds pad_id=300, '
        "got one that holds 127 at most; convert the tokens to int32"
    )


def test_a_mask_over_the_caption_is_refused() -> None:
    with pytest.raises(ConfigError) as error:
        PadToOperatorConfig(field_key="a", length=9, mask_key="a")  # type: ignore[datarax-config]  # refused, as it should be
    assert str(error.value) == (
        "PadToOperatorConfig is refused (1):\n"
        "  - mask_key: expected another value than field_key, got 'a'; give another value"
    )
    with pytest.raises(ConfigError) as error:
        PadToOperatorConfig(field_key="a", auxiliary_fields=["c", "m"], length=9, mask_key="m")  # type: ignore[datarax-config]  # refused, as it should be
    assert str(error.value) == (
        "PadToOperatorConfig is refused (1):\n"
        "  - auxiliary_fields: expected no item equal to mask_key, got ['c', 'm']; "
        "remove 'm' from auxiliary_fields"
    )


def test_an_empty_caption_is_filled_up() -> None:
    operator = PadToOperator(PadToOperatorConfig(field_key="caption", length=2, pad_id=7))
    result = operator(Batch({"caption": jnp.zeros((1, 0), jnp.int32)})).data["caption"]
    assert result.tolist() == [[7, 7]]
