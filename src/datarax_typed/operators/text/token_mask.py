"""Masking of tokens."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

import jax
import jax.numpy as jnp
import numpy as np
from annotated_types import Ge, Interval, MinLen
from jaxtyping import Array, Float, Int, Key

from datarax_typed.core.fields import get_field
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.rules import Rule, distinct
from datarax_typed.errors import ContractError, Problem, listing
from datarax_typed.protocols import PyTree


@dataclass(frozen=True)
class TokenMaskOperatorConfig(ModalityOperatorConfig):
    """Configuration of `TokenMaskOperator`.

    Attributes:
        stochastic: always True: which tokens are masked is random.
        stream_name: the stream of `nnx.Rngs` to draw from.
        mask_id: the token that replaces others.
        probability: how likely each token is replaced.
        special_ids: tokens that are never replaced, such as padding.
    """

    stochastic: Literal[True] = True
    stream_name: Annotated[str, MinLen(1)] = "augment"
    mask_id: Annotated[int, Ge(0)] = field(kw_only=True)
    probability: Annotated[float, Interval(ge=0, le=1)] = field(default=0.15, kw_only=True)
    special_ids: tuple[Annotated[int, Ge(0)], ...] = field(default=(0,), kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (distinct("special_ids"),)


class TokenMaskOperator(ModalityOperator[TokenMaskOperatorConfig]):
    """Replaces random tokens of a caption by the mask token, each independently.

    Give `target_key` to keep the caption as what is to be predicted. Source: Devlin et al. 2019,
    BERT; here a chosen token always becomes the mask token.

    Args:
        config: the configuration.
        rngs: random number generators with the config's stream.
        name: a name for error messages.

    Raises:
        ContractError: in a call, the caption is not `tokens` of integers, or their dtype is too
            small for `mask_id`.
    """

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Float[Array, "..."]:
        """Return a number in [0, 1) for each token of a record."""
        shape = get_field(element_shapes, self.config.field_key, self.label)
        return jax.random.uniform(key, shape)

    def transform(
        self, tokens: Int[Array, "tokens"], random_params: Float[Array, "tokens"]
    ) -> Int[Array, "tokens"]:
        """Return the caption with the mask token in some places."""
        largest = int(np.iinfo(tokens.dtype).max)
        self._check_mask_id(largest)
        # A special token that is too large for the dtype occurs nowhere.
        special_ids = [token for token in self.config.special_ids if token <= largest]
        special = jnp.isin(tokens, jnp.asarray(special_ids, tokens.dtype))
        masked = (random_params < self.config.probability) & ~special
        return jnp.where(masked, jnp.asarray(self.config.mask_id, tokens.dtype), tokens)

    def _check_mask_id(self, largest: int) -> None:
        if self.config.mask_id > largest:
            where = f'data["{self.config.field_key}"]'
            expected = f"tokens of a dtype that holds mask_id={self.config.mask_id}"
            mend = "convert the tokens to int32"
            problem = Problem(where, expected, f"one that holds {largest} at most", mend)
            title = f"{self.label} cannot mask the tokens:"
            raise ContractError(listing(title, [problem]), (problem,))


__all__ = ["TokenMaskOperator", "TokenMaskOperatorConfig"]
