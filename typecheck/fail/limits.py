"""Constants for other programs here."""

from enum import IntEnum
from typing import Final

HIGHEST: Final = 1.5
LOWEST: Final = -1.5
NOTHING: Final = ""


class Quality(IntEnum):
    """How good a picture is."""

    DRAFT = 0
    FINE = 1
