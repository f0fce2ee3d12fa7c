"""How similar the embeddings of one record are."""

from collections.abc import Sequence
from typing import Final, Literal, NotRequired, TypeAlias, TypedDict

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float, Key

from datarax_typed.core.cross_modal import CrossModalOperator, CrossModalOperatorConfig
from datarax_typed.core.fields import get_field
from datarax_typed.core.limits import NotNegative
from datarax_typed.core.options import option_problems
from datarax_typed.errors import Problem, refuse
from datarax_typed.operators.cross_modal.projection import ContrastiveSpace
from datarax_typed.operators.cross_modal.requirements import field_count_problems, space_problems
from datarax_typed.protocols import PyTree

ContrastiveForm: TypeAlias = Literal["similarity", "infonce", "triplet"]

# Added to squared distances: the gradient of the distance of equal points is finite.
_LEAST_SQUARED_DISTANCE: Final = 1e-6


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

    `form` names another output, both with a negative: "infonce" is that loss; "triplet" is
    `max(d(anchor, positive) - d(anchor, negative) + margin, 0)` of the distances of the points of
    unit length, and learns no temperature.

    A stochastic operator adds Gaussian noise to the embeddings, its own for every record.

    Source: Radford et al. 2021 (CLIP), sections 2.3 and 2.5; van den Oord et al. 2018,
    Representation Learning with Contrastive Predictive Coding, equation 4; Balntas et al. 2016,
    Learning local feature descriptors with triplets, and `optax.losses.triplet_margin_loss`.

    Args:
        config: the configuration.
        dims: widths of the anchor, and of positive and negative, which share a head. None makes no
            projection heads: the embeddings, of one width, are compared as they are.
        features: width that the heads project to; None takes that of the anchor.
        noise_scale: standard deviation of the noise, in the embeddings' own unit.
        form: what comes out.
        margin: how much nearer than the negative the positive shall be, for "triplet" alone; None
            is 1.
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
        form: ContrastiveForm = "similarity",
        margin: float | None = None,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        inputs = (2, 3) if form == "similarity" else (3,)
        counts = field_count_problems(config, inputs=inputs, outputs=(1,))
        options = _option_problems(noise_scale, form, margin)
        refuse("ContrastiveOperator", [*counts, *options, *space_problems(dims, features)])
        self.noise_scale: float = nnx.static(noise_scale)
        self.form: ContrastiveForm = nnx.static(form)
        self.margin: float = nnx.static(1.0 if margin is None else margin)
        self.space: ContrastiveSpace = ContrastiveSpace(
            "ContrastiveOperator", dims, features, has_temperature=form != "triplet", rngs=rngs
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
        """Return the similarity, over the temperature, or the loss."""
        given = [anchor, positive] if negative is None else [anchor, positive, negative]
        self.space.check(*zip(self.config.input_fields, given, strict=True))
        if random_params is not None:
            anchor = self._noisy(anchor, random_params["anchor"])
            positive = self._noisy(positive, random_params["positive"])
            if negative is not None:
                negative = self._noisy(negative, random_params["negative"])
        here, partner = self.space.anchor(anchor), self.space.other(positive)
        if negative is None:
            return self.space.scaled(here @ partner)
        stranger = self.space.other(negative)
        if self.form == "triplet":
            nearer = _distance(here, stranger) - _distance(here, partner)
            return jax.nn.relu(self.margin - nearer)
        similarity = self.space.scaled(here @ partner - here @ stranger)
        return similarity if self.form == "similarity" else jax.nn.softplus(-similarity)

    def _noisy(self, value: Float[Array, " dim"], noise: Float[Array, " dim"]) -> Array:
        return value + (self.noise_scale * noise).astype(value.dtype)


def _distance(left: Float[Array, " dim"], right: Float[Array, " dim"]) -> Float[Array, ""]:
    return jnp.sqrt(jnp.sum(jnp.square(left - right)) + _LEAST_SQUARED_DISTANCE)


def _option_problems(
    noise_scale: float, form: ContrastiveForm, margin: float | None
) -> list[Problem]:
    problems = option_problems(
        {
            "noise_scale": (noise_scale, NotNegative),
            "margin": (margin, NotNegative | None),
            "form": (form, ContrastiveForm),
        }
    )
    if not problems and form != "triplet" and margin is not None:
        problems = [Problem("margin", f"None, since form={form!r}", repr(margin))]
    return problems


__all__ = ["ContrastiveForm", "ContrastiveNoise", "ContrastiveOperator"]
