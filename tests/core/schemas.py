"""Types of every kind, as users write them."""

from dataclasses import dataclass
from typing import Generic, NamedTuple, NewType, NotRequired, Required, TypeVar

from jaxtyping import Array, Bool, Float, Int
from typing_extensions import ReadOnly, TypeAliasType, TypedDict

T = TypeVar("T")
BoundT = TypeVar("BoundT", bound=Float[Array, "h"])
OneOfT = TypeVar("OneOfT", Float[Array, "h"], Int[Array, "h"])


class Photo(TypedDict):
    """A picture with its mask."""

    image: Float[Array, "h w c"]
    mask: Bool[Array, "h w"]


class Partial(TypedDict, total=False):
    """Nothing must be there but the label."""

    image: Float[Array, "h w"]
    label: Required[int]


class Qualified(Partial):
    """Inherits, and qualifies."""

    size: ReadOnly[int]
    note: NotRequired[str]
    both: ReadOnly[NotRequired[int]]


class Box(TypedDict, Generic[T]):
    """Holds one value."""

    value: T


class SizedBox(Box[Float[Array, "h"]]):
    """Says what it holds."""

    other: Float[Array, "h"]


class Tree(TypedDict):
    """Contains its own kind."""

    value: Float[Array, "h"]
    children: NotRequired["list[Tree]"]


@dataclass
class Pair(Generic[T]):
    """Two values."""

    left: T
    right: T


@dataclass
class FloatPair(Pair[Float[Array, "h"]]):
    """Says what it holds."""

    date: "dict[str, int] | None" = None


@dataclass
class Same(Pair[T], Generic[T]):
    """Hands its parameter on."""


class Point(NamedTuple):
    """Two coordinates."""

    x: Float[Array, ""]
    y: Float[Array, ""]


Image = TypeAliasType("Image", Float[Array, "h w"])
Nest = TypeAliasType("Nest", "list[Nest] | int")
ListOf = TypeAliasType("ListOf", list[T], type_params=(T,))
Metres = NewType("Metres", float)
Row = NewType("Row", list[int])
