"""Kinds of numbers that fields of configs and options of operators are."""

from math import inf
from typing import Annotated, TypeAlias

from annotated_types import Ge, Interval

Finite: TypeAlias = Annotated[float, Interval(gt=-inf, lt=inf)]
NotNegative: TypeAlias = Annotated[float, Interval(ge=0, lt=inf)]
Positive: TypeAlias = Annotated[float, Interval(gt=0, lt=inf)]
AtLeastOne: TypeAlias = Annotated[int, Ge(1)]


__all__ = ["AtLeastOne", "Finite", "NotNegative", "Positive"]
