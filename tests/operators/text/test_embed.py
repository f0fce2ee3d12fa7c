import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import DomainError, RandomnessError
from datarax_typed.operators.text import EmbedOperator, EmbedOperatorConfig
from datarax_typed.protocols import PyTree
from tests.operators.text.captions import PAD, padded, sentences
from tests.operators.trees import symbolic

VOCABULARY = 200


def operator(pad_id: int | None = None, *, validate: bool = True) -> EmbedOperator:
    config = EmbedOperatorConfig(
        field_key="caption",
        target_key="embedded",
        vocab_size=VOCABULARY,
        features=3,
        pad_id=pad_id,
        validate_domain_constraints=validate,
    )
    return EmbedOperator(config, rngs=nnx.Rngs(0))


def test_every_token_has_its_row_of_the_table() -> None:
    captions = padded(sentences(), 20)
    made = operator()
    result = made(Batch({"caption": captions})).data["embedded"]
    reference = nnx.Embed(VOCABULARY, 3, rngs=nnx.Rngs(0))
    np.testing.assert_array_equal(result, reference(captions))
    np.testing.assert_array_equal(result, np.asarray(made.embedding[...])[np.asarray(captions)])


def test_padding_is_zeros_and_learns_nothing() -> None:
    batch = Batch({"caption": padded(sentences()[:1], 150)})

    def total(made: EmbedOperator) -> jax.Array:
        return jnp.sum(made(batch).data["embedded"])

    embedded = operator(PAD)(batch).data["embedded"]
    is_padding = np.asarray(batch.data["caption"] == PAD)
    assert is_padding.any()
    np.testing.assert_array_equal(np.all(np.asarray(embedded) == 0, axis=-1), is_padding)
    gradient: PyTree = nnx.grad(total)(operator(PAD))
    counts = np.bincount(np.ravel(batch.data["caption"]), minlength=VOCABULARY)
    counts[PAD] = 0
    np.testing.assert_allclose(gradient["embedding"][...][:, 0], counts, rtol=1e-6)


@pytest.mark.parametrize("token", [-1, VOCABULARY])
def test_a_token_that_is_not_in_the_vocabulary_is_refused(token: int) -> None:
    captions = padded(sentences(), 5).at[2, 1].set(token)
    with pytest.raises(DomainError) as error:
        operator()(Batch({"caption": captions}, index=jnp.arange(4) + 10))
    assert str(error.value) == (
        "EmbedOperator: expected that every embedding, of a token from 0 to vocab_size - 1, "
        "is finite, got values from nan to nan in record 12"
    )
    result = operator(validate=False)(Batch({"caption": captions})).data["embedded"]
    np.testing.assert_array_equal(np.isnan(result).all(-1), captions == token)


def test_tokens_of_small_dtypes_are_looked_up_too() -> None:
    captions = padded(sentences(), 5)
    small = operator(300)(Batch({"caption": captions.astype(jnp.int16)})).data["embedded"]
    np.testing.assert_array_equal(small, operator()(Batch({"caption": captions})).data["embedded"])


def test_the_spec_is_known_for_every_length() -> None:
    caption = symbolic("t", jnp.int32)
    spec = operator().output_spec({"caption": caption})
    assert spec == {"caption": caption, "embedded": symbolic("t, 3")}


def test_the_table_needs_random_numbers() -> None:
    config = EmbedOperatorConfig(field_key="caption", vocab_size=9, features=3)
    with pytest.raises(RandomnessError) as error:
        EmbedOperator(config)
    assert str(error.value) == (
        "EmbedOperator: expected the random stream 'params' to initialise its parameters, "
        "got None; give rngs=nnx.Rngs(0)"
    )
