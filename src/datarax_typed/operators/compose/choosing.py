"""Some records take what one operator makes of them, others what another does."""

from collections.abc import Iterator
from typing import Final, TypeAlias

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool

from datarax_typed.core.batch_parts import path_text
from datarax_typed.core.describe import describe_array
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.fields import field_names, get_field, has_field
from datarax_typed.core.metadata import join_metadata, split_metadata
from datarax_typed.core.static import static_equal
from datarax_typed.errors import OutputError, Problem, listing
from datarax_typed.operators.compose.stage import Record
from datarax_typed.protocols import Metadata, PyTree

# Folded into the key that decides which operator a record goes to.
CHOOSING: Final = 0x5EED
# Who has made something, and what.
Named: TypeAlias = tuple[str, PyTree]


def restored_mask(result: Batch, given: Batch, batch: Batch) -> Batch:
    """Return a result with the mask of a batch, where an operator has left alone what it was given.

    Args:
        result: what the operator has made.
        given: the batch that it was given, some rows of which it must take for padding.
        batch: the batch with all its rows.
    """
    if result.valid_mask is not given.valid_mask:
        return result
    return result.replace(valid_mask=batch.valid_mask)


def chosen_batch(
    chosen: Bool[Array, " batch"], new: tuple[str, Batch], old: tuple[str, Batch], asker: str
) -> Batch:
    """Return the rows of two batches: new ones where chosen, old ones elsewhere.

    Args:
        chosen: which rows.
        new: a batch, and who has made it.
        old: another of equal specs, and what it is.
        asker: the composition, for the message.

    Raises:
        OutputError: specs or host metadata differ.
    """
    parts = _chosen(chosen, (new[0], _batch_parts(new[1])), (old[0], _batch_parts(old[1])), asker)
    return old[1].replace(**{**parts, "metadata": _metadata(parts, old[1].metadata)})


def chosen_record(
    chosen: Bool[Array, ""], new: tuple[str, Record], old: tuple[str, Record], asker: str
) -> Record:
    """Return one of two records; see `chosen_batch`."""
    parts = _chosen(chosen, (new[0], _parts(*new[1])), (old[0], _parts(*old[1])), asker)
    return parts["data"], parts["state"], _metadata(parts, old[1][2])


def check_same_specs(new: Named, old: Named, asker: str, *, axis: int = 0) -> None:
    """Check that two trees have the same structure, shapes and dtypes.

    Args:
        new: parts such as `{"data": ...}`, and who has made them.
        old: others, and what they are.
        asker: the composition, for the message.
        axis: where the axes of an element begin.

    Raises:
        OutputError: with everything that differs.
    """
    expected, found = (_specs(tree, axis) for _, tree in (old, new))
    _refuse(list(_differences(expected, found, new[0], old[0])), asker)


def _parts(data: PyTree, state: PyTree, metadata: Metadata | None) -> dict[str, PyTree]:
    return {"data": data, "state": state, "metadata": metadata or {}}


def _batch_parts(batch: Batch) -> dict[str, PyTree]:
    parts = _parts(batch.data, batch.state, batch.metadata)
    return {**parts, "valid_mask": batch.valid_mask, "index": batch.index}


def _metadata(parts: dict[str, PyTree], before: Metadata | None) -> Metadata | None:
    return before if before is None and not parts["metadata"] else parts["metadata"]


def _chosen(chosen: Bool[Array, "..."], new: Named, old: Named, asker: str) -> dict[str, PyTree]:
    (arrays, host), (others, rest) = (_split(parts) for _, parts in (new, old))
    _refuse(list(_host_differences(host, rest, new[0])), asker)
    check_same_specs((new[0], arrays), (old[0], others), asker, axis=chosen.ndim)

    def choose(leaf: PyTree, other: PyTree) -> PyTree:
        if leaf is other:
            return leaf
        each = chosen.reshape(*chosen.shape, *[1] * (jnp.ndim(leaf) - chosen.ndim))
        return jnp.where(each, leaf, other)

    parts: dict[str, PyTree] = jax.tree.map(choose, arrays, others)
    return {**parts, "metadata": join_metadata(parts["metadata"], rest)}


def _split(parts: dict[str, PyTree]) -> tuple[dict[str, PyTree], Metadata]:
    arrays, host = split_metadata(parts["metadata"])
    return {**parts, "metadata": arrays}, host


def _specs(tree: PyTree, axis: int) -> dict[str, str]:
    kinds = {
        path_text(path): jax.typeof(leaf) if not isinstance(leaf, jax.ShapeDtypeStruct) else leaf
        for path, leaf in jax.tree_util.tree_leaves_with_path(tree)
    }
    return {
        where: describe_array(jax.ShapeDtypeStruct(kind.shape[axis:], kind.dtype))
        for where, kind in kinds.items()
    }


def _differences(
    expected: dict[str, str], found: dict[str, str], maker: str, model: str
) -> Iterator[Problem]:
    for where in dict.fromkeys([*expected, *found]):
        want, got = (specs.get(where, "nothing of that name") for specs in (expected, found))
        if want != got:
            yield Problem(where, f"{want}, as {model}", f"{got} from {maker}")


def _host_differences(host: Metadata, rest: Metadata, maker: str) -> Iterator[Problem]:
    for name in dict.fromkeys([*field_names(host), *field_names(rest)]):
        known = has_field(host, name) and has_field(rest, name)
        if not known or not static_equal(get_field(host, name, ""), get_field(rest, name, "")):
            expected = "what is no array to be the same for all records"
            mend = "write an array, one number a record"
            yield Problem(f'metadata["{name}"]', expected, f"another value from {maker}", mend)


def _refuse(problems: list[Problem], asker: str) -> None:
    if problems:
        title = f"{asker}: all records must come out alike:"
        raise OutputError(listing(title, problems), tuple(problems))


__all__ = [
    "CHOOSING",
    "check_same_specs",
    "chosen_batch",
    "chosen_record",
    "restored_mask",
]
