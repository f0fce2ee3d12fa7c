"""Normalisation by the statistics of the batch."""

from dataclasses import dataclass, field
from math import prod
from typing import Annotated, ClassVar, Literal, TypedDict

import jax
import jax.numpy as jnp
from annotated_types import Ge, Interval
from flax import nnx
from jax import lax
from jaxtyping import Array, Bool, Float

from datarax_typed.core.describe import describe_value
from datarax_typed.core.domain import DomainConstraint, finite
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.fields import get_field, set_field
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.precision import single_or_double
from datarax_typed.core.rules import Rule, requires
from datarax_typed.errors import ContractError, Problem, listing
from datarax_typed.operators.batch.rows import select_rows
from datarax_typed.protocols import PyTree, Statistics


@dataclass(frozen=True)
class BatchNormOperatorConfig(ModalityOperatorConfig):
    """Configuration of `BatchNormOperator`.

    Attributes:
        stochastic: always False: nothing is random.
        epsilon: what is added to the variance.
        learnable: whether there is a learned scale and bias.
        num_features: the size of the last axis; needed if they are learned.
    """

    stochastic: Literal[False] = False
    epsilon: Annotated[float, Interval(gt=0, le=1)] = field(default=1e-5, kw_only=True)
    learnable: bool = field(default=False, kw_only=True)
    num_features: Annotated[int, Ge(1)] | None = field(default=None, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (requires("learnable", "num_features"),)


class Moments(TypedDict):
    """Mean and variance of every feature."""

    mean: Float[Array, " features"]
    var: Float[Array, " features"]


class BatchNormOperator(ModalityOperator[BatchNormOperatorConfig]):
    """Subtracts the batch's mean from every feature, and divides by its standard deviation.

    Features are the last axis. Mean and variance (that of a population) are over all other axes and
    all valid records, in two passes and single precision; padding is left out, and stays as it is.
    Of a feature that is the same everywhere, as in a batch of one record without other axes, zeros
    remain. Learnable, the result is multiplied by a scale, 1 at first, and a bias, 0 at first, is
    added.

    Statistics `mean` and `var`, if there are any (`set_statistics`, `precomputed_stats` or an
    argument of the call), stand in for those of the batch: for inference. They hold a variance, as
    those of `nnx.BatchNorm` do; `datarax_typed.operators.series.moments`, meant for
    `StandardizeOperator`, gives `mean` and `std`: square the latter. A variance below 0 gives NaN,
    which the domain refuses, as it does every result that is not finite.

    Source: Ioffe and Szegedy 2015, Batch Normalization, algorithm 1; `nnx.BatchNorm`.

    Args:
        config: the configuration.
        rngs: not used.
        name: a name for error messages.

    Attributes:
        scale: `features`; None if it is not learned.
        bias: `features`; None if it is not learned.

    Raises:
        ContractError: in a call, the field is not `... features` of floats, or its last axis does
            not have `num_features`.
        DomainError: in a call, a result is not finite.
    """

    domain: ClassVar[tuple[DomainConstraint, ...]] = (finite("the normalised value"),)

    def __init__(
        self,
        config: BatchNormOperatorConfig,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        self.scale: nnx.Param[Array] | None = nnx.data(None)
        self.bias: nnx.Param[Array] | None = nnx.data(None)
        if config.learnable and config.num_features is not None:
            self.scale = nnx.Param(jnp.ones(config.num_features))
            self.bias = nnx.Param(jnp.zeros(config.num_features))

    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        """Normalise all valid records of a batch.

        Args:
            batch: the input; untouched.
            stats: a mean and a variance to use; None uses `get_statistics()`, and where there are
                none, those of the batch.
        """
        key = self.config.field_key
        given = get_field(batch.data, key, self.label)
        # Zeros in place of padding: a NaN there would come back in the gradients.
        blank = select_rows(batch.valid_mask, given, jax.tree.map(jnp.zeros_like, given))
        shown = batch.replace(data=set_field(batch.data, key, blank))
        used: PyTree = self.get_statistics() if stats is None else stats
        if used is None:
            self._check_values(shown)
            used = batch_moments(blank, batch.valid_mask)
        result = self._vmap_apply(shown, used)
        new = get_field(result.data, self._target, self.label)
        data = set_field(batch.data, self._target, select_rows(batch.valid_mask, new, given))
        return result.replace(data=data)

    def transform(
        self, value: Float[Array, "*dims features"], *, stats: Moments
    ) -> Float[Array, "*dims features"]:
        """Return a record, normalised."""
        self._check_features(value)
        exact = single_or_double(value)
        variance = stats["var"].astype(exact.dtype)
        factor = lax.rsqrt(variance + self.config.epsilon)
        if self.scale is not None:
            factor = factor * self.scale[...].astype(exact.dtype)
        normal = _along(factor, exact) * (exact - _along(stats["mean"].astype(exact.dtype), exact))
        if self.bias is not None:
            normal = normal + _along(self.bias[...].astype(exact.dtype), exact)
        return normal.astype(value.dtype)

    def _check_values(self, batch: Batch) -> None:
        """Check what `transform` asks of a record, before there are statistics."""
        values = get_field(batch.data, self.config.field_key, self.label)
        unknown = jnp.zeros(jax.tree.leaves(values)[0].shape[-1])
        moments: PyTree = Moments(mean=unknown, var=unknown)
        jax.eval_shape(lambda given: self._vmap_apply(given, moments).data, batch)

    def _check_features(self, value: Float[Array, "*dims features"]) -> None:
        size = self.config.num_features
        if size is not None and value.shape[-1] != size:
            where = f'data["{self.config.field_key}"]'
            expected = f"a last axis of {size}, as num_features"
            problem = Problem(where, expected, describe_value(value))
            title = f"{self.label} cannot normalise the field:"
            raise ContractError(listing(title, [problem]), (problem,))


def batch_moments(
    values: Float[Array, "batch *dims features"], valid: Bool[Array, " batch"]
) -> Moments:
    """Return mean and variance of every feature, in single precision or better.

    Args:
        values: the values; of padding, zeros.
        valid: which rows are no padding.
    """
    exact = single_or_double(values)
    axes = tuple(range(exact.ndim - 1))
    others = jnp.asarray(prod(exact.shape[1:-1]), exact.dtype)
    count = jnp.maximum(jnp.sum(valid, dtype=exact.dtype) * others, 1)
    mean = jnp.sum(exact, axes) / count
    # Again over the values: the mean of squares less the square of the mean would cancel.
    away = jnp.square(exact - _along(mean, exact))
    rows = jnp.expand_dims(valid, tuple(range(1, exact.ndim)))
    away = jnp.where(rows, away, jnp.zeros_like(away))
    return Moments(mean=mean, var=jnp.sum(away, axes) / count)


def _along(features: Float[Array, " features"], like: Array) -> Array:
    """Return a vector with the axes of an array, whose last axis it is."""
    return jnp.expand_dims(features, tuple(range(like.ndim - 1)))


__all__ = ["BatchNormOperator", "BatchNormOperatorConfig", "Moments", "batch_moments"]
