"""The space in which contrastive operators compare embeddings of two kinds."""

from collections.abc import Sequence
from math import log
from typing import Final

import jax.numpy as jnp
from flax import nnx
from jax import lax
from jaxtyping import Array, Float

from datarax_typed.core.describe import describe_value
from datarax_typed.core.randomness import parameter_rngs
from datarax_typed.errors import ContractError, Problem, listing, refuse
from datarax_typed.operators.cross_modal.requirements import space_problems

INITIAL_TEMPERATURE: Final = 0.07
LEAST_TEMPERATURE: Final = 0.01
# What is shorter than its square root keeps a length of less than one.
LEAST_SQUARED_LENGTH: Final = 1e-12


class ContrastiveSpace(nnx.Module):
    """Projection heads, one for anchors and one for what they are compared with; a temperature.

    Source: Radford et al. 2021, Learning Transferable Visual Models From Natural Language
    Supervision (CLIP), sections 2.3 and 2.5: linear heads, unit length, cosine similarity over a
    temperature that is learned as its logarithm and starts at 0.07. As there, similarities are
    multiplied by no more than 100: a temperature learned to be less than 0.01 acts as 0.01.

    Args:
        owner: the operator, for messages.
        dims: widths of an anchor and of what it is compared with; None makes no heads.
        features: width of the space; None takes that of the anchor.
        has_temperature: whether a temperature is learned.
        rngs: random number generators that initialise the heads.

    Raises:
        ConfigError: a width is no integer of at least 1, or `features` comes without `dims`.
        RandomnessError: heads are asked for, and `rngs` have no stream for parameters.
    """

    def __init__(
        self,
        owner: str,
        dims: Sequence[int] | None,
        features: int | None,
        *,
        has_temperature: bool = True,
        rngs: nnx.Rngs | None,
    ) -> None:
        refuse(owner, space_problems(dims, features))
        self.owner: str = nnx.static(owner)
        self.anchor_head: nnx.Linear | None = nnx.data(None)
        self.other_head: nnx.Linear | None = nnx.data(None)
        if dims is not None:
            width = dims[0] if features is None else features
            streams = parameter_rngs(owner, rngs)
            self.anchor_head = nnx.Linear(dims[0], width, use_bias=False, rngs=streams)
            self.other_head = nnx.Linear(dims[1], width, use_bias=False, rngs=streams)
        self.has_temperature: bool = nnx.static(has_temperature)
        if has_temperature:
            self.log_temperature: nnx.Param[Array] = nnx.Param(
                jnp.asarray(log(INITIAL_TEMPERATURE), jnp.float32)
            )

    def anchor(self, embedding: Float[Array, " anchor_dim"]) -> Float[Array, " features"]:
        """Return an anchor as a point of unit length."""
        return unit_length(self.project_anchor(embedding))

    def other(self, embedding: Float[Array, " dim"]) -> Float[Array, " features"]:
        """Return what an anchor is compared with as a point of unit length."""
        return unit_length(self.project_other(embedding))

    def project_anchor(self, embedding: Float[Array, " anchor_dim"]) -> Float[Array, " features"]:
        """Return an anchor as its head projects it, of any length."""
        return _projected(self.anchor_head, embedding)

    def project_other(self, embedding: Float[Array, " dim"]) -> Float[Array, " features"]:
        """Return what an anchor is compared with as its head projects it, of any length."""
        return _projected(self.other_head, embedding)

    def scaled(self, similarity: Float[Array, "..."]) -> Float[Array, "..."]:
        """Return cosine similarities divided by the temperature, if there is one."""
        if not self.has_temperature:
            return similarity
        # Limited before `exp`: an infinite factor would make the gradient NaN.
        log_temperature = jnp.maximum(self.log_temperature[...], log(LEAST_TEMPERATURE))
        return similarity * jnp.exp(-log_temperature)

    def check(self, anchor: tuple[str, Array], *others: tuple[str, Array]) -> None:
        """Check the widths of embeddings, each with the name of its field.

        Raises:
            ContractError: with every embedding that is no vector, or whose width is not that of
                its head, or without heads not that of the anchor.
        """
        given = (anchor, *others)
        problems = [
            Problem(f'data["{key}"]', "an embedding of one axis", describe_value(value))
            for key, value in given
            if value.ndim != 1
        ]
        for key, value in () if problems else given:
            head = self.anchor_head if key == anchor[0] else self.other_head
            width = anchor[1].shape[-1] if head is None else head.in_features
            if value.shape[-1] != width:
                expected = f"a width of {width}, as {'the anchor' if head is None else 'in dims'}"
                mend = f"give dims=({width}, {value.shape[-1]})" if head is None else ""
                problems.append(Problem(f'data["{key}"]', expected, describe_value(value), mend))
        if problems:
            title = f"{self.owner}: embeddings do not fit their space:"
            raise ContractError(listing(title, problems), tuple(problems))


def _projected(
    head: nnx.Linear | None, embedding: Float[Array, " dim"]
) -> Float[Array, " features"]:
    value = embedding.astype(jnp.float32)
    return value if head is None else head(value)


def unit_length(vector: Float[Array, " dim"]) -> Float[Array, " dim"]:
    """Return a vector divided by its length; the zero vector stays, with finite gradients."""
    # The square of a large number is infinite.
    vector = vector / lax.stop_gradient(jnp.max(jnp.abs(vector), initial=1.0))
    squared = jnp.sum(vector * vector)
    return vector * lax.rsqrt(jnp.maximum(squared, LEAST_SQUARED_LENGTH))


__all__ = ["INITIAL_TEMPERATURE", "ContrastiveSpace", "unit_length"]
