"""Masking of spans of tokens."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal, TypedDict

import jax
import jax.numpy as jnp
import numpy as np
from annotated_types import Ge, Interval, MinLen
from jaxtyping import Array, Bool, Float, Int, Key

from datarax_typed.core.fields import get_field, set_field
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.rules import Rule, excludes
from datarax_typed.errors import ContractError, Problem, listing
from datarax_typed.operators.text.requirements import check_ids, refuse_config
from datarax_typed.operators.text.spans import random_spans, replace_spans
from datarax_typed.protocols import Metadata, PyTree, Statistics


@dataclass(frozen=True)
class SpanMaskOperatorConfig(ModalityOperatorConfig):
    """Configuration of `SpanMaskOperator`.

    Attributes:
        stochastic: always True: which spans are masked is random.
        stream_name: the stream of `nnx.Rngs` to draw from.
        labels_key: the field to write the masked spans to.
        sentinel_id: the token that stands for the first span.
        sentinel_step: what each further span's token is more than the one before: -1 for
            vocabularies as T5's, whose last tokens are the sentinels, counted downwards.
        sentinel_count: how many sentinels there are.
        noise_density: the share of the tokens that is masked.
        mean_noise_span_length: how many tokens a masked span has on average.
        pad_id: the token that fills up captions.
    """

    stochastic: Literal[True] = True
    stream_name: Annotated[str, MinLen(1)] = "augment"
    labels_key: Annotated[str, MinLen(1)] = field(kw_only=True)
    sentinel_id: Annotated[int, Ge(0)] = field(kw_only=True)
    sentinel_step: Literal[-1, 1] = field(default=-1, kw_only=True)
    sentinel_count: Annotated[int, Ge(1)] = field(default=100, kw_only=True)
    noise_density: Annotated[float, Interval(gt=0, lt=1)] = field(default=0.15, kw_only=True)
    mean_noise_span_length: Annotated[float, Interval(ge=1, le=1e6)] = field(
        default=3.0, kw_only=True
    )
    pad_id: Annotated[int, Ge(0)] = field(default=0, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (
        excludes("labels_key", "field_key"),
        excludes("labels_key", "target_key"),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        problems: list[Problem] = []
        if self.auxiliary_fields:
            expected = "none, since masking moves the tokens to other places"
            problems.append(Problem("auxiliary_fields", expected, repr(self.auxiliary_fields)))
        low, high = sorted((self.sentinel_id, self.last_sentinel))
        if low < 0:
            expected = f"at most {self.sentinel_id + 1}, down to token 0"
            problems.append(Problem("sentinel_count", expected, repr(self.sentinel_count)))
        if low <= self.pad_id <= high:
            problems.append(Problem("pad_id", f"no sentinel, {low} to {high}", repr(self.pad_id)))
        refuse_config(self.__class__.__name__, problems)

    @property
    def last_sentinel(self) -> int:
        """The token that stands for the last span that has one."""
        return self.sentinel_id + self.sentinel_step * (self.sentinel_count - 1)


class SpanDraw(TypedDict):
    """Random numbers in [0, 1), by which the masked and the kept tokens are parted into spans."""

    masked: Float[Array, "tokens"]
    kept: Float[Array, "tokens"]


class SpanMaskOperator(ModalityOperator[SpanMaskOperatorConfig]):
    """Replaces random spans of a caption by sentinels, and writes the spans as labels.

    Of n tokens that are not padding, `round(noise_density * n)` are masked, at least 1 and at most
    n - 1, in `round(masked / mean_noise_span_length)` spans, at least 1; spans and what is between
    them are random parts of these numbers. The caption starts with a kept token and ends with a
    masked one. In it, one sentinel stands for each span; the labels hold each sentinel and then its
    span. Both have the caption's length, and padding at their end. A caption of fewer than two
    tokens stays, and has no labels.

    Source: Raffel et al. 2020, Exploring the Limits of Transfer Learning with a Unified
    Text-to-Text Transformer (T5), sections 3.1.4 and 3.3.4; spans as in `random_spans_noise_mask`
    of its published code, which adds no sentinel behind a span at the end.

    Args:
        config: the configuration.
        rngs: random number generators with the config's stream.
        name: a name for error messages.

    Raises:
        ContractError: in a call, the caption is not `tokens` of integers, their dtype is too small
            for the sentinels, or the caption may need more sentinels than there are.
    """

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> SpanDraw:
        """Return the random numbers of a record."""
        shape = get_field(element_shapes, self.config.field_key, self.label)
        masked, kept = jax.random.split(key)
        return SpanDraw(
            masked=jax.random.uniform(masked, shape), kept=jax.random.uniform(kept, shape)
        )

    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        """Mask the caption, and write the spans.

        See `ModalityOperator.apply`.
        """
        result, state, metadata = super().apply(data, state, metadata, random_params, stats)
        tokens = self._extract_field(data, self.config.field_key)
        masked = self._masked(tokens, random_params)
        # What is kept is to the labels what is masked is to the caption.
        labels = self._replaced(tokens, ~masked)
        labels = jnp.where(jnp.any(masked), labels, jnp.asarray(self.config.pad_id, tokens.dtype))
        return set_field(result, self.config.labels_key, labels, self.label), state, metadata

    def transform(
        self, tokens: Int[Array, "tokens"], random_params: SpanDraw
    ) -> Int[Array, "tokens"]:
        """Return the caption with sentinels in place of spans."""
        config = self.config
        ids = {"sentinel_id": max(config.sentinel_id, config.last_sentinel)}
        check_ids(self.label, "mask the tokens", config.field_key, tokens, **ids)
        self._check_length(tokens.shape[0])
        return self._replaced(tokens, self._masked(tokens, random_params))

    def _masked(self, tokens: Int[Array, "tokens"], drawn: SpanDraw) -> Bool[Array, "tokens"]:
        config = self.config
        valid = tokens != jnp.asarray(config.pad_id, tokens.dtype)
        parts = (drawn["masked"], drawn["kept"])
        return random_spans(valid, parts, config.noise_density, config.mean_noise_span_length)

    def _replaced(
        self, tokens: Int[Array, "tokens"], gone: Bool[Array, "tokens"]
    ) -> Int[Array, "tokens"]:
        config = self.config
        sentinels = (config.sentinel_id, config.sentinel_step)
        return replace_spans(tokens, gone, sentinels, config.pad_id)

    def _check_length(self, length: PyTree) -> None:
        # A symbol stands for any length: those that come are checked.
        if not isinstance(length, int):
            return
        config = self.config
        # In the precision of the compiled program: a half is rounded as there.
        masked = np.maximum(np.round(np.float32(length) * np.float32(config.noise_density)), 1)
        spans = np.round(masked / np.float32(config.mean_noise_span_length))
        needed = int(np.maximum(spans, 1))
        if needed > config.sentinel_count:
            where = f'data["{config.field_key}"]'
            expected = f"a caption that needs {config.sentinel_count} sentinels at most"
            mend = "give a larger sentinel_count, or cut the caption"
            problem = Problem(where, expected, f"one of {length} tokens, {needed} spans", mend)
            title = f"{self.label} cannot mask the tokens:"
            raise ContractError(listing(title, [problem]), (problem,))


__all__ = ["SpanDraw", "SpanMaskOperator", "SpanMaskOperatorConfig"]
