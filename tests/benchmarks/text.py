"""Numbers as text."""

from typing import Final

from tests.benchmarks.rows import Unit
from tests.benchmarks.timing import Spread

_SCALES: Final[dict[str, tuple[tuple[float, str], ...]]] = {
    "s": ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")),
    "bytes": ((2.0**20, "MiB"), (2.0**10, "KiB"), (1.0, "B")),
}
_DIGITS: Final = {"ratio": 3, "µs": 2, "exponent": 2}


def number(value: float, unit: Unit | str) -> str:
    """Return a number with its unit; ratios and exponents have none."""
    if unit in _SCALES:
        scale, name = next((s for s in _SCALES[unit] if abs(value) >= s[0]), _SCALES[unit][-1])
        return f"{_digits(value / scale)} {name}"
    digits = _DIGITS[unit] if abs(value) < 10 else 1
    return f"{value:.{digits}f}{' µs' if unit == 'µs' else ''}"


def spread(value: Spread, unit: Unit | str) -> str:
    """Return a median with its quartiles in brackets, where it varies."""
    median = number(value.median, unit)
    if value.low == value.high:
        return median
    return f"{median} [{number(value.low, unit)}, {number(value.high, unit)}]"


def _digits(value: float) -> str:
    return (
        f"{value:.0f}"
        if abs(value) >= 100
        else f"{value:.1f}"
        if abs(value) >= 10
        else f"{value:.2f}"
    )
