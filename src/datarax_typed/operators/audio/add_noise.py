"""Noise added to a waveform."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from annotated_types import Interval, MinLen
from flax import nnx
from jaxtyping import Array, Float, Key

from datarax_typed.core.contracts import places
from datarax_typed.core.fields import get_field
from datarax_typed.core.magnitude import Magnitude
from datarax_typed.core.modality import ModalityOperator, ModalityOperatorConfig
from datarax_typed.core.precision import single_or_double
from datarax_typed.core.rules import Rule, excludes, increasing
from datarax_typed.errors import ContractError, Problem, listing, refuse
from datarax_typed.operators.audio.learned_audio import amplitude
from datarax_typed.protocols import Metadata, PyTree, Statistics

Decibels: TypeAlias = Annotated[float, Interval(ge=-120, le=120)]


@dataclass(frozen=True)
class AddNoiseOperatorConfig(ModalityOperatorConfig):
    """Configuration of `AddNoiseOperator`.

    Attributes:
        stochastic: whether the noise is random: white, or a field's from a random place on.
        stream_name: the stream of `nnx.Rngs` to draw from.
        snr_db: the ratio of signal to noise, in decibels, if there is no snr_db_range.
        snr_db_range: each record's ratio is uniform in it; needs `stochastic=True`.
        noise_field: the field of the element that holds the noise; None makes white noise, which
            needs `stochastic=True`.
        learnable: whether snr_db, or the ends of snr_db_range, are learned.
    """

    stochastic: bool = True
    stream_name: Annotated[str, MinLen(1)] | None = "augment"
    snr_db: Decibels = field(default=20.0, kw_only=True)
    snr_db_range: tuple[Decibels, Decibels] | None = field(default=None, kw_only=True)
    noise_field: Annotated[str, MinLen(1)] | None = field(default=None, kw_only=True)
    learnable: bool = field(default=False, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (
        increasing("snr_db_range"),
        excludes("noise_field", "field_key"),
    )


class NoiseDraw(NamedTuple):
    """What is random about a record's noise.

    Attributes:
        snr_db: the ratio of signal to noise; None if it is the same for all records.
        white: the noise; None if a field holds it.
        start: where in a field's noise the record begins, in [0, 1); None of white noise.
    """

    snr_db: Float[Array, ""] | None
    white: Float[Array, "time"] | None
    start: Float[Array, ""] | None


class AddNoiseOperator(ModalityOperator[AddNoiseOperatorConfig]):
    """Adds noise to a waveform, white Gaussian or recorded, at a ratio of signal to noise.

    A field's noise that is shorter than the waveform is repeated, of a longer one a part is taken:
    from its beginning, or from a random place on if `stochastic=True`.

    Units: decibels, 20 log10 of the ratio of root mean squares, measured on the record's own
    waveform and on the very noise that it gets. So a silent waveform stays silent, and silent noise
    leaves a waveform as it is; gradients are finite then. A ratio that is learned to be beyond -120
    to 120 acts as the nearest.

    Source: audiomentations, `AddGaussianSNR` and `AddBackgroundNoise`; there white noise has its
    level on average, here in every record.

    Args:
        config: the configuration.
        rngs: random number generators; needed if the config says `stochastic=True`.
        name: a name for error messages.

    Attributes:
        snr_db: the ratio; `snr_db.learned` is an `nnx.Param` if the config says `learnable=True`.

    Raises:
        ConfigError: not stochastic, and there is no noise_field, or a snr_db_range.
        ContractError: in a call, the waveform is not `time`, or the noise not `noise`, of floats,
            or the noise is empty.
        FieldError: in a call, the noise is missing (a `KeyError`).
    """

    def __init__(
        self,
        config: AddNoiseOperatorConfig,
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        refuse(type(self).__name__, _problems(config))
        self.snr_db: Magnitude = Magnitude(
            config.snr_db,
            config.snr_db_range or (config.snr_db, config.snr_db),
            stochastic=config.snr_db_range is not None,
            learnable=config.learnable,
        )

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> NoiseDraw:
        """Return what is random about a record's noise."""
        ratio_key, noise_key = jax.random.split(key)
        snr_db = None if self.config.snr_db_range is None else self.snr_db.draw(ratio_key)
        if self.config.noise_field is not None:
            return NoiseDraw(snr_db, None, jax.random.uniform(noise_key))
        shape = get_field(element_shapes, self.config.field_key, self.label)
        return NoiseDraw(snr_db, jax.random.normal(noise_key, shape), None)

    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        """Read the waveform and the noise, and write the noisy waveform; see `OperatorModule`."""
        own, other = self.config.field_key, self.config.noise_field
        waveform = self._extract_field(data, own)
        noise = None if other is None else self._extract_field(data, other)
        with places(f'data["{own}"]', f'data["{other}"]'):
            noisy = self.transform(waveform, noise, random_params)
        return self._remap_field(data, self._apply_clip_range(noisy)), state, metadata

    def transform(
        self,
        waveform: Float[Array, "time"],
        noise: Float[Array, "noise"] | None = None,
        random_params: NoiseDraw | None = None,
    ) -> Float[Array, "time"]:
        """Return the waveform with noise."""
        drawn = random_params or NoiseDraw(None, None, None)
        signal = single_or_double(waveform)
        added = self._as_long(signal, noise, drawn.start) if drawn.white is None else drawn.white
        added = added.astype(signal.dtype)
        wanted = root_mean_square(signal) / amplitude(self.snr_db(drawn.snr_db, signal))
        return (signal + wanted * _of_level_one(added)).astype(waveform.dtype)

    def _as_long(
        self,
        signal: Float[Array, "time"],
        noise: Float[Array, "noise"] | None,
        start: Float[Array, ""] | None,
    ) -> Float[Array, "time"]:
        assert noise is not None
        length = noise.shape[0]
        self._check_length(length)
        places_in_noise = jnp.arange(signal.shape[0], dtype=jnp.int32)
        if start is not None:
            places_in_noise += jnp.floor(start * length).astype(jnp.int32)
        return noise[jnp.mod(places_in_noise, length)]

    def _check_length(self, length: object) -> None:
        # A symbol, which stands for every length, is no int.
        if isinstance(length, int) and length == 0:
            where = f'data["{self.config.noise_field}"]'
            problem = Problem(where, "noise of one sample or more", "none")
            title = f"{self.label} has no noise to add:"
            raise ContractError(listing(title, [problem]), (problem,))


