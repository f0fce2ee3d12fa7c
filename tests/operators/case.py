"""A case of the catalogue: an operator, and the elements that it takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from datarax_typed.core.operator import OperatorModule
from datarax_typed.protocols import PyTree

AnyOperator: TypeAlias = OperatorModule[Any]  # operators of any config


@dataclass(frozen=True)
class Case:
    """One operator in one configuration, which every law is checked on.

    Attributes:
        name: unique; the operator and what is special about it: "brightness-learned".
        make: makes the operator; called when the test runs.
        spec: the fields of one element as on the command line: `{"image": "f32[h,w,3]"}`. An axis
            is a name wherever the contract allows any size.
        sizes: sizes of named axes in the data that is made up, where small ones will not do.
        element: makes the data of one element, or a batch, where made up ones will not do.
    """

    name: str
    make: Callable[[], AnyOperator]
    spec: Mapping[str, str]
    sizes: Mapping[str, int] = field(default_factory=dict)
    element: Callable[[], PyTree] | None = None
