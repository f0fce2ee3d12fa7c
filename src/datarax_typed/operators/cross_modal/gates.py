"""Gates that decide how much of each embedding comes through."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed.core.randomness import parameter_rngs


class Gates(nnx.Module):
    """A gated multimodal unit: `sum(sigmoid(gate_i(all)) * tanh(project_i(embedding_i)))`.

    Source: Arevalo et al. 2017, Gated Multimodal Units for Information Fusion, figure 2a and
    equation 1; without biases, as there.

    Args:
        owner: the operator, for messages.
        dims: widths of the embeddings.
        features: width of what comes out.
        rngs: random number generators that initialise the parameters.

    Raises:
        RandomnessError: `rngs` have no stream for parameters.
    """

    def __init__(
        self, owner: str, dims: Sequence[int], features: int, *, rngs: nnx.Rngs | None
    ) -> None:
        streams = parameter_rngs(owner, rngs)
        self.dims: tuple[int, ...] = nnx.static(tuple(dims))
        self.projections: nnx.List[nnx.Linear] = nnx.List(
            [nnx.Linear(width, features, use_bias=False, rngs=streams) for width in dims]
        )
        self.gates: nnx.List[nnx.Linear] = nnx.List(
            [nnx.Linear(sum(dims), features, use_bias=False, rngs=streams) for _ in dims]
        )

    def __call__(self, embeddings: Sequence[Float[Array, "_"]]) -> Float[Array, " features"]:
        """Return the embeddings as one."""
        exact = [embedding.astype(jnp.float32) for embedding in embeddings]
        everything = jnp.concatenate(exact)
        parts = [
            jax.nn.sigmoid(gate(everything)) * jnp.tanh(project(value))
            for gate, project, value in zip(self.gates, self.projections, exact, strict=True)
        ]
        return jnp.sum(jnp.stack(parts), axis=0)


__all__ = ["Gates"]
