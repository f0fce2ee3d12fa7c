"""How far the embeddings of one record are apart."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed.core.cross_modal import CrossModalOperator, CrossModalOperatorConfig
from datarax_typed.core.options import option_problems, randomness_problems
from datarax_typed.errors import refuse
from datarax_typed.operators.cross_modal.projection import ContrastiveSpace
from datarax_typed.operators.cross_modal.requirements import field_count_problems, space_problems

AlignmentForm: TypeAlias = Literal["cosine", "mse"]


class AlignmentOperator(CrossModalOperator):
    """Scores a record: how far two embeddings of it, which should be one, are apart.

    Input fields: two embeddings `left_dim` and `dim`. One output field, a scalar, the record's
    alignment loss: 1 less the cosine similarity ("cosine"), or the mean of squared differences
    ("mse"). With `dims`, both are first projected to a space of their own by learned heads; an
    alignment loss alone would learn to project all to one point, so add another loss.

    Source: "cosine": Frome et al. 2013, DeViSE, and BYOL (Grill et al. 2020, equation 2), whose
    loss is twice this one; "mse": Romero et al. 2015, FitNets, equation 3.

    Args:
        config: the configuration.
        form: which loss.
        dims: widths of the two embeddings. None makes no projection heads: the embeddings, of one
            width, are compared as they are.
        features: width that the heads project to; None takes that of the first embedding.
        rngs: random number generators that initialise the heads.
        name: a name for error messages.

    Raises:
        ConfigError: an option, or the number of fields, is not as above, or the config says
            `stochastic=True`: nothing is random.
        RandomnessError: `rngs` lack what the heads need.
        ContractError: in a call, an embedding is not a vector of floats of its width.
    """

    def __init__(
        self,
        config: CrossModalOperatorConfig,
        *,
        form: AlignmentForm = "cosine",
        dims: Sequence[int] | None = None,
        features: int | None = None,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        problems = [
            *randomness_problems(config),
            *field_count_problems(config, inputs=(2,), outputs=(1,)),
            *option_problems({"form": (form, AlignmentForm)}),
            *space_problems(dims, features),
        ]
        refuse("AlignmentOperator", problems)
        self.form: AlignmentForm = nnx.static(form)
        self.space: ContrastiveSpace = ContrastiveSpace(
            "AlignmentOperator", dims, features, has_temperature=False, rngs=rngs
        )

    def transform(
        self, left: Float[Array, " left_dim"], right: Float[Array, " dim"]
    ) -> Float[Array, ""]:
        """Return the alignment loss of one record."""
        self.space.check(*zip(self.config.input_fields, (left, right), strict=True))
        if self.form == "cosine":
            return 1 - self.space.anchor(left) @ self.space.other(right)
        here, there = self.space.project_anchor(left), self.space.project_other(right)
        return jnp.mean(jnp.square(here - there))


__all__ = ["AlignmentForm", "AlignmentOperator"]
