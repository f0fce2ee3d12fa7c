"""Aliases of constrained types, for other programs here."""

from typing import Annotated, TypeAlias

from annotated_types import Ge, Gt, Interval, MinLen

Delta: TypeAlias = Annotated[float, Interval(ge=-1, le=1)]
Positive = Annotated[int, Gt(0)]
Name: TypeAlias = Annotated[str, MinLen(1)]
Names: TypeAlias = Annotated[list[Name], MinLen(1)]
Range: TypeAlias = tuple[Delta, Delta]
Count: TypeAlias = Annotated[int, Ge(0)] | None
