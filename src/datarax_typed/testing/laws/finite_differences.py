"""Finite differences: gradients are what a small change of a parameter does."""

from typing import Final, TypeAlias

import numpy as np
from jaxtyping import Float

from datarax_typed.testing.differences import shown
from datarax_typed.testing.law import BrokenError
from datarax_typed.testing.learning import Learnable, gradients, learnable
from datarax_typed.testing.subject import Subject

# Small ones drown in rounding, large ones in curvature: one of them fits.
_STEPS: Final = (1e-2, 3e-3, 1e-3, 3e-2)
_TOLERANCE: Final = 0.01

Floats: TypeAlias = Float[np.ndarray, "..."]


def check(subject: Subject) -> None:
    """Compare the derivative along one direction of every parameter with central differences."""
    parameters = learnable(subject)
    for name, gradient in gradients(subject).items():
        # That no gradient reaches it, or none that is finite, is another law.
        if not np.all(np.isfinite(gradient)) or not np.any(gradient):
            continue
        direction = _direction(np.asarray(gradient))
        expected = float(np.sum(np.asarray(gradient, np.float64) * direction))
        found = []
        for step in _STEPS:
            slope, allowed = _slope(parameters, name, direction, step)
            if abs(slope - expected) <= allowed:
                break
            found.append(slope)
        else:
            nearest = min(found, key=lambda slope: abs(slope - expected))
            raise BrokenError(
                f"the gradient of {name} along {np.array2string(direction, threshold=8)} is "
                f"{expected:.6g}, finite differences say {nearest:.6g}; "
                f"given {shown(subject.batch)}"
            )


def _direction(gradient: Floats) -> Floats:
    # With the gradient's signs nothing cancels; with sizes in no order, none stands for another.
    sizes = 0.5 + np.modf(0.6180339887 * np.arange(1, gradient.size + 1))[0]
    direction: Floats = np.where(gradient < 0, -1.0, 1.0) * sizes.reshape(gradient.shape)
    return np.asarray(direction / np.linalg.norm(direction))


def _slope(parameters: Learnable, name: str, direction: Floats, step: float) -> tuple[float, float]:
    """Return the slope, and how far from it the derivative may be."""
    size = step * max(1.0, float(np.max(np.abs(parameters.value(name)))))
    up, down = (parameters.terms(name, sign * size * direction) for sign in (1, -1))
    slopes = (up - down) / (2 * size)
    # What has a kink within the step is wrong by as much as itself: a few terms of many may be.
    rounding = parameters.rounding(name) * float(np.sum(np.abs(up))) / (2 * size)
    return float(np.sum(slopes)), _TOLERANCE * float(np.sum(np.abs(slopes))) + rounding


__all__ = ["check"]
