"""Jitter of a time series."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

import jax
from annotated_types import Interval, MinLen
from flax import nnx
from jaxtyping import Array, Float, Key

from datarax_typed.core.fields import get_field
from datarax_typed.core.magnitude import Magnitude
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.protocols import PyTree


@dataclass(frozen=True)
class JitterOperatorConfig(ModalityOperatorConfig):
    """Configuration of `JitterOperator`.

    Attributes:
        stochastic: always True: the noise is random.
        stream_name: the stream of `nnx.Rngs` to draw from.
        sigma: the noise's standard deviation, in the unit of the series.
        learnable: whether sigma is learned.
    """

    stochastic: Literal[True] = True
    stream_name: Annotated[str, MinLen(1)] = "augment"
    sigma: Annotated[float, Interval(ge=0, le=1e30)] = field(default=0.05, kw_only=True)
    learnable: bool = field(default=False, kw_only=True)


class JitterOperator(ModalityOperator[JitterOperatorConfig]):
    """Adds Gaussian noise to every value of a time series, as if of its sensor.

    Source: Um et al. 2017, Data Augmentation of Wearable Sensor Data for Parkinson's Disease
    Monitoring using Convolutional Neural Networks, "jittering".

    Args:
        config: the configuration.
        rngs: random number generators with the config's stream.
        name: a name for error messages.

    Attributes:
        sigma: the deviation; `sigma.learned` is an `nnx.Param` if the config says `learnable=True`.

    Raises:
        ContractError: in a call, the series is not `time channels` of floats.
    """

    def __init__(
        self, config: JitterOperatorConfig, *, rngs: nnx.Rngs | None = None, name: str | None = None
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        ends = (config.sigma, config.sigma)
        self.sigma: Magnitude = Magnitude(
            config.sigma, ends, stochastic=False, learnable=config.learnable
        )

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Float[Array, "..."]:
        """Return a record's noise, of a standard deviation of 1."""
        return jax.random.normal(key, get_field(element_shapes, self.config.field_key, self.label))

    def transform(
        self,
        series: Float[Array, "time channels"],
        random_params: Float[Array, "time channels"],
    ) -> Float[Array, "time channels"]:
        """Return the noisy series."""
        noise = random_params.astype(series.dtype)
        return series + self.sigma(None, series) * noise


__all__ = ["JitterOperator", "JitterOperatorConfig"]
