"""Element and Batch: one record, and records stacked on axis 0."""

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import ClassVar, Final, Generic, Self, SupportsIndex, TypeAlias, cast, overload

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Int
from typing_extensions import TypeVar

from datarax_typed.core.batch_parts import Parts, check_arrays, common_size, path_text, refused
from datarax_typed.core.checks import Check, Report
from datarax_typed.core.describe import describe_array
from datarax_typed.core.hints import register_check
from datarax_typed.core.metadata import (
    join_metadata,
    split_metadata,
    stack_records,
    take_record,
)
from datarax_typed.core.tracing import is_tracing
from datarax_typed.errors import Problem
from datarax_typed.protocols import Metadata, PyTree

DataT_co = TypeVar("DataT_co", covariant=True, default=PyTree)
NewT = TypeVar("NewT")
AnyIndex: TypeAlias = Int[Array, " batch"] | Int[np.ndarray, " batch"] | Sequence[int]


_LAST_POSITION: Final = 2**31 - 1

# Stands in for a mask of the batch's size, until that is known.
_ALL_VALID: Final = cast("Array", None)


# Equality is identity: that of arrays is an array.
@dataclass(frozen=True, eq=False)
class Element(Generic[DataT_co]):
    """One record: `data` and `state` are PyTrees of arrays, `metadata` may hold anything."""

    data: DataT_co
    state: PyTree = field(default_factory=dict)
    metadata: Metadata | None = None


@dataclass(frozen=True, eq=False)
class Batch(Generic[DataT_co]):
    """Records stacked on axis 0, generic in their data: `Batch[Photo]`.

    Attributes:
        data: the fields; every leaf has the batch axis first.
        state: the records' state; every leaf has the batch axis first.
        metadata: arrays in it are stacked as `data` is and enter the traced program. Anything else
            stays on the host: a list of one item a record, or one value for all. Host metadata
            is not visible while JAX traces, and a function compiled by a bare `jax.jit` cannot
            hand it on; an operator call does.
        valid_mask: which rows are records, not padding. Default: all.
        index: each record's position in the endless stream (epoch * length + record), or None.

    Raises:
        BatchError: the leaves do not share the leading axis.
    """

    data: DataT_co
    state: PyTree = field(default_factory=dict)
    metadata: Metadata | None = None
    valid_mask: Bool[Array, " batch"] = field(default_factory=lambda: _ALL_VALID)
    index: Int[Array, " batch"] | None = None

    # How many rows are valid, the first ones, where nothing needs to ask the device for it.
    _known_rows: ClassVar[int | None] = None

    def __post_init__(self) -> None:
        parts = (self.data, self.state, self.metadata, self.valid_mask, self.index)
        size = common_size(parts)
        # Loaders give NumPy's arrays, whatever the annotation says.
        index: object = self.index
        if isinstance(index, np.ndarray):
            _check_positions(index, "new")
        if self.valid_mask is _ALL_VALID:
            object.__setattr__(self, "valid_mask", _all_rows(size))
            object.__setattr__(self, "_known_rows", size)

    @staticmethod
    def stack(
        elements: Sequence[Element[NewT]],
        *,
        index: AnyIndex | None = None,
        pad_to: int | None = None,
    ) -> "Batch[NewT]":
        """Return the batch of some elements.

        Args:
            elements: at least one; all of the same structure, shapes and dtypes.
            index: each element's position in the endless stream.
            pad_to: the batch's size; rows that repeat the last element, not valid, fill it up.

        Raises:
            BatchError: the elements differ in structure, shape or dtype, or there are none.
        """
        count = len(elements)
        size = count if pad_to is None else pad_to
        if not 0 < count <= size:
            where = "elements" if pad_to is None else f"elements (pad_to={pad_to})"
            expected = "at least one" if pad_to is None else f"1 to {pad_to}"
            raise refused("stack", [Problem(where, expected, str(count))])
        rows = [*elements, *[elements[-1]] * (size - count)]
        parts = [split_metadata(row.metadata or {}) for row in rows]
        arrays = [arrays for arrays, _ in parts]
        data, state, stacked = _stack(
            [(row.data, row.state, own) for row, own in zip(rows, arrays, strict=True)]
        )
        host = stack_records([rest for _, rest in parts])
        has_metadata = any(row.metadata is not None for row in rows)
        batch = Batch(
            data,
            state,
            join_metadata(stacked, host) if has_metadata else None,
            jnp.arange(size) < count,
            None if index is None else _padded_index(index, count, size),
        )
        object.__setattr__(batch, "_known_rows", count)
        return batch

    def elements(self) -> list[Element[DataT_co]]:
        """Return the valid records as elements; outside of a trace only."""
        return [self[row] for row in range(len(self)) if self.valid_mask[row]]

    def __len__(self) -> int:
        """Return the size of the batch axis, padding included."""
        return int(self.valid_mask.shape[0])

    def __getitem__(self, row: SupportsIndex) -> Element[DataT_co]:
        """Return one row as an element."""
        size, row = len(self), operator.index(row)
        if not -size <= row < size:
            raise IndexError(f"batch: expected a row from {-size} to {size - 1}, got {row}")
        row %= size
        data, state = jax.tree.map(lambda leaf: leaf[row], (self.data, self.state))
        if self.metadata is None:
            return Element(data, state, None)
        arrays, rest = split_metadata(self.metadata)
        own = jax.tree.map(lambda leaf: leaf[row], arrays)
        return Element(data, state, join_metadata(own, take_record(rest, row, size)))

    def __iter__(self) -> Iterator[Element[DataT_co]]:
        """Yield every row as an element, padding included."""
        return (self[row] for row in range(len(self)))

    def spec(self) -> PyTree:
        """Return the spec of one element's data: a PyTree of `jax.ShapeDtypeStruct`."""
        return jax.tree.map(_row_spec, self.data)

    @overload
    def replace(
        self,
        *,
        state: PyTree = ...,
        metadata: Metadata | None = ...,
        valid_mask: Bool[Array, " batch"] = ...,
        index: Int[Array, " batch"] | None = ...,
    ) -> Self: ...
    @overload
    def replace(
        self,
        *,
        data: NewT,
        state: PyTree = ...,
        metadata: Metadata | None = ...,
        valid_mask: Bool[Array, " batch"] = ...,
        index: Int[Array, " batch"] | None = ...,
    ) -> "Batch[NewT]": ...
    def replace(self, **changes: PyTree) -> "Batch[PyTree]":
        """Return a copy with some attributes changed, checked as a new batch is.

        Args:
            changes: new attributes; other data may be of another schema.
        """
        new = replace(self, **changes)
        if new.valid_mask is self.valid_mask:
            object.__setattr__(new, "_known_rows", self._known_rows)
        return new


