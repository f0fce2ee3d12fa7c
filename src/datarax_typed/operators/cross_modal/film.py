"""Features that a condition scales and shifts."""

import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed.core.cross_modal import CrossModalOperator, CrossModalOperatorConfig
from datarax_typed.core.limits import AtLeastOne
from datarax_typed.core.options import option_problems, randomness_problems
from datarax_typed.errors import refuse
from datarax_typed.operators.cross_modal.requirements import field_count_problems


class FiLMOperator(CrossModalOperator):
    """Multiplies every feature by a number, and adds another one, both made from a condition.

    Input fields: features `... features`, such as an image's `h w c` or tokens `n c`, and the
    condition `dim`. One output field, of the features' shape and dtype: `gamma * x + beta`, where
    gamma and beta, one a feature, are linear in the condition. At first gamma is 1 and beta is 0,
    whatever the condition: the features stay as they are.

    Source: Perez et al. 2018, FiLM: Visual Reasoning with a General Conditioning Layer, equation 2;
    gamma is learned as what it is more than 1, as in section 7.2.

    Args:
        config: the configuration.
        features: the size of the features' last axis.
        dim: width of the condition.
        rngs: not used; the parameters do not start at random.
        name: a name for error messages.

    Attributes:
        generator: makes gamma less 1, and beta, one after the other, from the condition.

    Raises:
        ConfigError: a size is no integer of at least 1, the numbers of fields are not as above, or
            the config says `stochastic=True`: nothing is random.
    """

    def __init__(
        self,
        config: CrossModalOperatorConfig,
        *,
        features: int,
        dim: int,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        counts = field_count_problems(config, inputs=(2,), outputs=(1,))
        sizes = option_problems({"features": (features, AtLeastOne), "dim": (dim, AtLeastOne)})
        refuse("FiLMOperator", [*randomness_problems(config), *counts, *sizes])
        self.features: int = nnx.static(features)
        self.dim: int = nnx.static(dim)
        zeros = nnx.initializers.zeros_init()
        # The generators are asked for, and draw nothing.
        self.generator: nnx.Linear = nnx.Linear(
            dim, 2 * features, kernel_init=zeros, bias_init=zeros, rngs=nnx.Rngs(0)
        )

    def transform(
        self,
        features: Float[Array, "*axes {self.features}"],
        condition: Float[Array, "{self.dim}"],
    ) -> Float[Array, "*axes {self.features}"]:
        """Return the features, scaled and shifted."""
        made = self.generator(condition.astype(self.generator.param_dtype))
        gamma, beta = jnp.split(made.astype(features.dtype), 2)
        before = tuple(range(features.ndim - 1))
        return (1 + jnp.expand_dims(gamma, before)) * features + jnp.expand_dims(beta, before)


__all__ = ["FiLMOperator"]
