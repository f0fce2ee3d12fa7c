"""Standardisation of features by statistics."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

import jax.numpy as jnp
from annotated_types import Ge, Interval
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed.core.domain import DomainConstraint, finite
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.precision import single_or_double
from datarax_typed.core.rules import Rule, requires
from datarax_typed.errors import ContractError, Problem, StatisticsError, listing
from datarax_typed.operators.series.moments import Moments


@dataclass(frozen=True)
class StandardizeOperatorConfig(ModalityOperatorConfig):
    """Configuration of `StandardizeOperator`.

    Attributes:
        stochastic: always False: nothing is random.
        epsilon: a standard deviation of at most this is that of a constant feature.
        learnable: whether a scale and a bias of every feature are learned; needs num_features.
        num_features: how many features there are; None allows any number.
    """

    stochastic: Literal[False] = False
    epsilon: Annotated[float, Interval(ge=0, le=1e30)] = field(default=0.0, kw_only=True)
    learnable: bool = field(default=False, kw_only=True)
    num_features: Annotated[int, Ge(1)] | None = field(default=None, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (requires("learnable", "num_features"),)


class StandardizeOperator(ModalityOperator[StandardizeOperatorConfig]):
    """Subtracts the mean of every feature, and divides by its standard deviation.

    The statistics `mean` and `std`, `features` each, are computed with
    `batch_stats_fn=datarax_typed.operators.series.moments` by `compute_statistics(values)`, or
    given as `precomputed_stats`, by `set_statistics`, or with a call. A constant feature, whose
    deviation is 0, is divided by 1. Statistics that are no numbers, or a deviation below 0, give
    NaN, which the domain refuses. Half precision is computed in single.

    Source: `sklearn.preprocessing.StandardScaler`; the learned scale and bias of Ioffe and Szegedy
    2015, Batch Normalization.

    Args:
        config: the configuration.
        rngs: random number generators; there is no need for any.
        name: a name for error messages.

    Attributes:
        scale: the learnable scale, `float32[features]`, at first 1; None if it is not learned.
        bias: the learnable bias, `float32[features]`, at first 0; None if it is not learned.

    Raises:
        StatisticsError: in a call, no statistics are in force.
        ContractError: in a call, the value is not `*dims features` of floats, has another number of
            features than the statistics or num_features, or the statistics are no `Moments`.
        DomainError: in a call, a result is not finite.
    """

    domain: ClassVar[tuple[DomainConstraint, ...]] = (finite("the standardised value"),)

    def __init__(
        self,
        config: StandardizeOperatorConfig,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        size = config.num_features if config.learnable else None
        self.scale: nnx.Param[Array] | None = nnx.data(
            None if size is None else nnx.Param(jnp.ones(size, jnp.float32))
        )
        self.bias: nnx.Param[Array] | None = nnx.data(
            None if size is None else nnx.Param(jnp.zeros(size, jnp.float32))
        )

    def transform(
        self, value: Float[Array, "*dims features"], stats: Moments | None = None
    ) -> Float[Array, "*dims features"]:
        """Return the standardised value."""
        self._check_features(value.shape[-1])
        if stats is None:
            raise StatisticsError(
                f"{self.label}: expected statistics in force, got none; call "
                "compute_statistics(values) with batch_stats_fn=moments, or give precomputed_stats"
            )
        single = single_or_double(value)
        mean, std = (stats[key].astype(single.dtype) for key in ("mean", "std"))
        # Not `std <= epsilon`: a NaN is no constant feature, nor is a deviation below 0.
        constant = (std >= 0) & (std <= self.config.epsilon)
        divisor = jnp.where(constant, jnp.ones_like(std), jnp.where(std > 0, std, jnp.nan))
        result = (single - _along(mean, single)) / _along(divisor, single)
        if self.scale is not None and self.bias is not None:
            scale, bias = (p[...].astype(single.dtype) for p in (self.scale, self.bias))
            result = result * _along(scale, single) + _along(bias, single)
        return result.astype(value.dtype)

    def _check_features(self, features: int) -> None:
        wanted = self.config.num_features
        if wanted is not None and features != wanted:
            where = f'data["{self.config.field_key}"]'
            problem = Problem(where, f"num_features={wanted} on the last axis", str(features))
            title = f"{self.label} cannot standardise the value:"
            raise ContractError(listing(title, [problem]), (problem,))


def _along(
    numbers: Float[Array, "features"], like: Float[Array, "*dims features"]
) -> Float[Array, "*ones features"]:
    """Return a number for every feature, to be broadcast against a value."""
    return numbers.reshape((1,) * (like.ndim - 1) + numbers.shape)


__all__ = ["StandardizeOperator", "StandardizeOperatorConfig"]