@partial(jax.jit, static_argnums=0, inline=True)
def _all_rows(size: int) -> Bool[Array, " batch"]:
    # Compiled: an operation on its own takes ten times as long as the call of a program.
    return jnp.ones(size, dtype=jnp.bool_)


def _row_spec(leaf: Array) -> jax.ShapeDtypeStruct:
    # A NumPy array enters a program with a dtype that JAX has.
    dtype = jax.dtypes.canonicalize_dtype(leaf.dtype, allow_extended_dtype=True)
    return jax.ShapeDtypeStruct(leaf.shape[1:], dtype)


def _stack(rows: list[PyTree]) -> PyTree:
    first = _named_leaves(rows[0])
    problems = []
    for number, row in enumerate(rows):
        leaves = _named_leaves(row)
        for name in first.keys() | leaves.keys():
            expected, actual = first.get(name, "no such leaf"), leaves.get(name, "no such leaf")
            if expected != actual:
                where = f"elements[{number}].{name}"
                problems.append(Problem(where, f"{expected}, as in elements[0]", actual))
    if problems:
        raise refused("stack", sorted(problems, key=str))
    return jax.tree.map(lambda *leaves: jnp.stack([_array(leaf) for leaf in leaves]), *rows)


def _named_leaves(row: tuple[PyTree, PyTree, Metadata]) -> dict[str, str]:
    parts = dict(zip(("data", "state", "metadata"), row, strict=True))
    leaves = {path_text(p): leaf for p, leaf in jax.tree_util.tree_leaves_with_path(parts)}
    check_arrays({name: leaf for name, leaf in leaves.items() if not _is_number(leaf)})
    return {name: describe_array(_array(leaf)) for name, leaf in leaves.items()}


def _is_number(leaf: object) -> bool:
    return isinstance(leaf, bool | int | float | complex)


def _array(leaf: PyTree) -> Array:
    if isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.extended):
        return leaf
    # Strongly typed: the batches of numbers and of arrays have one program.
    return jnp.asarray(leaf, dtype=jnp.result_type(leaf))


def _check_positions(index: Int[np.ndarray, " batch"], what: str) -> None:
    # A program would take what is left of them in 32 bits: another record's position.
    if index.size and index.max() > _LAST_POSITION:
        expected = f"positions up to {_LAST_POSITION}"
        raise refused(what, [Problem("index", expected, str(index.max()))])


def _padded_index(index: AnyIndex, count: int, size: int) -> Int[Array, " batch"]:
    given = index if isinstance(index, jax.Array) else np.asarray(index)
    if given.shape != (count,) or given.dtype.kind not in "iu":
        problem = Problem("index", f"int32[{count}], one an element", describe_array(given))
        raise refused("stack", [problem])
    if isinstance(given, np.ndarray):
        _check_positions(given, "stack")
    # Padding rows get a position that no record has.
    padding = jnp.full(size - count, -1, dtype=jnp.int32)
    return jnp.concatenate([jnp.asarray(given, dtype=jnp.int32), padding])


