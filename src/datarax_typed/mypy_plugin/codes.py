"""The error codes of the plugin."""

from typing import Final

from mypy.errorcodes import ErrorCode

CONFIG: Final = ErrorCode(
    "datarax-config", "A config breaks its constraints or rules", "Datarax Typed"
)
OPERATOR: Final = ErrorCode(
    "datarax-operator", "An operator cannot be made as it is written", "Datarax Typed"
)
SHAPE: Final = ErrorCode(
    "datarax-shape", "An array has another shape than is declared", "Datarax Typed"
)
DTYPE: Final = ErrorCode(
    "datarax-dtype", "An array has another dtype than is declared", "Datarax Typed"
)
FIELD: Final = ErrorCode("datarax-field", "A batch has no such field", "Datarax Typed")

__all__ = ["CONFIG", "DTYPE", "FIELD", "OPERATOR", "SHAPE"]
