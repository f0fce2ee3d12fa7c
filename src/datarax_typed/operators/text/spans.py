"""Spans of tokens: where they are, and sentinels in place of them."""

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int


def random_spans(
    valid: Bool[Array, "tokens"],
    drawn: tuple[Float[Array, "tokens"], Float[Array, "tokens"]],
    density: float,
    mean_length: float,
) -> Bool[Array, "tokens"]:
    """Return which tokens lie in random spans.

    Source: `random_spans_noise_mask` of T5's published code.

    Args:
        valid: which tokens are no padding; the others lie in no span, and part none.
        drawn: random numbers in [0, 1), for the lengths of spans and of what is between them.
        density: the share of valid tokens in spans.
        mean_length: the mean length of a span.
    """
    count = jnp.sum(valid, dtype=jnp.int32)
    masked = _rounded(count.astype(jnp.float32) * density)
    # Both kinds are there, if there are two tokens.
    masked = jnp.minimum(jnp.maximum(masked, 1), jnp.maximum(count - 1, 0))
    kept = count - masked
    spans = jnp.maximum(_rounded(masked.astype(jnp.float32) / mean_length), 1)
    spans = jnp.minimum(jnp.minimum(spans, masked), kept)
    lengths = _random_parts(masked, spans, drawn[0])
    gaps = _random_parts(kept, spans, drawn[1])
    ends = jnp.cumsum(gaps + lengths)
    # One more where a span starts, one less where it ends; what is beyond the last is dropped.
    inside = _counts(ends - lengths, spans) - _counts(ends, spans)
    ranks = jnp.cumsum(valid, dtype=jnp.int32) - 1
    return (jnp.cumsum(inside)[ranks] > 0) & valid


def replace_spans(
    tokens: Int[Array, "tokens"],
    gone: Bool[Array, "tokens"],
    sentinels: tuple[int, int],
    pad_id: int,
) -> Int[Array, "tokens"]:
    """Return tokens with one sentinel in place of every span, and padding at the end.

    Args:
        tokens: the tokens.
        gone: which of them lie in spans; neighbours make one span, whatever padding is between.
        sentinels: the first sentinel, and what each further one is more than the one before.
        pad_id: the token that is padding.
    """
    pad = jnp.asarray(pad_id, tokens.dtype)
    valid = tokens != pad
    # Without padding between them, neighbours are neighbours.
    order = jnp.argsort(~valid, stable=True)
    tokens, gone, valid = tokens[order], (gone & valid)[order], valid[order]
    before = jnp.roll(gone, 1).at[:1].set(False)
    starts = gone & ~before
    first, step = sentinels
    numbers = first + step * (jnp.cumsum(starts, dtype=jnp.int32) - 1)
    tokens = jnp.where(starts, numbers.astype(tokens.dtype), tokens)
    stays = valid & (starts | ~gone)
    return jnp.where(stays, tokens, pad)[jnp.argsort(~stays, stable=True)]


def _rounded(number: Float[Array, ""]) -> Int[Array, ""]:
    return jnp.round(number).astype(jnp.int32)


def _random_parts(
    total: Int[Array, ""], parts: Int[Array, ""], drawn: Float[Array, "tokens"]
) -> Int[Array, "tokens"]:
    """Return the lengths of the parts of a total, each at least 1; zeros behind the last."""
    places = jnp.arange(drawn.shape[0])
    # A part starts at 0 and at the places of the smallest numbers, of those within the total.
    allowed = jnp.where((places > 0) & (places < total), drawn, jnp.inf)
    ranks = jnp.argsort(jnp.argsort(allowed, stable=True), stable=True)
    starts = ((places == 0) | (ranks < parts - 1)) & (places < total)
    owners = jnp.cumsum(starts, dtype=jnp.int32) - 1
    within = (places < total).astype(jnp.int32)
    return jnp.zeros_like(owners).at[owners].add(within, mode="drop")


def _counts(places: Int[Array, "tokens"], first: Int[Array, ""]) -> Int[Array, "tokens"]:
    """Return how many of the first places are each place."""
    counted = (jnp.arange(places.shape[0]) < first).astype(jnp.int32)
    return jnp.zeros_like(places).at[places].add(counted, mode="drop")


__all__ = ["random_spans", "replace_spans"]
