"""What may be known of a value without running the program: an array's shape, a size, a text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from datarax_typed.mypy_plugin.shapes.sizes import Size


@dataclass(frozen=True, slots=True)
class Nothing:
    """A value of which nothing is known."""


NOTHING: Final = Nothing()


@dataclass(frozen=True, slots=True)
class Pending:
    """A value that a loop will give: in its first round, it is not there yet."""


PENDING: Final = Pending()


@dataclass(frozen=True, slots=True)
class Several:
    """Any number of axes, none included: `*batch`; without a name, `...`.

    Two of them are the same axes if name and scope are the same, and the name is not empty.
    """

    name: str = ""
    scope: str = ""


# One axis: its size, or None where nothing is known of it.
Axis: TypeAlias = Size | None
# The axes of an array; of one whose rank is not known, `(Several(),)`.
Shape: TypeAlias = tuple[Axis | Several, ...]


@dataclass(frozen=True, slots=True)
class ArrayValue:
    """An array.

    Attributes:
        dtypes: the names of all dtypes that it may have, as NumPy says them.
        shape: its axes.
    """

    dtypes: frozenset[str]
    shape: Shape


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that source text tells: a number with a point, a text, True, None."""

    value: float | complex | str | bytes | bool | None


@dataclass(frozen=True, slots=True)
class Number:
    """A Python number of which the type alone is known.

    Attributes:
        kind: "int", or "float", which may be an integer too: Python takes one for it.
    """

    kind: Literal["int", "float"]


@dataclass(frozen=True, slots=True)
class DtypeValue:
    """A dtype: `jnp.float32`, or `x.dtype` of an array that may have one of several."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Items:
    """A tuple or list of known length.

    Attributes:
        items: what is in it.
        may_change: whether it is a list.
    """

    items: "tuple[Value, ...]"
    may_change: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Slice:
    """A slice in an index; of an end that is left out, `Constant(None)`."""

    start: "Value"
    stop: "Value"
    step: "Value"


@dataclass(frozen=True, slots=True)
class EllipsisValue:
    """`...` in an index."""


@dataclass(frozen=True, slots=True)
class Record:
    """A dict with texts for keys.

    Attributes:
        fields: what is known of it.
        is_whole: whether there are no further ones.
        name: of the `TypedDict` that declares it, if one does.
        lost: the names that it certainly has not, though it may have others.
    """

    fields: "Mapping[str, Value]"
    is_whole: bool = True
    name: str = ""
    lost: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Either:
    """One of several values: nobody knows which."""

    options: "tuple[Value, ...]"


@dataclass(frozen=True, slots=True)
class Made:
    """An object that is known by how it was made: `nnx.Linear(3, 4, rngs=rngs)`.

    Attributes:
        kind: the name in the table of what made it, such as "flax.nnx.Linear".
        facts: what is known of it, by names of the table's choice.
    """

    kind: str
    facts: "Mapping[str, Value]" = field(default_factory=dict)


class Foreign:
    """Something that only the evaluator knows more about, such as a function."""

    def without_names(self) -> "Foreign":
        """Return the same where names have no meaning."""
        return self


class Callee(Foreign):
    """Something that is called."""


@dataclass(frozen=True, slots=True)
class OtherArray(Foreign):
    """An array of another library than JAX, such as NumPy: its operations have their own rules."""

    array: ArrayValue


# A size that is known, or that has a name, is a value too: an integer.
Value: TypeAlias = (
    Nothing
    | Pending
    | Size
    | ArrayValue
    | Constant
    | Number
    | DtypeValue
    | Items
    | Slice
    | EllipsisValue
    | Record
    | Either
    | Made
    | Foreign
)


@dataclass(frozen=True, slots=True)
class Call:
    """The arguments of a call, as far as they are known; there are none with stars.

    Attributes:
        positional: those without a name.
        keywords: those with one.
    """

    positional: tuple[Value, ...]
    keywords: Mapping[str, Value]


class ShapeError(Exception):
    """A call that certainly fails; the text is the report.

    Args:
        text: what was expected, and what came.
        is_dtype: whether it is about a dtype, not about a shape.
    """

    def __init__(self, text: str, *, is_dtype: bool = False) -> None:
        super().__init__(text)
        self.is_dtype = is_dtype


__all__ = [
    "NOTHING",
    "PENDING",
    "ArrayValue",
    "Axis",
    "Call",
    "Callee",
    "Constant",
    "DtypeValue",
    "Either",
    "EllipsisValue",
    "Foreign",
    "Items",
    "Made",
    "Nothing",
    "Number",
    "OtherArray",
    "Pending",
    "Record",
    "Several",
    "Shape",
    "ShapeError",
    "Size",
    "Slice",
    "Value",
]
