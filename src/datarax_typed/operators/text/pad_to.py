"""Filling up of captions that are too short."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal, TypeAlias

import jax
import jax.numpy as jnp
from annotated_types import Ge, MinLen
from jaxtyping import Array, Int, Shaped

from datarax_typed.core.describe import describe_value
from datarax_typed.core.fields import set_field
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.rules import Rule, excludes
from datarax_typed.errors import ContractError, Problem, listing
from datarax_typed.operators.text.requirements import check_aligned, check_ids
from datarax_typed.protocols import Metadata, PyTree, Statistics

Padded: TypeAlias = Int[Array, "{self.config.length}"]


@dataclass(frozen=True)
class PadToOperatorConfig(ModalityOperatorConfig):
    """Configuration of `PadToOperator`.

    Attributes:
        stochastic: always False: nothing is random.
        length: how many tokens come out.
        pad_id: the token that fills up.
        padding_side: where it does so.
        mask_key: the field to write to which tokens are none that fill up; None writes none.
    """

    stochastic: Literal[False] = False
    length: Annotated[int, Ge(1)] = field(kw_only=True)
    pad_id: Annotated[int, Ge(0)] = field(default=0, kw_only=True)
    padding_side: Literal["right", "left"] = field(default="right", kw_only=True)
    mask_key: Annotated[str, MinLen(1)] | None = field(default=None, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (
        excludes("mask_key", "field_key"),
        excludes("mask_key", "target_key"),
        excludes("auxiliary_fields", "mask_key"),
    )


class PadToOperator(ModalityOperator[PadToOperatorConfig]):
    """Fills a caption up to a length; a longer one is refused.

    Auxiliary fields, of one item a token on their leading axis, are filled up along, with False or
    zeros. `mask_key` names a field for a mask `length` of truth values: True for the caption's own
    tokens. A length that is a symbol is taken to be no longer: those that come are checked.

    Source: Hugging Face tokenizers, `padding_side` and the attention mask.

    Args:
        config: the configuration.
        rngs: not used.
        name: a name for error messages.

    Raises:
        ContractError: in a call, the caption is not `tokens` of integers, it is longer than
            `length`, its dtype is too small for `pad_id`, or an auxiliary field does not have one
            item a token.
    """

    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        """Fill up the caption, and write the mask if there is a field for it.

        See `ModalityOperator.apply`.
        """
        result, state, metadata = super().apply(data, state, metadata, random_params, stats)
        if self.config.mask_key is not None:
            tokens = self._extract_field(data, self.config.field_key)
            mask = self._filled(jnp.ones_like(tokens, dtype=jnp.bool_), 0)
            result = set_field(result, self.config.mask_key, mask, self.label)
        return result, state, metadata

    def transform(self, tokens: Int[Array, "tokens"]) -> Padded:
        """Return the caption, filled up."""
        config = self.config
        check_ids(self.label, "fill up the tokens", config.field_key, tokens, pad_id=config.pad_id)
        self._check_length(tokens)
        return self._filled(tokens, config.pad_id)

    def transform_auxiliary(
        self,
        key: str,
        auxiliary: PyTree,
        value: PyTree,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> PyTree:
        """Return an auxiliary field, filled up as the caption is.

        Raises:
            ContractError: it does not have one item a token.
        """
        check_aligned(self.label, key, auxiliary, value)
        return jax.tree.map(lambda leaf: self._filled(leaf, 0), auxiliary)

    def _filled(self, items: Shaped[Array, "tokens *rest"], fill: int) -> Array:
        length = self.config.length
        given: PyTree = items.shape[0]
        if isinstance(given, int) and given == 0:
            # Nothing can be taken from it.
            return jnp.full((length, *items.shape[1:]), fill, items.dtype)
        places = jnp.arange(length, dtype=jnp.int32)
        if self.config.padding_side == "left":
            places = places - (length - items.shape[0])
        return items.at[places].get(mode="fill", fill_value=fill, wrap_negative_indices=False)

    def _check_length(self, tokens: Int[Array, "tokens"]) -> None:
        length = self.config.length
        given: PyTree = tokens.shape[0]
        if isinstance(given, int) and given > length:
            problem = Problem(
                f'data["{self.config.field_key}"]',
                f"{length} tokens at most",
                describe_value(tokens),
                f"cut it first, with TruncateOperator(length={length})",
            )
            title = f"{self.label} cannot fill up the tokens:"
            raise ContractError(listing(title, [problem]), (problem,))


__all__ = ["PadToOperator", "PadToOperatorConfig"]
