"""How similar every anchor of a batch is to every partner."""

from collections.abc import Sequence
from typing import TypeAlias, TypedDict

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Bool, Float

from datarax_typed.core.cross_modal import CrossModalOperator, CrossModalOperatorConfig
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.fields import get_field, set_field
from datarax_typed.core.options import randomness_problems
from datarax_typed.errors import refuse
from datarax_typed.operators.cross_modal.projection import ContrastiveSpace
from datarax_typed.operators.cross_modal.requirements import field_count_problems, space_problems
from datarax_typed.protocols import PyTree, Statistics


class Candidates(TypedDict):
    """All records of a batch, as points of unit length, and which of them are no padding."""

    anchors: Float[Array, "batch features"]
    positives: Float[Array, "batch features"]
    valid: Bool[Array, " batch"]


Similarities: TypeAlias = Float[Array, " batch"]
Loss: TypeAlias = Float[Array, ""]


class BatchContrastiveOperator(CrossModalOperator):
    """Compares every anchor with the positives of the whole batch.

    Input fields: anchor `anchor_dim` and positive `dim`. Output fields: similarities `batch`, the
    cosine similarities of the record's anchor to every positive, over a learned temperature; and if
    there is a second one, the record's part of the symmetric InfoNCE loss, a scalar: the mean of
    the cross-entropies of finding its positive among all positives and its anchor among all
    anchors. The mean of it over valid records is the loss of CLIP.

    Padding is left out: it is in no denominator, and its similarities, to and from, and its loss
    are 0. As an operator of the whole batch it has an `apply` only within a batch.

    Source: Radford et al. 2021 (CLIP), section 2.3 and figure 3.

    Args:
        config: the configuration.
        dims: widths of anchor and positive. None makes no projection heads: the embeddings, of one
            width, are compared as they are.
        features: width that the heads project to; None takes that of the anchor.
        rngs: random number generators that initialise the heads.
        name: a name for error messages.

    Raises:
        ConfigError: an option, or the number of fields, is not as above, or the config says
            `stochastic=True`: nothing is random.
        RandomnessError: `rngs` lack what the heads need.
    """

    def __init__(
        self,
        config: CrossModalOperatorConfig,
        *,
        dims: Sequence[int] | None = None,
        features: int | None = None,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        problems = [
            *randomness_problems(config),
            *field_count_problems(config, inputs=(2,), outputs=(1, 2)),
            *space_problems(dims, features),
        ]
        refuse("BatchContrastiveOperator", problems)
        self.space: ContrastiveSpace = ContrastiveSpace(
            "BatchContrastiveOperator", dims, features, rngs=rngs
        )

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        """Compare all records of a batch.

        Args:
            batch: the input; untouched.
            stats: not used; the batch itself is what its records are compared with.
        """
        valid = batch.valid_mask
        data = batch.data
        for key in self.config.input_fields:
            # Zeros in place of padding: a NaN there would come back in the gradients.
            data = set_field(data, key, _blank(get_field(data, key, self.label), valid))
        anchors, positives = self._extract_inputs(data)
        candidates = jax.vmap(self._candidate)(anchors, positives, valid)
        compared = self._vmap_apply(batch.replace(data=data), candidates).data
        fields = self.config.output_fields
        outputs = [_blank(get_field(compared, key, self.label), valid) for key in fields]
        return batch.replace(data=self._store_outputs(batch.data, outputs))

    def transform(
        self,
        anchor: Float[Array, " anchor_dim"],
        positive: Float[Array, " dim"],
        *,
        stats: Candidates,
    ) -> tuple[Similarities, Loss] | Similarities:
        """Return the similarities of one record to all, and its loss if there is a field for it."""
        here, partner = self.space.anchor(anchor), self.space.other(positive)
        to_positives = self.space.scaled(stats["positives"] @ here)
        similarities = jnp.where(stats["valid"], to_positives, 0.0)
        if len(self.config.output_fields) == 1:
            return similarities
        to_anchors = self.space.scaled(stats["anchors"] @ partner)
        own = self.space.scaled(here @ partner)
        among_positives = jax.nn.logsumexp(to_positives, where=stats["valid"])
        among_anchors = jax.nn.logsumexp(to_anchors, where=stats["valid"])
        return similarities, (among_positives + among_anchors) / 2.0 - own

    def _candidate(
        self,
        anchor: Float[Array, " anchor_dim"],
        positive: Float[Array, " dim"],
        valid: Bool[Array, ""],
    ) -> PyTree:
        self.space.check(*zip(self.config.input_fields, (anchor, positive), strict=True))
        return Candidates(
            anchors=self.space.anchor(anchor), positives=self.space.other(positive), valid=valid
        )


def _blank(values: Float[Array, "batch *dims"], valid: Bool[Array, " batch"]) -> Array:
    """Return the values with zeros in the rows of padding."""
    return jax.vmap(lambda value, kept: jnp.where(kept, value, jnp.zeros_like(value)))(
        values, valid
    )


__all__ = ["BatchContrastiveOperator", "Candidates"]
