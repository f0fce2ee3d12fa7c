"""Gene expression from read counts."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

import jax.numpy as jnp
from annotated_types import Gt, Le
from jaxtyping import Array, Bool, Float, Real

from datarax_typed.core.domain import DomainConstraint
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.precision import single_or_double


def _finite_and_not_negative(value: Real[Array, "..."]) -> Bool[Array, "..."]:
    return jnp.isfinite(value) & (value >= 0)


@dataclass(frozen=True)
class LogCountsPerMillionOperatorConfig(ModalityOperatorConfig):
    """Configuration of `LogCountsPerMillionOperator`.

    Attributes:
        stochastic: always False: nothing is random.
        target_sum: what the counts of a record add up to before the logarithm.
    """

    stochastic: Literal[False] = False
    target_sum: Annotated[float, Gt(0), Le(1e30)] = field(default=1e6, kw_only=True)


class LogCountsPerMillionOperator(ModalityOperator[LogCountsPerMillionOperatorConfig]):
    """Turns the read counts of a sample's genes into log(1 + counts per million).

    Each record is divided by its own library size, the sum of its counts. A record with a negative
    count or NaN, or with no count above 0, has no library size: all of it becomes NaN, which the
    domain refuses, and is never stored.

    Counts of integers give single precision, of floats their own. The logarithm is the natural one.

    Source: Wolf et al. 2018, Scanpy: `normalize_total(target_sum=1e6)`, then `log1p`.

    Args:
        config: the configuration.
        rngs: random number generators; there is no need for any.
        name: a name for error messages.

    Raises:
        ContractError: in a call, the counts are not `genes` of numbers.
        DomainError: in a call, a record is no read counts; it names the record.
    """

    domain: ClassVar[tuple[DomainConstraint, ...]] = (
        DomainConstraint(
            "expression is finite and not negative, of counts that are neither negative nor all 0",
            _finite_and_not_negative,
        ),
    )

    def transform(self, counts: Real[Array, "genes"]) -> Float[Array, "genes"]:
        """Return the expression of every gene."""
        stored = counts.dtype if jnp.issubdtype(counts.dtype, jnp.floating) else jnp.float32
        # The sum of integers, or of half precision, may be more than they can hold.
        single = single_or_double(counts)
        size = jnp.sum(single)
        sound = jnp.all(single >= 0) & (size > 0)
        share = single / jnp.where(sound, size, jnp.ones_like(size))
        expression = jnp.log1p(jnp.maximum(share, 0) * self.config.target_sum)
        return jnp.where(sound, expression, jnp.nan).astype(stored)


__all__ = ["LogCountsPerMillionOperator", "LogCountsPerMillionOperatorConfig"]
