import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jaxtyping import Array, Int

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError
from datarax_typed.operators.text import TokenMaskOperator, TokenMaskOperatorConfig
from datarax_typed.protocols import PyTree
from tests.operators.trees import symbolic

# As in BERT's vocabulary.
MASK, CLS, SEP, PAD = 103, 101, 102, 0


def operator(
    probability: float = 0.15, special_ids: tuple[int, ...] = (PAD,), target_key: str | None = None
) -> TokenMaskOperator:
    config = TokenMaskOperatorConfig(
        field_key="caption",
        target_key=target_key,
        mask_id=MASK,
        probability=probability,
        special_ids=special_ids,
    )
    return TokenMaskOperator(config, rngs=nnx.Rngs(augment=4))


def captions(rows: int = 3, length: int = 10, dtype: PyTree = jnp.int32) -> Int[Array, "batch n"]:
    words = 1000 + jnp.arange(rows * length).reshape(rows, length)
    return words.at[:, 0].set(CLS).at[:, -3].set(SEP).at[:, -2:].set(PAD).astype(dtype)


def test_a_share_of_the_tokens_becomes_the_mask_and_the_rest_stays() -> None:
    tokens = 1000 + jnp.arange(20_000).reshape(4, 5000)
    result = operator(0.15)(Batch({"caption": tokens})).data["caption"]
    masked = np.asarray(result == MASK)
    np.testing.assert_allclose(masked.mean(axis=1), 0.15, atol=0.02)
    np.testing.assert_array_equal(np.asarray(result)[~masked], np.asarray(tokens)[~masked])
    assert len({row.tobytes() for row in masked}) == 4


def test_special_tokens_are_never_masked() -> None:
    tokens = captions()
    result = operator(1.0, (PAD, CLS, SEP))(Batch({"caption": tokens})).data["caption"]
    special = np.isin(tokens, [PAD, CLS, SEP])
    np.testing.assert_array_equal(result, np.where(special, tokens, MASK))


def test_all_may_be_masked_or_none() -> None:
    tokens = captions()
    everything = operator(1.0, ())(Batch({"caption": tokens})).data["caption"]
    nothing = operator(0.0, ())(Batch({"caption": tokens})).data["caption"]
    np.testing.assert_array_equal(everything, np.full_like(tokens, MASK))
    np.testing.assert_array_equal(nothing, tokens)


def test_the_target_key_keeps_the_caption() -> None:
    tokens = captions()
    result = operator(1.0, target_key="masked")(Batch({"caption": tokens})).data
    np.testing.assert_array_equal(result["caption"], tokens)
    assert set(result) == {"caption", "masked"}
    assert np.any(result["masked"] == MASK)


def test_the_spec_is_known_for_every_length() -> None:
    caption = symbolic("tokens", jnp.int32)
    assert operator().output_spec({"caption": caption}) == {"caption": caption}


def test_special_tokens_beyond_the_dtype_occur_nowhere() -> None:
    tokens = jnp.array([[1, 2, 3]], jnp.int8)
    result = operator(1.0, (2, 30_000))(Batch({"caption": tokens})).data["caption"]
    assert result.dtype == jnp.int8
    assert result.tolist() == [[MASK, 2, MASK]]


def test_a_dtype_that_cannot_hold_the_mask_is_refused() -> None:
    config = TokenMaskOperatorConfig(field_key="caption", mask_id=50_264)
    batch = Batch({"caption": captions(dtype=jnp.int16)})
    with pytest.raises(ContractError) as error:
        TokenMaskOperator(config, rngs=nnx.Rngs(augment=0))(batch)
    assert str(error.value) == (
        "TokenMaskOperator cannot mask the tokens:\n"
        '  - data["caption"]: expected tokens of a dtype that holds mask_id=50264, '
        "got one that holds 32767 at most; convert the tokens to int32"
    )


def test_tokens_that_are_not_integers_are_refused() -> None:
    with pytest.raises(ContractError) as error:
        operator()(Batch({"caption": jnp.zeros((2, 10))}))
    assert str(error.value) == (
        "TokenMaskOperator.transform does not fit its contract:\n"
        '  - data["caption"]: expected Int[Array, "tokens"], got float32[10]\n'
        "  axis tokens = 10, bound by random_params"
    )


def bert(target_key: str | None = None) -> TokenMaskOperator:
    config = TokenMaskOperatorConfig(
        field_key="caption",
        target_key=target_key,
        labels_key="labels",
        mask_id=MASK,
        vocab_size=30_522,
        probability=0.5,
        special_ids=(PAD, CLS, SEP),
    )
    return TokenMaskOperator(config, rngs=nnx.Rngs(augment=4))


