"""Embeddings of several modalities fused into one."""

import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed.core.cross_modal import CrossModalOperator, CrossModalOperatorConfig
from datarax_typed.operators.cross_modal.requirements import check_field_counts


class FusionOperator(CrossModalOperator):
    """Sums embeddings, each times a learned weight.

    Any number of input fields, all of one width and dtype; one output field. The weights, one an
    input field, start at one.

    Args:
        config: the configuration.
        rngs: not used; the weights do not start at random.
        name: a name for error messages.

    Raises:
        ConfigError: there is more than one output field.
    """

    def __init__(
        self,
        config: CrossModalOperatorConfig,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        check_field_counts("FusionOperator", config, inputs=(), outputs=(1,))
        self.fusion_weights: nnx.Param[Array] = nnx.Param(jnp.ones(len(config.input_fields)))

    def transform(self, *embeddings: Float[Array, " dim"]) -> Float[Array, " dim"]:
        """Return the weighted sum."""
        stacked = jnp.stack(embeddings)
        weights = self.fusion_weights[...].astype(stacked.dtype)
        return jnp.sum(weights[:, None] * stacked, axis=0)


__all__ = ["FusionOperator"]
