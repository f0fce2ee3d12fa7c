"""Cutting of captions that are too long."""

from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

import jax
from annotated_types import Ge
from jaxtyping import Array, Int

from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.operators.text.requirements import check_aligned
from datarax_typed.protocols import PyTree, Statistics

# As much as there is: the length, or less.
Kept: TypeAlias = Int[Array, "kept"]


@dataclass(frozen=True)
class TruncateOperatorConfig(ModalityOperatorConfig):
    """Configuration of `TruncateOperator`.

    Attributes:
        stochastic: always False: nothing is random.
        length: how many tokens stay, at most.
        truncation_side: from where tokens are cut: "right" cuts the last, "left" the first.
    """

    stochastic: Literal[False] = False
    length: Annotated[int, Ge(1)] = field(kw_only=True)
    truncation_side: Literal["right", "left"] = field(default="right", kw_only=True)


class TruncateOperator(ModalityOperator[TruncateOperatorConfig]):
    """Cuts a caption to a length; a shorter one stays as it is.

    Auxiliary fields, of one item a token on their leading axis, are cut along. Of a caption whose
    length is a symbol t, the spec says `min(t, length)`, or what is equal to it.

    Source: Hugging Face tokenizers, `truncation_side`.

    Args:
        config: the configuration.
        rngs: not used.
        name: a name for error messages.

    Raises:
        ContractError: in a call, the caption is not `tokens` of integers, or an auxiliary field
            does not have one item a token.
    """

    def transform(self, tokens: Int[Array, "tokens"]) -> Kept:
        """Return the caption, cut."""
        return self._cut(tokens)

    def transform_auxiliary(
        self,
        key: str,
        auxiliary: PyTree,
        value: PyTree,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> PyTree:
        """Return an auxiliary field, cut as the caption is.

        Raises:
            ContractError: it does not have one item a token.
        """
        check_aligned(self.label, key, auxiliary, value)
        return jax.tree.map(self._cut, auxiliary)

    def _cut(self, items: Array) -> Array:
        length = self.config.length
        return items[:length] if self.config.truncation_side == "right" else items[-length:]


__all__ = ["TruncateOperator", "TruncateOperatorConfig"]