class _HostMetadata:
    """Host metadata in a tree definition: equal to any other, so that it never causes a retrace."""

    __slots__ = ("rest",)

    def __init__(self, rest: Metadata) -> None:
        self.rest = rest

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _HostMetadata)

    def __hash__(self) -> int:
        return hash(_HostMetadata)


# What follows is called by JAX for every flattening. It must not validate: JAX also unflattens
# with leaves that are no arrays.
_PARTS: Final[dict[type, tuple[str, ...]]] = {
    Element: ("data", "state"),
    Batch: ("data", "state", "valid_mask", "index"),
}


def _flatten(value: PyTree) -> tuple[list[tuple[PyTree, PyTree]], _HostMetadata]:
    children = [(jax.tree_util.GetAttrKey(n), getattr(value, n)) for n in _PARTS[type(value)]]
    arrays, rest = (None, {}) if value.metadata is None else split_metadata(value.metadata)
    children.append((jax.tree_util.GetAttrKey("metadata"), arrays))
    # A program is used again with other records: host metadata must not settle in it.
    return children, _HostMetadata({} if is_tracing() else rest)


def _unflatten(kind: type) -> Callable[[_HostMetadata, Iterable[PyTree]], PyTree]:
    names = (*_PARTS[kind], "metadata")

    def unflatten(host: _HostMetadata, children: Iterable[PyTree]) -> PyTree:
        value: PyTree = object.__new__(kind)
        for name, child in zip(names, children, strict=True):
            object.__setattr__(value, name, child)
        if host.rest and isinstance(value.metadata, dict) and not is_tracing():
            object.__setattr__(value, "metadata", join_metadata(value.metadata, host.rest))
        return value

    return unflatten


for _kind in (Element, Batch):
    jax.tree_util.register_pytree_with_keys(_kind, _flatten, _unflatten(_kind))


def _element_check(
    args: tuple[object, ...], compiled: Callable[[object], Check | None]
) -> Check | None:
    inner = compiled(args[0]) if args else None

    def check(value: object, where: str, report: Report) -> None:
        if not isinstance(value, Element):
            report.add(where, "Element", value, "give Element(data)")
        elif inner is not None:
            inner(value.data, f"{where}.data", report)

    return check


def _batch_check(
    args: tuple[object, ...], compiled: Callable[[object], Check | None]
) -> Check | None:
    """Check a `Batch[Schema]`: a schema speaks of one element, so it is shown one."""
    inner = compiled(args[0]) if args else None

    def check(value: object, where: str, report: Report) -> None:
        if not isinstance(value, Batch):
            report.add(where, "Batch", value, "give Batch(data)")
        elif inner is not None:
            jax.eval_shape(jax.vmap(lambda data: inner(data, f"{where}.data", report)), value.data)

    return check


register_check(Element, _element_check)
register_check(Batch, _batch_check)


def batch_parts(batch: Batch[PyTree]) -> Parts:
    """Return the parts of a batch that enter a program; host metadata does not."""
    arrays = batch.metadata and split_metadata(batch.metadata)[0]
    return batch.data, batch.state, arrays, batch.valid_mask, batch.index


def trusted_batch(parts: Parts, like: Batch[PyTree] | None = None) -> Batch[PyTree]:
    """Return a batch of parts that are known to belong together, without checking them again.

    Args:
        parts: in the order of `batch_parts`.
        like: a batch that may have the same mask.
    """
    batch: Batch[PyTree] = object.__new__(Batch)
    data, state, metadata, mask, index = parts
    vars(batch).update(data=data, state=state, metadata=metadata, valid_mask=mask, index=index)
    if like is not None and like.valid_mask is mask:
        vars(batch)["_known_rows"] = like._known_rows
    return batch


def trusted_copy(batch: Batch[PyTree], **parts: PyTree) -> Batch[PyTree]:
    """Return a copy of a batch with other parts that are known to belong to the same rows."""
    copied: Batch[PyTree] = object.__new__(Batch)
    vars(copied).update(vars(batch), **parts)
    return copied


def known_rows(batch: Batch[PyTree]) -> int | None:
    """Return how many rows, the first ones, are valid, if the device need not be asked."""
    return batch._known_rows


def known_padding(batch: Batch[DataT_co], count: int) -> Batch[DataT_co]:
    """Return a batch whose rows from `count` on are padding, as `Batch.stack` leaves it."""
    mask = jnp.arange(len(batch)) < count
    index = None if batch.index is None else jnp.where(mask, batch.index, -1)
    padded = batch.replace(valid_mask=mask, index=index)
    object.__setattr__(padded, "_known_rows", count)
    return padded


__all__ = [
    "Batch",
    "DataT_co",
    "Element",
    "batch_parts",
    "known_padding",
    "known_rows",
    "trusted_batch",
    "trusted_copy",
]
