"""Masking of tokens."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Final, Literal, TypedDict

import jax
import jax.numpy as jnp
import numpy as np
from annotated_types import Ge, Interval, MinLen
from jaxtyping import Array, Bool, Float, Int, Key

from datarax_typed.core.fields import get_field, set_field
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.rules import Rule, distinct, excludes, requires
from datarax_typed.errors import Problem
from datarax_typed.operators.text.requirements import check_ids, refuse_config
from datarax_typed.protocols import Metadata, PyTree, Statistics

# What BERT does to a tenth of the chosen tokens, and to another tenth.
_TENTH: Final = 0.1


@dataclass(frozen=True)
class TokenMaskOperatorConfig(ModalityOperatorConfig):
    """Configuration of `TokenMaskOperator`.

    Attributes:
        stochastic: always True: which tokens are masked is random.
        stream_name: the stream of `nnx.Rngs` to draw from.
        mask_id: the token that replaces others.
        probability: how likely each token is chosen.
        special_ids: tokens that are never chosen, such as padding.
        vocab_size: the number of tokens there are, to draw random ones from; given, the next two
            are BERT's unless they are given too.
        random_probability: how likely a chosen token becomes a random one; None is 0.1 if
            `vocab_size` is given, else 0.
        keep_probability: how likely a chosen token stays what it is; None is as above.
        labels_key: the field to write what is to be predicted to; None writes none.
        ignore_id: what the labels are where nothing is to be predicted.
    """

    stochastic: Literal[True] = True
    stream_name: Annotated[str, MinLen(1)] = "augment"
    mask_id: Annotated[int, Ge(0)] = field(kw_only=True)
    probability: Annotated[float, Interval(ge=0, le=1)] = field(default=0.15, kw_only=True)
    special_ids: tuple[Annotated[int, Ge(0)], ...] = field(default=(0,), kw_only=True)
    vocab_size: Annotated[int, Ge(1)] | None = field(default=None, kw_only=True)
    random_probability: Annotated[float, Interval(ge=0, le=1)] | None = field(
        default=None, kw_only=True
    )
    keep_probability: Annotated[float, Interval(ge=0, le=1)] | None = field(
        default=None, kw_only=True
    )
    labels_key: Annotated[str, MinLen(1)] | None = field(default=None, kw_only=True)
    ignore_id: Annotated[int, Interval(ge=-128, le=-1)] = field(default=-100, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (
        distinct("special_ids"),
        requires("random_probability", "vocab_size"),
        excludes("labels_key", "field_key"),
        excludes("labels_key", "target_key"),
        excludes("auxiliary_fields", "labels_key"),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if sum(self.shares) > 1:
            where = "random_probability and keep_probability"
            given = f"{self.shares[0]!r} and {self.shares[1]!r}"
            unsaid = self.keep_probability is None
            mend = "give keep_probability=0.0" if unsaid and self.shares[0] <= 1 else ""
            problem = Problem(where, "a sum of 1 at most", given, mend)
            refuse_config(self.__class__.__name__, [problem])

    @property
    def shares(self) -> tuple[float, float]:
        """Which shares of the chosen tokens become random ones, and stay."""
        usual = 0.0 if self.vocab_size is None else _TENTH
        given = (self.random_probability, self.keep_probability)
        random, keep = (usual if share is None else share for share in given)
        return random, keep


class TokenDraw(TypedDict):
    """Random numbers of a record, one of each kind a token.

    `place` decides whether the token is chosen, `action` what becomes of it, both in [0, 1);
    `replacement` is a token of the vocabulary.
    """

    place: Float[Array, "tokens"]
    action: Float[Array, "tokens"]
    replacement: Int[Array, "tokens"]


class TokenMaskOperator(ModalityOperator[TokenMaskOperatorConfig]):
    """Chooses random tokens of a caption, each independently, and masks them.

    A chosen token becomes the mask token. With `vocab_size`, it does so with a probability of 0.8;
    with 0.1 it becomes a random token of the vocabulary, with 0.1 it stays, as in BERT.
    `labels_key` names a field for what is to be predicted: the chosen tokens as they were, and
    `ignore_id` everywhere else. `target_key` keeps the caption itself.

    Source: Devlin et al. 2019, BERT: Pre-training of Deep Bidirectional Transformers, section 3.1
    and appendix A.1.

    Args:
        config: the configuration.
        rngs: random number generators with the config's stream.
        name: a name for error messages.

    Raises:
        ContractError: in a call, the caption is not `tokens` of integers, or their dtype is too
            small for `mask_id` or the vocabulary.
    """

    def sample_params(
        self, key: Key[Array, ""], element_shapes: PyTree
    ) -> Float[Array, "..."] | TokenDraw:
        """Return a number in [0, 1) for each token of a record, or numbers of three kinds."""
        shape = get_field(element_shapes, self.config.field_key, self.label)
        if self.config.shares == (0.0, 0.0):
            return jax.random.uniform(key, shape)
        place, action, replacement = jax.random.split(key, 3)
        return TokenDraw(
            place=jax.random.uniform(place, shape),
            action=jax.random.uniform(action, shape),
            replacement=jax.random.randint(replacement, shape, 0, self.config.vocab_size or 1),
        )

    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        """Mask the caption, and write the labels if there is a field for them.

        See `ModalityOperator.apply`.
        """
        result, state, metadata = super().apply(data, state, metadata, random_params, stats)
        if self.config.labels_key is not None:
            tokens = self._extract_field(data, self.config.field_key)
            ignored = jnp.asarray(self.config.ignore_id, tokens.dtype)
            labels = jnp.where(self._chosen(tokens, random_params), tokens, ignored)
            result = set_field(result, self.config.labels_key, labels, self.label)
        return result, state, metadata

    def transform(
        self, tokens: Int[Array, "tokens"], random_params: Float[Array, "tokens"] | TokenDraw
    ) -> Int[Array, "tokens"]:
        """Return the caption with the mask token in some places."""
        config = self.config
        ids = {"mask_id": config.mask_id, "vocab_size": config.vocab_size}
        check_ids(self.label, "mask the tokens", config.field_key, tokens, **ids)
        masked = jnp.asarray(config.mask_id, tokens.dtype)
        instead = jnp.broadcast_to(masked, tokens.shape)
        if isinstance(random_params, dict):
            random, keep = config.shares
            action = random_params["action"]
            instead = jnp.where(action < random + keep, tokens, instead)
            replacement = random_params["replacement"].astype(tokens.dtype)
            instead = jnp.where(action < random, replacement, instead)
        return jnp.where(self._chosen(tokens, random_params), instead, tokens)

    def _chosen(
        self, tokens: Int[Array, "tokens"], drawn: Float[Array, "tokens"] | TokenDraw
    ) -> Bool[Array, "tokens"]:
        place = drawn["place"] if isinstance(drawn, dict) else drawn
        # A special token that is too large for the dtype occurs nowhere.
        largest = int(np.iinfo(tokens.dtype).max)
        special_ids = [token for token in self.config.special_ids if token <= largest]
        special = jnp.isin(tokens, jnp.asarray(special_ids, tokens.dtype))
        return (place < self.config.probability) & ~special


__all__ = ["TokenDraw", "TokenMaskOperator", "TokenMaskOperatorConfig"]
