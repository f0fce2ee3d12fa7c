"""Tokens of one modality that attend to tokens of another."""

from typing import TypeAlias

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed.core.cross_modal import CrossModalOperator, CrossModalOperatorConfig
from datarax_typed.core.limits import AtLeastOne
from datarax_typed.core.options import option_problems, randomness_problems
from datarax_typed.core.randomness import parameter_rngs
from datarax_typed.errors import Problem, refuse
from datarax_typed.operators.cross_modal.requirements import field_count_problems

Attended: TypeAlias = Float[Array, "n {self.dim}"]
Weights: TypeAlias = Float[Array, "{self.num_heads} n m"]


class CrossAttentionOperator(CrossModalOperator):
    """Attends from query tokens to context tokens, with several heads.

    Input fields: query `n dim` and context `m dim`, or query, key `m dim` and value `m dim`. Output
    fields: the attended tokens `n dim`, and if there is a second one, the weights `num_heads n m`;
    over the last axis they sum to one. Computed in the dtype of the parameters, float32.

    Source: Vaswani et al. 2017, Attention Is All You Need, section 3.2.2.

    Args:
        config: the configuration.
        dim: width of the tokens, and of what comes out.
        num_heads: number of heads; they share `dim` evenly.
        rngs: random number generators that initialise the projections.
        name: a name for error messages.

    Raises:
        ConfigError: `num_heads` does not divide `dim`, the numbers of fields are not as above, or
            the config says `stochastic=True`: nothing is random.
        RandomnessError: `rngs` have no stream for parameters.
    """

    def __init__(
        self,
        config: CrossModalOperatorConfig,
        *,
        dim: int,
        num_heads: int,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        counts = field_count_problems(config, inputs=(2, 3), outputs=(1, 2))
        problems = [*randomness_problems(config), *counts, *_head_problems(dim, num_heads)]
        refuse("CrossAttentionOperator", problems)
        self.dim: int = nnx.static(dim)
        self.num_heads: int = nnx.static(num_heads)
        streams = parameter_rngs("CrossAttentionOperator", rngs)
        self.q_proj: nnx.Linear = nnx.Linear(dim, dim, rngs=streams)
        # A bias of the keys would add the same to all logits of a query, and have no gradient.
        self.k_proj: nnx.Linear = nnx.Linear(dim, dim, use_bias=False, rngs=streams)
        self.v_proj: nnx.Linear = nnx.Linear(dim, dim, rngs=streams)
        self.out_proj: nnx.Linear = nnx.Linear(dim, dim, rngs=streams)

    def transform(
        self,
        query: Float[Array, "n {self.dim}"],
        key: Float[Array, "m {self.dim}"],
        value: Float[Array, "m {self.dim}"] | None = None,
    ) -> tuple[Attended, Weights] | Attended:
        """Return the attended tokens, and the weights if there is a field for them."""
        queries = self._heads(self.q_proj, query)
        keys = self._heads(self.k_proj, key)
        values = self._heads(self.v_proj, key if value is None else value)
        logits = jnp.einsum("nhd,mhd->hnm", queries, keys) / keys.shape[-1] ** 0.5
        weights = jax.nn.softmax(logits, axis=-1)
        attended = jnp.einsum("hnm,mhd->nhd", weights, values)
        projected = self.out_proj(attended.reshape(attended.shape[0], self.dim))
        return (projected, weights) if len(self.config.output_fields) == 2 else projected

    def _heads(
        self, project: nnx.Linear, tokens: Float[Array, "n dim"]
    ) -> Float[Array, "n heads width"]:
        projected = project(tokens.astype(project.param_dtype))
        return projected.reshape(tokens.shape[0], self.num_heads, self.dim // self.num_heads)


def _head_problems(dim: int, num_heads: int) -> list[Problem]:
    problems = option_problems({"dim": (dim, AtLeastOne), "num_heads": (num_heads, AtLeastOne)})
    if not problems and dim % num_heads:
        problems = [Problem("num_heads", f"a divisor of dim, {dim}", repr(num_heads))]
    return problems


__all__ = ["CrossAttentionOperator"]
