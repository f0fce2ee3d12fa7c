"""The error codes of the plugin."""

from typing import Final

from mypy.errorcodes import ErrorCode

CONFIG: Final = ErrorCode(
    "datarax-config", "A config breaks its constraints or rules", "Datarax Typed"
)
OPERATOR: Final = ErrorCode(
    "datarax-operator", "An operator cannot be made as it is written", "Datarax Typed"
)

__all__ = ["CONFIG", "OPERATOR"]
