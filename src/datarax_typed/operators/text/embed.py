"""Embedding of tokens."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal, TypeAlias

import jax.numpy as jnp
from annotated_types import Ge
from flax import nnx
from jaxtyping import Array, Float, Int

from datarax_typed.core.domain import DomainConstraint, finite
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.randomness import parameter_rngs

Embedded: TypeAlias = Float[Array, "tokens {self.config.features}"]


@dataclass(frozen=True)
class EmbedOperatorConfig(ModalityOperatorConfig):
    """Configuration of `EmbedOperator`.

    Attributes:
        stochastic: always False: nothing is random.
        vocab_size: the number of tokens there are: 0 to vocab_size - 1.
        features: width of an embedding.
        pad_id: a token whose embedding is zeros, and not learned; None is none.
    """

    stochastic: Literal[False] = False
    vocab_size: Annotated[int, Ge(1)] = field(kw_only=True)
    features: Annotated[int, Ge(1)] = field(kw_only=True)
    pad_id: Annotated[int, Ge(0)] | None = field(default=None, kw_only=True)


class EmbedOperator(ModalityOperator[EmbedOperatorConfig]):
    """Looks every token of a caption up in a learned table.

    The table is float32, its numbers normal at first, with a variance of 1 / features. A token that
    is not in the vocabulary, negative ones too, has an embedding of NaN, which the operator's
    domain refuses unless the config says `validate_domain_constraints=False`.

    Source: Bengio et al. 2003, A Neural Probabilistic Language Model, section 2; `nnx.Embed`.

    Args:
        config: the configuration.
        rngs: random number generators that initialise the table.
        name: a name for error messages.

    Attributes:
        embedding: the table `vocab_size features`.

    Raises:
        RandomnessError: `rngs` have no stream for parameters.
        ContractError: in a call, the caption is not `tokens` of integers.
        DomainError: in a call, a token is not in the vocabulary.
    """

    domain: ClassVar[tuple[DomainConstraint, ...]] = (
        finite("every embedding, of a token from 0 to vocab_size - 1,"),
    )

    def __init__(
        self,
        config: EmbedOperatorConfig,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        streams = parameter_rngs("EmbedOperator", rngs)
        table = nnx.Embed(config.vocab_size, config.features, rngs=streams)
        self.embedding: nnx.Param[Array] = table.embedding

    def transform(self, tokens: Int[Array, "tokens"]) -> Embedded:
        """Return the embeddings."""
        table = self.embedding[...]
        found = table.at[tokens].get(mode="fill", fill_value=jnp.nan, wrap_negative_indices=False)
        if self.config.pad_id is None:
            return found
        # A token that is too large for the dtype occurs nowhere.
        is_padding = tokens.astype(jnp.int32) == jnp.asarray(self.config.pad_id, jnp.int32)
        return jnp.where(is_padding[:, None], jnp.zeros_like(found), found)


__all__ = ["EmbedOperator", "EmbedOperatorConfig"]