def root_mean_square(samples: Float[Array, "time"]) -> Float[Array, ""]:
    """Return the root mean square, 0 of silence and of nothing; its gradient is finite."""
    peak = _peak(samples)
    return peak * _moderate_root_mean_square(samples / peak)


def _of_level_one(samples: Float[Array, "time"]) -> Float[Array, "time"]:
    """Return the samples divided by their root mean square; silence stays."""
    moderate = samples / _peak(samples)
    level = _moderate_root_mean_square(moderate)
    sounds = level > 0
    loud = moderate / jnp.where(sounds, level, jnp.ones_like(level))
    return jnp.where(sounds, loud, jnp.zeros_like(loud))


def _peak(samples: Float[Array, "time"]) -> Float[Array, ""]:
    # Squares of large samples are infinite, those of small ones 0. Levels do not depend on the peak
    # that they are computed by, and neither do gradients.
    largest = jnp.max(jnp.abs(samples), initial=0.0)
    sounds = largest >= np.finfo(samples.dtype).tiny
    return jax.lax.stop_gradient(jnp.where(sounds, largest, jnp.ones_like(largest)))


def _moderate_root_mean_square(samples: Float[Array, "time"]) -> Float[Array, ""]:
    power = jnp.sum(samples**2) / jnp.maximum(jnp.asarray(samples.shape[0], samples.dtype), 1)
    sounds = power > 0
    # The square root of 0 has no gradient, and a `where` outside alone would make it NaN.
    root = jnp.sqrt(jnp.where(sounds, power, jnp.ones_like(power)))
    return jnp.where(sounds, root, jnp.zeros_like(power))


def _problems(config: AddNoiseOperatorConfig) -> list[Problem]:
    if config.stochastic:
        return []
    problems = []
    if config.noise_field is None:
        mend = "say stochastic=True for white noise, or give noise_field"
        problems.append(Problem("noise_field", "a field, since stochastic=False", "None", mend))
    if config.snr_db_range is not None:
        mend = "say stochastic=True, or give snr_db"
        given = repr(config.snr_db_range)
        problems.append(Problem("snr_db_range", "None, since stochastic=False", given, mend))
    return problems


__all__ = ["AddNoiseOperator", "AddNoiseOperatorConfig", "NoiseDraw", "root_mean_square"]
