"""Reshaping a field."""

import math
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

import jax.numpy as jnp
from annotated_types import Ge, Predicate
from jaxtyping import Array, Shaped

from datarax_typed.core.describe import describe_value
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.errors import ContractError, Problem, listing
from datarax_typed.operators.image.sizes import is_known


def is_not_zero(size: int) -> bool:
    """Return whether a size is not 0."""
    return size != 0


def has_one_open_size_at_most(shape: tuple[int, ...]) -> bool:
    """Return whether a shape has no more than one -1."""
    return shape.count(-1) <= 1


Size: TypeAlias = Annotated[int, Ge(-1), Predicate(is_not_zero)]


@dataclass(frozen=True)
class ReshapeOperatorConfig(ModalityOperatorConfig):
    """Configuration of `ReshapeOperator`.

    Attributes:
        stochastic: always False: nothing is random.
        shape: the new shape of one element's field; one size may be -1: what the others leave.
    """

    stochastic: Literal[False] = False
    shape: Annotated[tuple[Size, ...], Predicate(has_one_open_size_at_most)] = field(kw_only=True)


class ReshapeOperator(ModalityOperator[ReshapeOperatorConfig]):
    """Gives a field of any shape and dtype another shape; its values stay in C order.

    Auxiliary fields stay as they are. Source: `numpy.reshape`.

    Args:
        config: the configuration.
        rngs: not used.
        name: a name for error messages.

    Raises:
        ContractError: in a call, the number of values is not that of the new shape. Where sizes are
            symbols, JAX itself refuses what it cannot divide evenly for all of them.
    """

    def transform(self, value: Shaped[Array, "..."]) -> Shaped[Array, "..."]:
        """Return the value in the new shape."""
        self._check_count(value)
        return jnp.reshape(value, self.config.shape)

    def _check_count(self, value: Shaped[Array, "..."]) -> None:
        shape = self.config.shape
        known = math.prod(size for size in shape if size != -1)
        if not all(map(is_known, value.shape)):
            return
        if value.size % known if -1 in shape else value.size != known:
            count = f"a multiple of {known}" if -1 in shape else str(known)
            where = f'data["{self.config.field_key}"]'
            expected = f"{count} values for shape={shape}"
            problem = Problem(where, expected, f"{value.size}, {describe_value(value)}")
            title = f"{self.label} cannot reshape the field:"
            raise ContractError(listing(title, [problem]), (problem,))


__all__ = ["ReshapeOperator", "ReshapeOperatorConfig"]
