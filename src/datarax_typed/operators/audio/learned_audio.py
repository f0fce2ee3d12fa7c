"""A learnable gain and learnable noise on a waveform."""

from typing import Annotated, Final, TypeAlias

import jax
import jax.numpy as jnp
from annotated_types import Interval
from flax import nnx
from jaxtyping import Array, Float, Key

from datarax_typed.core.fields import get_field
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.options import option_problems
from datarax_typed.core.precision import single_or_double
from datarax_typed.errors import refuse
from datarax_typed.protocols import PyTree

MOST_DECIBELS: Final = 120.0
Decibels: TypeAlias = Annotated[float, Interval(ge=-MOST_DECIBELS, le=MOST_DECIBELS)]


class LearnedAudioOperator(ModalityOperator[ModalityOperatorConfig]):
    """Amplifies a waveform, and adds white Gaussian noise to it if it is stochastic.

    Both the gain and the noise level are learnable. Without `stochastic=True` there is no noise,
    and no gradient reaches its level.

    Units: decibels of amplitude, 20 log10; the noise's root mean square is `noise_db` relative to
    full scale, an amplitude of 1. Both are -120 to 120; what is learned beyond acts as the nearest.
    Results beyond full scale are kept unless the config says `clip_range=(-1.0, 1.0)`. Half
    precision is computed in single.

    Args:
        config: the configuration; any of an operator of one modality will do.
        rngs: random number generators; needed if the config says `stochastic=True`.
        gain_db: the initial gain.
        noise_db: the initial level of the noise.
        name: a name for error messages.

    Attributes:
        gain_db: the learnable gain, `float32[]`.
        noise_db: the learnable level of the noise, `float32[]`.

    Raises:
        ConfigError: gain_db or noise_db is not -120 to 120.
        ContractError: in a call, the waveform is not `time` of floats.
    """

    def __init__(
        self,
        config: ModalityOperatorConfig,
        *,
        rngs: nnx.Rngs | None = None,
        gain_db: float = 0.0,
        noise_db: float = -40.0,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        levels = {"gain_db": (gain_db, Decibels), "noise_db": (noise_db, Decibels)}
        refuse(type(self).__name__, option_problems(levels))
        self.gain_db: nnx.Param[Array] = nnx.Param(jnp.asarray(gain_db, jnp.float32))
        self.noise_db: nnx.Param[Array] = nnx.Param(jnp.asarray(noise_db, jnp.float32))

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Float[Array, "..."]:
        """Return a record's noise, of a root mean square of 1."""
        shape = get_field(element_shapes, self.config.field_key, self.label)
        return jax.random.normal(key, shape)

    def transform(
        self, waveform: Float[Array, "time"], random_params: Float[Array, "time"] | None = None
    ) -> Float[Array, "time"]:
        """Return the amplified waveform, with noise if there is any."""
        exact = single_or_double(waveform)
        result = exact * amplitude(self.gain_db[...]).astype(exact.dtype)
        if random_params is not None:
            result += (amplitude(self.noise_db[...]) * random_params).astype(exact.dtype)
        return result.astype(waveform.dtype)


def amplitude(decibels: Float[Array, ""]) -> Float[Array, ""]:
    """Return the amplitude, 1 at 0 dB, for a level of -120 to 120 dB, or for the nearest one."""
    return jnp.power(10.0, jnp.clip(decibels, -MOST_DECIBELS, MOST_DECIBELS) / 20.0)


__all__ = ["MOST_DECIBELS", "LearnedAudioOperator", "amplitude"]
