"""State: a saved state makes another operator go on as the first would."""

import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import jax
import numpy as np
from flax import nnx
from flax.serialization import msgpack_restore, msgpack_serialize

from datarax_typed.protocols import Checkpointable, State
from datarax_typed.testing.differences import difference, shown
from datarax_typed.testing.law import BrokenError, NotApplicableError
from datarax_typed.testing.subject import (
    AnyOperator,
    Subject,
    call,
    change_state,
    other_value,
    outputs,
    random_params,
)


def check(subject: Subject) -> None:
    """Save after a call, restore into an operator of another state, and go on with both."""
    saved = subject.fresh()
    if not isinstance(saved, Checkpointable):
        raise NotApplicableError("it is not Checkpointable")
    call(saved, subject.batch)
    state = saved.get_state()
    restored = subject.fresh()
    for name, trip in _TRIPS.items():
        _disturb(restored, state)
        assert isinstance(restored, Checkpointable)
        restored.set_state(trip(state))
        if found := difference(state, restored.get_state(), ("saved", name), exact=True):
            raise BrokenError(f"state{found}")
    names = ("without a stop", "restored")
    results = [outputs(call(operator, subject.batch)) for operator in (saved, restored)]
    if found := difference(results[0], results[1], names, exact=True):
        raise BrokenError(f"{found}; given {shown(subject.batch)}")
    # Without an index, random numbers come from the state.
    unindexed = subject.batch.replace(index=None)
    draws = [random_params(operator, unindexed) for operator in (saved, restored)]
    if found := difference(draws[0], draws[1], names, exact=True):
        raise BrokenError(f"the next random numbers differ: {found}")


def _disturb(operator: AnyOperator, state: State) -> None:
    """Bring an operator to another state than the saved one, whatever `get_state` tells of it."""
    if isinstance(operator, nnx.Module):
        change_state(operator)
    elif isinstance(operator, Checkpointable):
        operator.set_state(jax.tree.map(other_value, state))


def _through_pickle(state: State) -> State:
    loaded: State = pickle.loads(pickle.dumps(state))
    return loaded


def _through_msgpack(state: State) -> State:
    loaded: State = msgpack_restore(msgpack_serialize(jax.tree.map(_host, state)))
    return loaded


def _through_orbax(state: State) -> State:
    from orbax.checkpoint import StandardCheckpointer  # noqa: PLC0415  # half a second of a start

    with TemporaryDirectory() as folder, StandardCheckpointer() as checkpointer:
        path = Path(folder) / "state"
        checkpointer.save(path, state)
        checkpointer.wait_until_finished()
        loaded: State = checkpointer.restore(path)
    return loaded


def _host(leaf: object) -> object:
    return np.asarray(leaf) if isinstance(leaf, jax.Array) else leaf


_TRIPS: Final[Mapping[str, Callable[[State], State]]] = {
    "pickle": _through_pickle,
    "msgpack": _through_msgpack,
    "Orbax": _through_orbax,
}

__all__ = ["check"]
