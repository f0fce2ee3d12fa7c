"""What the library asks of the objects it works with; anyone's class may implement it.

A class that inherits `flax.nnx.Module` must not inherit these too (their metaclasses differ):
conforming is enough.
"""

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar, runtime_checkable

if TYPE_CHECKING:
    from datarax_typed.core.element_batch import Batch

# JAX has no type for "a nested container of arrays"; a schema, such as a TypedDict, narrows it.
PyTree: TypeAlias = Any
Metadata: TypeAlias = dict[str, Any]
State: TypeAlias = dict[str, Any]
Statistics: TypeAlias = dict[str, Any]

ItemT_co = TypeVar("ItemT_co", covariant=True)
InT_contra = TypeVar("InT_contra", contravariant=True)
OutT_co = TypeVar("OutT_co", covariant=True)


@runtime_checkable
class Checkpointable(Protocol):
    """Gives its state as a nested dict of arrays and Python scalars, and takes it back."""

    def get_state(self) -> State:
        """Return everything that a restored object needs to go on as this one would."""
        ...

    def set_state(self, state: State, /) -> None:
        """Take over a state that `get_state` gave; a state that does not fit changes nothing."""
        ...


@runtime_checkable
class CheckpointableIterator(Checkpointable, Protocol[ItemT_co]):
    """An iterator whose position is part of its state."""

    def __iter__(self) -> "CheckpointableIterator[ItemT_co]":
        """Return the iterator itself."""
        ...

    def __next__(self) -> ItemT_co:
        """Return the next item, or raise `StopIteration`."""
        ...


@runtime_checkable
class StatisticsProvider(Protocol):
    """Computes, holds and forgets statistics of data."""

    def compute_statistics(self, data: PyTree, /) -> Statistics | None:
        """Compute statistics of data, hold and return them."""
        ...

    def get_statistics(self) -> Statistics | None:
        """Return the statistics that are in force."""
        ...

    def set_statistics(self, stats: Statistics, /) -> None:
        """Put statistics in force."""
        ...

    def reset_statistics(self) -> None:
        """Forget all statistics."""
        ...


@runtime_checkable
class Operator(Protocol[InT_contra, OutT_co]):
    """Maps a batch of one schema to a batch of another: `Operator[Photo, Gray]`."""

    def apply_batch(
        self, batch: "Batch[InT_contra]", stats: Statistics | None = None
    ) -> "Batch[OutT_co]":
        """Return the transformed batch."""
        ...

    def output_spec(self, input_spec: PyTree, /) -> PyTree:
        """Return the spec of an element that comes out, given the spec of one that goes in."""
        ...


@runtime_checkable
class DataSource(Protocol[ItemT_co]):
    """Records by position."""

    def element_spec(self) -> PyTree:
        """Return the spec of one record: a PyTree of `jax.ShapeDtypeStruct`."""
        ...

    def __len__(self) -> int:
        """Return the number of records."""
        ...

    def __getitem__(self, index: int, /) -> ItemT_co:
        """Return one record."""
        ...


__all__ = [
    "Checkpointable",
    "CheckpointableIterator",
    "DataSource",
    "Metadata",
    "Operator",
    "PyTree",
    "State",
    "Statistics",
    "StatisticsProvider",
]
