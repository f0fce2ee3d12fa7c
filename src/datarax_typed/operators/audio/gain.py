"""Gain of a waveform."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, TypeAlias

from annotated_types import Interval
from flax import nnx
from jaxtyping import Array, Float, Key

from datarax_typed.core.magnitude import Magnitude
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.precision import single_or_double
from datarax_typed.core.rules import Rule, increasing
from datarax_typed.operators.audio.learned_audio import amplitude
from datarax_typed.protocols import PyTree

Decibels: TypeAlias = Annotated[float, Interval(ge=-120, le=120)]


@dataclass(frozen=True)
class GainOperatorConfig(ModalityOperatorConfig):
    """Configuration of `GainOperator`.

    Attributes:
        gain_db: the gain if `stochastic=False`.
        gain_db_range: each record's gain is uniform in it, in decibels, if `stochastic=True`.
        learnable: whether gain_db, or the ends of gain_db_range, are learned.
    """

    gain_db: Decibels = field(default=0.0, kw_only=True)
    gain_db_range: tuple[Decibels, Decibels] = field(default=(-12.0, 12.0), kw_only=True)
    learnable: bool = field(default=False, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (increasing("gain_db_range"),)


class GainOperator(ModalityOperator[GainOperatorConfig]):
    """Amplifies a waveform.

    Units: decibels of amplitude, 20 log10; a gain that is learned to be beyond -120 to 120 acts as
    the nearest. Results beyond full scale are kept unless the config says `clip_range=(-1.0, 1.0)`.

    Source: audiomentations, `Gain`.

    Args:
        config: the configuration.
        rngs: random number generators; needed if the config says `stochastic=True`.
        name: a name for error messages.

    Attributes:
        gain_db: the gain; `gain_db.learned` is an `nnx.Param` if the config says `learnable=True`.

    Raises:
        ContractError: in a call, the waveform is not `time` of floats.
    """

    def __init__(
        self,
        config: GainOperatorConfig,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        self.gain_db: Magnitude = Magnitude(
            config.gain_db,
            config.gain_db_range,
            stochastic=config.stochastic,
            learnable=config.learnable,
        )

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Float[Array, ""]:
        """Return a record's gain in decibels."""
        return self.gain_db.draw(key)

    def transform(
        self, waveform: Float[Array, "time"], random_params: Float[Array, ""] | None = None
    ) -> Float[Array, "time"]:
        """Return the amplified waveform."""
        # A large factor in half precision would be infinite, and make NaN of silence.
        single = single_or_double(waveform)
        amplified = single * amplitude(self.gain_db(random_params, single))
        return amplified.astype(waveform.dtype)


__all__ = ["GainOperator", "GainOperatorConfig"]
