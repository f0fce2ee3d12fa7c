"""The parts of a batch, and what they must have in common."""

from collections.abc import Iterator
from typing import TypeAlias

import jax

from datarax_typed.core.describe import describe_array, describe_value
from datarax_typed.core.metadata import is_array, split_metadata
from datarax_typed.errors import BatchError, Problem, listing
from datarax_typed.protocols import Metadata, PyTree

# Data, state, metadata, mask, index; of metadata, a program is given the arrays alone.
Parts: TypeAlias = tuple[PyTree, PyTree, Metadata | None, PyTree, PyTree]


def common_size(parts: Parts) -> int:
    """Return the size of the batch axis that all parts share.

    Raises:
        BatchError: they do not, or something is no array.
    """
    size = _size_if_right(parts)
    return _checked_size(parts) if size is None else size


def _size_if_right(parts: Parts) -> int | None:
    """Return the size of a batch, or None where something is wrong: `_checked_size` says what."""
    data, state, _, mask, index = parts
    metadata: object = parts[2]
    if not isinstance(metadata, dict | None):
        return None
    arrays = split_metadata(metadata)[0] if metadata else None
    leaves = jax.tree_util.tree_leaves((data, state, arrays))
    rows = [(mask, "b"), (index, "iu")]
    given = [(row, kinds) for row, kinds in rows if row is not None]
    everything = [*leaves, *(row for row, _ in given)]
    if not leaves or not all(map(is_array, everything)):
        return None
    sizes = {leaf.shape[:1] for leaf in everything}
    right = all(row.ndim == 1 and row.dtype.kind in kinds for row, kinds in given)
    return sizes.pop()[0] if right and len(sizes) == 1 and () not in sizes else None


def _checked_size(parts: Parts) -> int:
    data = parts[0]
    metadata: object = parts[2]
    if not isinstance(metadata, dict | None):
        problem = Problem("metadata", "a dict or None", describe_value(metadata))
        raise refused("metadata", [problem])
    leaves = list(_leaves(parts))
    check_arrays(dict(leaves))
    if not any(name.startswith(("data", "state", "metadata")) for name, _ in leaves):
        raise refused("data", [Problem("data", "at least one array", describe_value(data))])
    _check_rows(leaves)
    sizes: dict[str, int | None] = {n: leaf.shape[0] if leaf.ndim else None for n, leaf in leaves}
    known = [size for size in sizes.values() if size is not None]
    common = max(known, key=known.count) if known else None
    problems = [
        Problem(
            name,
            f"the leading axis of the others, {common}" if known else "a leading axis",
            "no axis" if size is None else str(size),
        )
        for name, size in sizes.items()
        if size is None or size != common
    ]
    if problems or common is None:
        everyone = ", ".join(f"{name}: {size}" for name, size in sizes.items())
        raise refused("the leading axis must be the batch", problems, f"leading axes: {everyone}")
    return common


def _check_rows(leaves: list[tuple[str, jax.Array]]) -> None:
    """Check dtype and rank of the two arrays that the batch itself gives a meaning."""
    kinds = {"valid_mask": ("b", "bool[batch]"), "index": ("iu", "int32[batch]")}
    problems = [
        Problem(name, kinds[name][1], describe_array(leaf))
        for name, leaf in leaves
        if name in kinds and (leaf.ndim != 1 or leaf.dtype.kind not in kinds[name][0])
    ]
    if problems:
        raise refused("one value a row", problems)


def _leaves(parts: Parts) -> Iterator[tuple[str, jax.Array]]:
    data, state, metadata, mask, index = parts
    named = {
        "data": data,
        "state": state,
        "metadata": split_metadata(metadata or {})[0],
        "valid_mask": mask,
        "index": index,
    }
    for path, leaf in jax.tree_util.tree_leaves_with_path(named):
        yield path_text(path), leaf


def check_arrays(leaves: dict[str, PyTree]) -> None:
    """Check that leaves, by their names, are arrays.

    Raises:
        BatchError: naming all that are not.
    """
    mends = dict.fromkeys(("data", "state"), "put anything but arrays into metadata")
    problems = [
        Problem(name, "an array", describe_value(leaf), mends.get(name.partition("[")[0], ""))
        for name, leaf in leaves.items()
        if not is_array(leaf)
    ]
    if problems:
        raise refused("not an array", problems)


def path_text(path: tuple[object, ...]) -> str:
    """Return a JAX key path as code: `data["image"]`."""
    head, *rest = path
    return f"{getattr(head, 'key', head)}{jax.tree_util.keystr(tuple(rest))}".replace("'", '"')


def refused(what: str, problems: list[Problem], *notes: str) -> BatchError:
    """Return the error of a batch that cannot be made."""
    title = f"Batch is refused ({what}):"
    return BatchError(listing(title, problems, notes), tuple(problems))


__all__ = ["Parts", "check_arrays", "common_size", "path_text", "refused"]
