"""Weighted means of records."""

from dataclasses import dataclass

from jaxtyping import Array, Float

from datarax_typed.core.fields import get_field
from datarax_typed.operators.batch.mixing import (
    Draw,
    MixingOperator,
    MixingOperatorConfig,
    Mixture,
    blend,
)
from datarax_typed.protocols import PyTree


@dataclass(frozen=True)
class MixUpOperatorConfig(MixingOperatorConfig):
    """Configuration of `MixUpOperator`; see `MixingOperatorConfig`."""


class MixUpOperator(MixingOperator[MixUpOperatorConfig]):
    """Replaces every record by the weighted mean of itself and another record of its batch.

    The field may have any shape; it, `label_fields` and auxiliary fields are mixed by the same
    share, drawn for each record from Beta(alpha, alpha). torchvision's `MixUp` draws one for the
    whole batch, and takes the record before as the partner.

    Source: Zhang et al. 2018, mixup: Beyond Empirical Risk Minimization, equation 2.

    Args:
        config: the configuration.
        rngs: random number generators with the config's stream.
        name: a name for error messages.

    Raises:
        ContractError: in a call, the field, a label or an auxiliary field is not of floats.
    """

    def transform(
        self, value: Float[Array, "*dims"], random_params: Mixture
    ) -> Float[Array, "*dims"]:
        """Return the weighted mean of a record and its partner."""
        partner = get_field(random_params["partner"], self.config.field_key, self.label)
        return blend(value, partner, random_params["share"])

    def kept_share(self, value: Float[Array, "..."], drawn: Draw) -> Float[Array, ""]:
        """Return the share that a record keeps of itself."""
        return drawn["share"]

    def mix_auxiliary(
        self,
        key: str,
        auxiliary: PyTree,
        partner: PyTree,
        value: Float[Array, "..."],
        drawn: Draw,
    ) -> PyTree:
        """Return the weighted mean of an auxiliary field and that of the partner."""
        return self.blended(key, auxiliary, partner, drawn["share"])


__all__ = ["MixUpOperator", "MixUpOperatorConfig"]
