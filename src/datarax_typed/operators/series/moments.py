"""Mean and standard deviation of every feature."""

from typing import TypedDict

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Num

from datarax_typed.core.precision import single_or_double
from datarax_typed.errors import StatisticsError


class Moments(TypedDict):
    """Statistics of every feature.

    Attributes:
        mean: the mean.
        std: the standard deviation.
    """

    mean: Float[Array, "features"]
    std: Float[Array, "features"]


def moments(data: Num[Array, "*dims features"] | Num[np.ndarray, "*dims features"]) -> Moments:
    """Return the mean and the standard deviation of every feature, over all other axes.

    Single precision, or double; of the population, as of `sklearn.preprocessing.StandardScaler`.
    The deviation of a constant feature is exactly 0. Give it as `batch_stats_fn`.

    Raises:
        StatisticsError: there is no data, or it has no axis of features.
    """
    if data.ndim == 0 or data.size == 0:
        shape = ",".join(map(str, data.shape))
        raise StatisticsError(f"moments: expected values, features last, got shape [{shape}]")
    values = single_or_double(jnp.asarray(data))
    rows = values.reshape(-1, values.shape[-1])
    # Measured from the first: rounding then neither moves a constant nor makes it vary.
    mean = rows[0] + jnp.mean(rows - rows[:1], axis=0)
    return Moments(mean=mean, std=jnp.sqrt(jnp.mean((rows - mean[None]) ** 2, axis=0)))


__all__ = ["Moments", "moments"]
