"""Schemas and an operator whose annotations are texts, as `from __future__` makes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple, NotRequired, Required

from jaxtyping import Array, Bool, Float, Int
from typing_extensions import ReadOnly, TypedDict

from datarax_typed.core.config import OperatorConfig
from datarax_typed.core.contracts import contract
from datarax_typed.core.rules import Rule, increasing

if TYPE_CHECKING:
    from decimal import Decimal


class Photo(TypedDict):
    """Qualifiers that the class itself cannot see."""

    image: Float[Array, "h w"]
    mask: NotRequired[Bool[Array, "h w"]]


class Labelled(Photo, total=False):
    """Inherits some."""

    label: Required[ReadOnly[int]]
    note: str


@dataclass
class Boxes:
    """A record with a nested class of its own."""

    @dataclass
    class Corner:
        """Within."""

        x: Float[Array, ""]

    corner: Corner
    boxes: Float[Array, "n 4"]


class Score(NamedTuple):
    """A tuple with names."""

    value: Float[Array, "n"]


@contract
class Future:
    """Implements what the protocols ask without inheriting."""

    class Nested(TypedDict):
        """A schema in the class that uses it."""

        size: Int[Array, ""]

    def apply(self, data: Labelled, boxes: Boxes, score: Score) -> Future.Nested:
        return {"size": data["label"]}  # type: ignore[typeddict-item]  # wrong for the test

    def transform(self, value: Nested, like: Future | None = None) -> Float[Array, "n"]:
        return value["size"]


def local() -> type:
    """Make a class whose annotations nobody can read."""

    class Local(TypedDict):
        x: int

    class Broken:
        def apply(self, data: Local, price: Decimal) -> list[Missing]:  # type: ignore[name-defined]  # what is tested
            return []

    return Broken


@dataclass(frozen=True)
class RangeConfig(OperatorConfig):
    """A config whose rules are annotated by text."""

    low_high: tuple[float, float] = (0.0, 1.0)

    rules: ClassVar[tuple[Rule, ...]] = (increasing("low_high"),)
