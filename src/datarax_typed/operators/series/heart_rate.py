"""Heart rate from the intervals between heart beats."""

from dataclasses import dataclass, field
from typing import ClassVar, Final, Literal

from jaxtyping import Array, Float

from datarax_typed.core.domain import DomainConstraint, within
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig

_MS_PER_MINUTE: Final = 60_000.0


@dataclass(frozen=True)
class HeartRateOperatorConfig(ModalityOperatorConfig):
    """Configuration of `HeartRateOperator`: that of any operator of one modality.

    Attributes:
        stochastic: always False: nothing is random.
        clip_range: always None: what no heart does would be stored as what some do.
    """

    stochastic: Literal[False] = False
    clip_range: None = field(default=None, kw_only=True)


class HeartRateOperator(ModalityOperator[HeartRateOperatorConfig]):
    """Turns the intervals between heart beats (RR) into the heart rate at each beat.

    The domain is what a living human's heart does, 20 to 300 bpm: intervals of 3000 to 200 ms. An
    interval of 0 or below, NaN, a missed or a doubled beat, or seconds in place of milliseconds are
    refused, and never stored as a heart rate.

    Units: milliseconds in, beats a minute out.

    Source: Task Force of the ESC and the NASPE 1996, Heart rate variability: standards of
    measurement, physiological interpretation, and clinical use, Circulation 93(5), the
    instantaneous heart rate.

    Args:
        config: the configuration.
        rngs: random number generators; there is no need for any.
        name: a name for error messages.

    Raises:
        ContractError: in a call, the intervals are not `beats` of floats.
        DomainError: in a call, a heart rate is not 20 to 300 bpm; it names the record.
    """

    domain: ClassVar[tuple[DomainConstraint, ...]] = (within(20, 300, "heart rate", "bpm"),)

    def transform(self, rr_ms: Float[Array, "beats"]) -> Float[Array, "beats"]:
        """Return the heart rate."""
        return _MS_PER_MINUTE / rr_ms


__all__ = ["HeartRateOperator", "HeartRateOperatorConfig"]
