"""A shift of a waveform in time."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, TypeAlias

import jax
import jax.numpy as jnp
from annotated_types import Gt, Interval, Le
from jaxtyping import Array, Float, Int, Key, Shaped

from datarax_typed.core.describe import describe_value
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.rules import Rule, increasing
from datarax_typed.errors import ContractError, Problem, listing
from datarax_typed.protocols import PyTree, Statistics

# So bounded, a shift in samples is an int32.
Seconds: TypeAlias = Annotated[float, Interval(ge=-3600, le=3600)]
Hertz: TypeAlias = Annotated[float, Gt(0), Le(400_000)]


@dataclass(frozen=True)
class TimeShiftOperatorConfig(ModalityOperatorConfig):
    """Configuration of `TimeShiftOperator`.

    Attributes:
        sample_rate_hz: how many samples a second has.
        shift_seconds: the shift if `stochastic=False`; what is positive comes later.
        shift_seconds_range: each record's shift is uniform in it if `stochastic=True`.
        rollover: whether what leaves at one end comes in at the other; else zeros come in.
    """

    sample_rate_hz: Hertz = field(kw_only=True)
    shift_seconds: Seconds = field(default=0.0, kw_only=True)
    shift_seconds_range: tuple[Seconds, Seconds] = field(default=(-0.5, 0.5), kw_only=True)
    rollover: bool = field(default=True, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (increasing("shift_seconds_range"),)


class TimeShiftOperator(ModalityOperator[TimeShiftOperatorConfig]):
    """Moves a waveform later, or earlier, by whole samples; length and dtype stay.

    Auxiliary fields move along: arrays of any dtype whose leading axis is the waveform's time, such
    as a label for every sample.

    Units: seconds, rounded to the nearest sample, halves to the even one.

    Source: audiomentations, `Shift`, without its fade.

    Args:
        config: the configuration.
        rngs: random number generators; needed if the config says `stochastic=True`.
        name: a name for error messages.

    Raises:
        ContractError: in a call, the waveform is not `time` of floats, or the leading axis of an
            auxiliary field is not its time.
    """

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Int[Array, ""]:
        """Return by how many samples a record is shifted."""
        low, high = self.config.shift_seconds_range
        seconds = jax.random.uniform(key, minval=low, maxval=high)
        return jnp.round(seconds * self.config.sample_rate_hz).astype(jnp.int32)

    def transform(
        self, waveform: Float[Array, "time"], random_params: Int[Array, ""] | None = None
    ) -> Float[Array, "time"]:
        """Return the shifted waveform."""
        return self._shifted(waveform, random_params)

    def transform_auxiliary(
        self,
        key: str,
        auxiliary: PyTree,
        value: Float[Array, "time"],
        random_params: Int[Array, ""] | None = None,
        stats: Statistics | None = None,
    ) -> PyTree:
        """Return an auxiliary field shifted by the same samples; see `ModalityOperator`."""
        problems = [
            Problem(
                f'data["{key}"]{jax.tree_util.keystr(path)}',
                f"a leading axis of {value.shape[0]} as the waveform's time",
                describe_value(leaf),
                "leave it out of auxiliary_fields if it does not move with the waveform",
            )
            for path, leaf in jax.tree_util.tree_leaves_with_path(auxiliary)
            if leaf.shape[:1] != value.shape
        ]
        if problems:
            title = f"{self.label} cannot shift auxiliary fields along:"
            raise ContractError(listing(title, problems), tuple(problems))
        return jax.tree.map(lambda leaf: self._shifted(leaf, random_params), auxiliary)

    def _shifted(
        self, samples: Shaped[Array, "time *rest"], shift: Int[Array, ""] | None
    ) -> Shaped[Array, "time *rest"]:
        if shift is None:
            whole = round(self.config.shift_seconds * self.config.sample_rate_hz)
            shift = jnp.asarray(whole, jnp.int32)
        sources = jnp.arange(samples.shape[0], dtype=jnp.int32) - shift
        if self.config.rollover:
            return samples[jnp.mod(sources, samples.shape[0])]
        # Negative places are before the waveform, not counted from its end.
        return samples.at[sources].get(mode="fill", fill_value=0, wrap_negative_indices=False)


__all__ = ["TimeShiftOperator", "TimeShiftOperatorConfig"]
