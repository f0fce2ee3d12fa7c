"""The short-time Fourier transform, by gathers: the number of frames may be a symbol."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Complex, Float, Int

from datarax_typed.core.precision import single_or_double
from datarax_typed.errors import ContractError, Problem, listing

Weights: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
WindowName: TypeAlias = Literal["hann", "hamming", "blackman", "boxcar"]

# Weights of the cosines of 0, 1 and 2 periods, alternately added and subtracted.
_COSINES: Final[dict[WindowName, tuple[float, ...]]] = {
    "hann": (0.5, 0.5),
    "hamming": (0.54, 0.46),
    "blackman": (0.42, 0.5, 0.08),
    "boxcar": (1.0,),
}


@dataclass(frozen=True)
class ShortTime:
    """How a waveform is cut into frames.

    Attributes:
        n_fft: samples of a frame.
        win_length: samples that the window lets through, in the frame's middle; at most n_fft.
        hop_length: samples from one frame to the next.
        window: the window's name, as scipy has it; periodic.
        center: whether frames are centred on multiples of hop_length, the waveform reflected at
            both ends; else the first frame begins with the waveform.
    """

    n_fft: int
    win_length: int
    hop_length: int
    window: WindowName
    center: bool

    def spectrum(
        self, waveform: Float[Array, "time"], place: str, asker: str
    ) -> Complex[Array, "frequency frames"]:
        """Return the transform, in single precision or double; not scaled.

        Args:
            waveform: the waveform.
            place: its place, for the message.
            asker: who needs the transform, for the message.

        Raises:
            ContractError: the waveform is too short.
        """
        self._check_length(waveform.shape[0], place, asker)
        samples = single_or_double(waveform)
        window = jnp.asarray(self._window(), samples.dtype)
        return jnp.fft.rfft(samples[self._places(waveform.shape[0])] * window[None, :]).T

    def _check_length(self, time: object, place: str, asker: str) -> None:
        shortest = self.n_fft // 2 + 1 if self.center else self.n_fft
        # A symbol, which stands for every length, is no int.
        if isinstance(time, int) and time < shortest:
            expected = f"{shortest} samples or more for n_fft={self.n_fft}, center={self.center}"
            problem = Problem(place, expected, str(time), "pad it, or give a smaller n_fft")
            title = f"{asker} cannot cut the waveform into frames:"
            raise ContractError(listing(title, [problem]), (problem,))

    def _places(self, time: int) -> Int[Array, "frames n_fft"]:
        pad = self.n_fft // 2 if self.center else 0
        frames = (time + 2 * pad - self.n_fft) // self.hop_length + 1
        starts = jnp.arange(frames, dtype=jnp.int32) * self.hop_length - pad
        places = starts[:, None] + jnp.arange(self.n_fft, dtype=jnp.int32)[None, :]
        # Reflected at the first sample and at the last, neither of which is doubled.
        last = jnp.asarray(time, jnp.int32) - 1
        return last - jnp.abs(last - jnp.abs(places))

    def _window(self) -> Weights:
        if self.win_length == 1:
            # As scipy has it: the cosine alone would let nothing through.
            return self._padded(np.ones(1))
        phase = 2 * np.pi * np.arange(self.win_length) / self.win_length
        waves = enumerate(_COSINES[self.window])
        return self._padded(sum((-1) ** n * weight * np.cos(n * phase) for n, weight in waves))

    def _padded(self, values: Weights) -> Weights:
        before = (self.n_fft - self.win_length) // 2
        return np.pad(values, (before, self.n_fft - self.win_length - before))


def magnitudes(
    spectrum: Complex[Array, "frequency frames"], power: Literal[1, 2]
) -> Float[Array, "frequency frames"]:
    """Return the magnitudes, or their squares; the gradient is 0 where there is no sound."""
    if power == 1:
        return jnp.abs(spectrum)
    return spectrum.real**2 + spectrum.imag**2


__all__ = ["ShortTime", "WindowName", "magnitudes"]
