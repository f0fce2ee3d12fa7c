"""How similar the embeddings of one record are."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

import jax
from flax import nnx
from jaxtyping import Array, Float, Key

from datarax_typed.core.cross_modal import CrossModalOperator, CrossModalOperatorConfig
from datarax_typed.core.fields import get_field
from datarax_typed.errors import Problem, refuse
from datarax_typed.operators.cross_modal.projection import ContrastiveSpace
from datarax_typed.operators.cross_modal.requirements import check_field_counts
from datarax_typed.protocols import PyTree


class ContrastiveNoise(TypedDict):
    """Standard normal numbers, one a number of each embedding."""

    anchor: Float[Array, " anchor_dim"]
    positive: Float[Array, " dim"]
    negative: NotRequired[Float[Array, " dim"]]


class ContrastiveOperator(CrossModalOperator):
    """Scores a record: how similar its anchor and its positive are.

    Input fields: anchor `anchor_dim`, positive `dim`, and if there is a third one, negative `dim`.
    One output field, a scalar: the cosine similarity over a learned temperature. With a negative,
    the similarity to the positive less that to the negative, which is the log-odds that the
    positive is the anchor's partner: `softplus(-similarity)` is the InfoNCE loss of the record.
    A stochastic operator adds Gaussian noise to the embeddings, its own for every record.

    Source: Radford et al. 2021 (CLIP), sections 2.3 and 2.5; van den Oord et al. 2018,
    Representation Learning with Contrastive Predictive Coding, equation 4.

    Args:
        config: the configuration.
        dims: widths of the anchor, and of positive and negative, which share a head. None makes no
            projection heads: the embeddings, of one width, are compared as they are.
        features: width that the heads project to; None takes that of the anchor.
        noise_scale: standard deviation of the noise, in the embeddings' own unit.
        rngs: random number generators; needed for heads, and if the config says `stochastic=True`.
        name: a name for error messages.

    Raises:
        ConfigError: an option, or the number of fields, is not as above.
        RandomnessError: `rngs` lack what is needed.
    """

    def __init__(
        self,
        config: CrossModalOperatorConfig,
        *,
        dims: Sequence[int] | None = None,
        features: int | None = None,
        noise_scale: float = 0.1,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        check_field_counts("ContrastiveOperator", config, inputs=(2, 3), outputs=(1,))
        if not noise_scale >= 0:
            problem = Problem("noise_scale", "at least 0", repr(noise_scale))
            refuse("ContrastiveOperator", [problem])
        self.noise_scale: float = nnx.static(noise_scale)
        self.space: ContrastiveSpace = ContrastiveSpace(
            "ContrastiveOperator", dims, features, rngs=rngs
        )

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> ContrastiveNoise:
        """Draw the noise of one record."""
        fields = self.config.input_fields
        shapes = [get_field(element_shapes, field, self.label) for field in fields]
        keys = jax.random.split(key, len(shapes))
        drawn = [jax.random.normal(own, shape) for own, shape in zip(keys, shapes, strict=True)]
        noise = ContrastiveNoise(anchor=drawn[0], positive=drawn[1])
        if len(drawn) == 3:
            noise["negative"] = drawn[2]
        return noise

    def transform(
        self,
        anchor: Float[Array, " anchor_dim"],
        positive: Float[Array, " dim"],
        negative: Float[Array, " dim"] | None = None,
        *,
        random_params: ContrastiveNoise | None = None,
    ) -> Float[Array, ""]:
        """Return the similarity, over the temperature."""
        given = [anchor, positive] if negative is None else [anchor, positive, negative]
        self.space.check(*zip(self.config.input_fields, given, strict=True))
        if random_params is not None:
            anchor = self._noisy(anchor, random_params["anchor"])
            positive = self._noisy(positive, random_params["positive"])
        here = self.space.anchor(anchor)
        similarity = here @ self.space.other(positive)
        if negative is not None:
            if random_params is not None:
                negative = self._noisy(negative, random_params["negative"])
            similarity -= here @ self.space.other(negative)
        return self.space.scaled(similarity)

    def _noisy(self, value: Float[Array, " dim"], noise: Float[Array, " dim"]) -> Array:
        return value + (self.noise_scale * noise).astype(value.dtype)


__all__ = ["ContrastiveNoise", "ContrastiveOperator"]
