import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from datarax_typed.core.element_batch import Batch
from datarax_typed.errors import ConfigError, ContractError
from datarax_typed.operators.text import SpanMaskOperator, SpanMaskOperatorConfig
from datarax_typed.operators.text.spans import random_spans, replace_spans
from tests.operators.text.captions import PAD, padded, sentences
from tests.operators.trees import symbolic

# As in T5's vocabulary: the last of 32 100 tokens, counted downwards.
FIRST = 32_099
LENGTH = 40


def operator(density: float = 0.15, mean_length: float = 3.0, count: int = 100) -> SpanMaskOperator:
    config = SpanMaskOperatorConfig(
        field_key="caption",
        target_key="masked",
        labels_key="labels",
        sentinel_id=FIRST,
        sentinel_count=count,
        noise_density=density,
        mean_noise_span_length=mean_length,
    )
    return SpanMaskOperator(config, rngs=nnx.Rngs(augment=4))


def put_back(masked: list[int], labels: list[int], last: int) -> list[int]:
    """The caption, as who reads both would restore it."""
    spans: dict[int, list[int]] = {}
    sentinel = None
    for token in labels:
        if token > last:
            spans[sentinel := token] = []
        elif sentinel is not None:
            spans[sentinel].append(token)
    return [word for token in masked for word in spans.get(token, [token])]


def test_the_example_of_the_paper() -> None:
    # Figure 2: Thank you [for inviting] me to your party [last] week.
    tokens = jnp.array([11, 12, 13, 14, 15, 16, 17, 18, 19, 20, PAD])
    gone = np.isin(tokens, [13, 14, 19])
    caption = replace_spans(tokens, jnp.asarray(gone), (FIRST, -1), PAD)
    labels = replace_spans(tokens, jnp.asarray(~gone), (FIRST, -1), PAD)
    x, y, z = FIRST, FIRST - 1, FIRST - 2
    assert caption.tolist() == [11, 12, x, 15, 16, 17, 18, y, 20, PAD, PAD]
    assert labels.tolist() == [x, 13, 14, y, 19, z, *[PAD] * 5]


@pytest.mark.parametrize(("density", "mean_length"), [(0.15, 3.0), (0.5, 1.0), (0.9, 2.0)])
def test_what_is_masked_and_how_much(density: float, mean_length: float) -> None:
    rows = [row[:LENGTH] for row in sentences()]
    captions = padded(rows, LENGTH)
    result = operator(density, mean_length)(Batch({"caption": captions})).data
    assert result["masked"].shape == result["labels"].shape == captions.shape
    for row, masked, labels in zip(rows, result["masked"], result["labels"], strict=True):
        left = [token for token in masked.tolist() if token != PAD]
        taken = [token for token in labels.tolist() if token != PAD]
        # Padding is at the end alone.
        assert masked.tolist()[: len(left)] == left
        assert labels.tolist()[: len(taken)] == taken
        noise = min(max(round(len(row) * density), 1), len(row) - 1)
        spans = min(max(round(noise / mean_length), 1), len(row) - noise)
        sentinels = [FIRST - number for number in range(spans)]
        assert [token for token in left if token > 1000] == sentinels
        assert [token for token in taken if token > 1000] == sentinels
        assert len(taken) - spans == noise
        assert put_back(left, taken, 1000) == row
        assert left[0] == row[0]
        assert taken[-1] == row[-1]


def test_spans_are_random_parts() -> None:
    drawn = jax.random.uniform(jax.random.key(0), (2, 2000, 20))
    valid = jnp.ones(20, jnp.bool_)
    spans = jax.vmap(lambda *parts: random_spans(valid, parts, 0.3, 2.0))(drawn[0], drawn[1])
    shares = np.asarray(spans).mean(0)
    # Six of twenty tokens in three spans: the first never, the last always.
    np.testing.assert_array_equal(np.asarray(spans).sum(1), np.full(2000, 6))
    assert shares[0] == 0
    assert shares[-1] == 1
    assert len({row.tobytes() for row in np.asarray(spans)}) > 300
    # Of ten ways to part six into three, each is as likely: the last part is one in four of them.
    np.testing.assert_allclose(np.mean(~np.asarray(spans)[:, -2]), 0.4, atol=0.04)


@pytest.mark.parametrize("words", [0, 1])
def test_a_caption_of_one_token_stays(words: int) -> None:
    captions = padded([[7][:words]], 5)
    result = operator()(Batch({"caption": captions})).data
    np.testing.assert_array_equal(result["masked"], captions)
    np.testing.assert_array_equal(result["labels"], np.zeros((1, 5)))


def test_padding_between_tokens_is_as_at_the_end() -> None:
    random = jnp.linspace(0.9, 0.1, 8)
    tokens = jnp.array([5, PAD, 6, 7, PAD, 8, 9, PAD])
    draw = {"masked": random, "kept": random}
    result = operator(0.4).apply({"caption": tokens}, {}, None, draw)[0]
    packed = tokens[jnp.array([0, 2, 3, 5, 6, 1, 4, 7])]
    expected = operator(0.4).apply({"caption": packed}, {}, None, draw)[0]
    np.testing.assert_array_equal(result["masked"], expected["masked"])
    np.testing.assert_array_equal(result["labels"], expected["labels"])


def test_the_spec_is_known_for_every_length() -> None:
    caption = symbolic("tokens", jnp.int32)
    spec = operator().output_spec({"caption": caption})
    assert spec == {"caption": caption, "masked": caption, "labels": caption}


def test_sentinels_that_run_out_are_refused() -> None:
    with pytest.raises(ContractError) as error:
        operator(0.15, 1.0, count=5)(Batch({"caption": jnp.ones((1, 40), jnp.int32)}))
    assert str(error.value) == (
        "SpanMaskOperator cannot mask the tokens:\n"
        '  - data["caption"]: expected a caption that needs 5 sentinels at most, '
        "got one of 40 tokens, 6 spans; give a larger sentinel_count, or cut the caption"
    )


def test_a_dtype_that_cannot_hold_the_sentinels_is_refused() -> None:
    with pytest.raises(ContractError) as error:
        operator()(Batch({"caption": jnp.ones((1, 5), jnp.int8)}))
    assert str(error.value) == (
        "SpanMaskOperator cannot mask the tokens:\n"
        '  - data["caption"]: expected tokens of a dtype that holds sentinel_id=32099, '
        "got one that holds 127 at most; convert the tokens to int32"
    )


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError) as error:
        SpanMaskOperatorConfig(
            field_key="caption", labels_key="spans", auxiliary_fields=["mask"], sentinel_id=9
        )
    assert str(error.value) == (
        "SpanMaskOperatorConfig is refused (3):\n"
        "  - auxiliary_fields: expected none, since masking moves the tokens to other places, "
        "got ['mask']\n"
        "  - sentinel_count: expected at most 10, down to token 0, got 100\n"
        "  - pad_id: expected no sentinel, -90 to 9, got 0"
    )


def test_labels_over_the_caption_are_refused() -> None:
    with pytest.raises(ConfigError, match="expected another value than field_key, got 'caption'"):
        SpanMaskOperatorConfig(field_key="caption", labels_key="caption", sentinel_id=999)  # type: ignore[datarax-config]  # refused, as it should be
