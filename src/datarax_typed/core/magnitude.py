"""How strongly an operator acts: one number, one a record, and learned if the config says so."""

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Float, Key


class Magnitude(nnx.Module):
    """The number that an operator acts by.

    Of a deterministic operator it is the same for all records; of a stochastic one it is drawn for
    each, uniformly between two ends. Learnable, the number or the ends are an `nnx.Param`, and
    gradients reach them through the draw.

    Source: Benton et al. 2020, Learning Invariances in Neural Networks (Augerino): ends of a
    uniform distribution, learned by reparameterisation.

    Args:
        value: the number of a deterministic operator.
        ends: the smallest and the largest number of a stochastic one.
        stochastic: whether each record has a number of its own.
        learnable: whether the number, or the ends, are learned.

    Attributes:
        learned: the number `float32[]`, or the ends `float32[2]`; None if they are not learned.
    """

    def __init__(
        self, value: float, ends: tuple[float, float], *, stochastic: bool, learnable: bool
    ) -> None:
        given = ends if stochastic else value
        self.given: float | tuple[float, float] = nnx.static(given)
        self.learned: nnx.Param[Array] | None = nnx.data(
            nnx.Param(jnp.asarray(given, jnp.float32)) if learnable else None
        )

    def draw(self, key: Key[Array, ""]) -> Float[Array, ""]:
        """Return the number of one record."""
        if self.learned is None:
            low, high = np.asarray(self.given)
            return jax.random.uniform(key, minval=low, maxval=high)
        # The ends may have crossed while they were learned.
        low, high = self.learned[...]
        number: Array = low + (high - low) * jax.random.uniform(key)
        return number

    def __call__(self, drawn: Float[Array, ""] | None, like: Float[Array, "..."]) -> Array:
        """Return the number to act by, `[]` in the dtype of an array.

        Args:
            drawn: the number of the record, None of a deterministic operator.
            like: the array that is acted on.
        """
        if drawn is not None:
            return drawn.astype(like.dtype)
        if self.learned is not None:
            return self.learned[...].astype(like.dtype)
        return jnp.asarray(self.given, like.dtype)


__all__ = ["Magnitude"]
