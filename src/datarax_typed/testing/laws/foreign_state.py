"""Foreign state: one that does not fit is refused, and changes nothing."""

from collections.abc import Iterator

import jax
import numpy as np

from datarax_typed.core.describe import describe_value
from datarax_typed.protocols import Checkpointable, PyTree
from datarax_typed.testing.differences import difference
from datarax_typed.testing.law import BrokenError, NotApplicableError
from datarax_typed.testing.subject import Subject, other_value


def check(subject: Subject) -> None:
    """Give states with a missing, an additional, or another entry; and what is no state."""
    operator = subject.fresh()
    if not isinstance(operator, Checkpointable):
        raise NotApplicableError("it is not Checkpointable")
    before = operator.get_state()
    for name, foreign in _foreign(before):
        try:
            operator.set_state(foreign)
        except (TypeError, ValueError):
            pass
        else:
            raise BrokenError(f"set_state takes a state {name}")
        after = operator.get_state()
        if found := difference(before, after, ("before", "after"), exact=True):
            raise BrokenError(f"set_state refuses a state {name}, but changes state{found}")


def _foreign(state: PyTree) -> Iterator[tuple[str, PyTree]]:
    yield "that is None", None
    yield "with an entry more, 'foreign'", {**_other_values(state), "foreign": np.zeros(1)}
    leaves = jax.tree_util.tree_leaves_with_path(state)
    for at, (path, leaf) in enumerate(leaves):
        where = f"state{jax.tree_util.keystr(path)}"
        # Of everything else the values differ too: half a restore shows.
        rest = _other_values(state)
        yield f"without {where}", _with(rest, path, None)
        # Each in one way, in turn: a large state has all of them.
        kinds = list(_corrupted(leaf))
        corrupted = kinds[at % len(kinds)]
        yield f"with {describe_value(corrupted)} for {where}", _with(rest, path, (corrupted,))


def _corrupted(leaf: PyTree) -> Iterator[PyTree]:
    if isinstance(leaf, str):
        yield 3
        return
    array = np.asarray(leaf)
    yield "corrupted"
    yield np.zeros((*array.shape, 2), array.dtype)
    yield array.astype(np.complex64)


def _other_values(state: PyTree) -> PyTree:
    return jax.tree.map(other_value, state)


def _with(state: PyTree, path: PyTree, leaf: tuple[PyTree] | None) -> PyTree:
    """Return a copy of nested dicts with one leaf replaced, or left out."""
    key, *rest = path
    copied = dict(state)
    if rest:
        copied[key.key] = _with(state[key.key], rest, leaf)
    elif leaf is None:
        del copied[key.key]
    else:
        copied[key.key] = leaf[0]
    return copied


__all__ = ["check"]