def test_with_a_vocabulary_eight_in_ten_become_the_mask_one_another_and_one_stays() -> None:
    tokens = 2000 + jnp.arange(20_000).reshape(4, 5000)
    result = bert(target_key="masked")(Batch({"caption": tokens})).data
    masked, labels = np.asarray(result["masked"]), np.asarray(result["labels"])
    chosen = labels != -100
    np.testing.assert_allclose(chosen.mean(), 0.5, atol=0.02)
    np.testing.assert_array_equal(labels[chosen], np.asarray(tokens)[chosen])
    np.testing.assert_array_equal(masked[~chosen], np.asarray(tokens)[~chosen])
    np.testing.assert_allclose((masked == MASK)[chosen].mean(), 0.8, atol=0.02)
    np.testing.assert_allclose((masked == tokens)[chosen].mean(), 0.1, atol=0.02)
    others = masked[chosen & (masked != MASK) & (masked != tokens)]
    np.testing.assert_allclose(others.size / chosen.sum(), 0.1, atol=0.02)
    assert 0 <= others.min() < 300
    assert 30_200 < others.max() < 30_522
    np.testing.assert_allclose(others.mean(), 30_521 / 2, rtol=0.1)


def test_special_tokens_have_no_label() -> None:
    tokens = captions(3, 300)
    result = bert()(Batch({"caption": tokens})).data
    special = np.isin(tokens, [PAD, CLS, SEP])
    assert np.all(np.asarray(result["labels"])[special] == -100)
    np.testing.assert_array_equal(np.asarray(result["caption"])[special], tokens[special])


def test_shares_may_be_given() -> None:
    config = TokenMaskOperatorConfig(
        field_key="caption", mask_id=MASK, probability=1.0, special_ids=(), keep_probability=0.25
    )
    tokens = 2000 + jnp.arange(4000)[None]
    result = TokenMaskOperator(config, rngs=nnx.Rngs(augment=4))(Batch({"caption": tokens}))
    kept = np.asarray(result.data["caption"] == tokens)
    np.testing.assert_allclose(kept.mean(), 0.25, atol=0.03)
    assert np.all(np.asarray(result.data["caption"])[~kept] == MASK)


def test_a_dtype_that_cannot_hold_the_vocabulary_is_refused() -> None:
    with pytest.raises(ContractError) as error:
        bert()(Batch({"caption": captions(dtype=jnp.int8)}))
    assert str(error.value) == (
        "TokenMaskOperator cannot mask the tokens:\n"
        '  - data["caption"]: expected tokens of a dtype that holds vocab_size=30522, '
        "got one that holds 127 at most; convert the tokens to int32"
    )


def test_shares_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ConfigError) as error:
        TokenMaskOperatorConfig(
            field_key="caption",
            mask_id=MASK,
            vocab_size=30_522,
            random_probability=0.75,
            keep_probability=0.5,
        )
    assert str(error.value) == (
        "TokenMaskOperatorConfig is refused (1):\n"
        "  - random_probability and keep_probability: expected a sum of 1 at most, "
        "got 0.75 and 0.5"
    )

    class OwnConfig(TokenMaskOperatorConfig):
        """A user's own."""

    with pytest.raises(ConfigError) as error:
        OwnConfig(field_key="caption", mask_id=MASK, vocab_size=30_522, random_probability=1.0)
    assert str(error.value) == (
        "OwnConfig is refused (1):\n"
        "  - random_probability and keep_probability: expected a sum of 1 at most, "
        "got 1.0 and 0.1; give keep_probability=0.0"
    )
    with pytest.raises(ConfigError) as error:
        TokenMaskOperatorConfig(field_key="caption", mask_id=MASK, random_probability=0.1)  # type: ignore[datarax-config]  # refused, as it should be
    assert str(error.value) == (
        "TokenMaskOperatorConfig is refused (1):\n"
        "  - vocab_size: expected a value, since random_probability=0.1, got None; "
        "give vocab_size, or leave out random_probability"
    )


def test_random_numbers_of_another_length_are_refused() -> None:
    with pytest.raises(ContractError) as error:
        operator().apply({"caption": captions()[0]}, {}, None, jnp.zeros(9))
    assert str(error.value) == (
        "TokenMaskOperator.transform does not fit its contract:\n"
        '  - random_params: expected Float[Array, "tokens"] | TokenDraw, got float32[9]\n'
        '  axis tokens = 10, bound by data["caption"]'
    )


def test_every_wrong_value_of_a_config_is_named() -> None:
    with pytest.raises(ConfigError) as error:
        TokenMaskOperatorConfig(
            field_key="caption",
            stochastic=False,  # type: ignore[arg-type]  # mypy finds it too
            mask_id=-1,  # type: ignore[datarax-config]  # refused, as it should be
            probability=1.5,  # type: ignore[datarax-config]  # refused, as it should be
            special_ids=(0, 0),  # type: ignore[datarax-config]  # refused, as it should be
        )
    assert str(error.value) == (
        "TokenMaskOperatorConfig is refused (4):\n"
        "  - stochastic: expected True, got False\n"
        "  - mask_id: expected a number >= 0, got -1\n"
        "  - probability: expected a number <= 1, got 1.5\n"
        "  - special_ids: expected no value twice, got (0, 0); keep 0 only once"
    )


def test_labels_over_other_fields_are_refused() -> None:
    with pytest.raises(ConfigError) as error:
        TokenMaskOperatorConfig(field_key="a", mask_id=9, labels_key="b", auxiliary_fields=["b"])  # type: ignore[datarax-config]  # refused, as it should be
    assert str(error.value) == (
        "TokenMaskOperatorConfig is refused (1):\n"
        "  - auxiliary_fields: expected no item equal to labels_key, got ['b']; "
        "remove 'b' from auxiliary_fields"
    )
