"""Settings that stand for values of other modules."""

from typing import Final

from studio.configs import drawing

chosen = drawing
named: Final = "image"
quiet: Final = -0.5
