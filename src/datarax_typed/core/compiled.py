"""One compiled step for a batch: built once per structure, it returns only what has changed."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax.experimental import checkify

from datarax_typed.core.contracts import contracts_enabled
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.metadata import join_metadata, split_metadata
from datarax_typed.errors import DomainError, OutputError
from datarax_typed.protocols import Metadata, PyTree, Statistics

# For every output, the position of the input that it is, or None where it is new.
_Plan: TypeAlias = tuple[int | None, ...]

# Within a step that `jax.disable_jit` runs without tracing, an operator must not start another.
_IN_STEP: ContextVar[bool] = ContextVar("in_step", default=False)


@dataclass(frozen=True)
class _Program:
    """What a compiled step depends on besides arrays."""

    graphdef: nnx.GraphDef[nnx.Module]
    checked: bool
    contracts: bool


@jax.tree_util.register_static
@dataclass(frozen=True)
class _Layout:
    """How the outputs of a step are put together; known when it is traced."""

    tree: jax.tree_util.PyTreeDef
    plan: _Plan
    # What `apply` itself has put into metadata beside arrays: known when it is traced.
    host: Metadata = field(compare=False)


def in_step() -> bool:
    """Return whether a compiled step is running without tracing, under `jax.disable_jit`."""
    return _IN_STEP.get()


def run_compiled(
    operator: nnx.Module, batch: Batch, stats: Statistics | None, *, checked: bool
) -> Batch:
    """Run an operator's `apply_batch` compiled, and write back the state that it has changed.

    Args:
        operator: an NNX module with `apply_batch`.
        batch: the input; it is not returned.
        stats: statistics to use instead of the operator's own.
        checked: whether `checkify` checks in the program are raised, as `DomainError`.
    """
    graphdef, state = nnx.split(operator)
    program = _Program(graphdef, checked, contracts_enabled())
    inputs = (state, batch)
    if checked:
        error, (new, layout) = _checked_step(program, inputs, stats)
        if message := error.get():
            raise DomainError(message.removesuffix(" (`check` failed)"))
    else:
        new, layout = _step(program, inputs, stats)
    # The caller may write into a NumPy array afterwards; the result must not change then.
    kept = [*jax.tree.leaves(state), *map(_own, jax.tree.leaves(batch))]
    fresh = iter(new)
    leaves = [next(fresh) if at is None else kept[at] for at in layout.plan]
    new_state: PyTree
    result: Batch
    new_state, result = jax.tree.unflatten(layout.tree, leaves)
    nnx.update(operator, new_state)
    if not layout.host:
        return result
    return result.replace(metadata=join_metadata(result.metadata or {}, layout.host))


def _own(leaf: PyTree) -> PyTree:
    return jnp.array(leaf) if isinstance(leaf, np.ndarray | np.generic) else leaf


def _trace(
    program: _Program, inputs: tuple[PyTree, Batch], stats: Statistics | None
) -> tuple[list[PyTree], _Layout]:
    state, batch = inputs
    # Before the merge: the operator shares its variables with the state.
    given = jax.tree.leaves(inputs)
    operator: PyTree = nnx.merge(program.graphdef, state)
    token = _IN_STEP.set(True)
    try:
        result = operator.apply_batch(batch, stats)
    finally:
        _IN_STEP.reset(token)
    graphdef, new_state = nnx.split(operator)
    if graphdef != program.graphdef:
        raise OutputError(
            f"{type(operator).__name__}.apply_batch: expected to leave the operator's structure as "
            "it is, got new or removed attributes; make them in __init__"
        )
    positions = {id(leaf): at for at, leaf in enumerate(given)}
    leaves, tree = jax.tree.flatten((new_state, result))
    plan = tuple(positions.get(id(leaf)) for leaf in leaves)
    new = [leaf for leaf, at in zip(leaves, plan, strict=True) if at is None]
    host = split_metadata(result.metadata or {})[1]
    return new, _Layout(tree, plan, host)


_Step: TypeAlias = Callable[
    [_Program, tuple[PyTree, Batch], Statistics | None], tuple[list[PyTree], _Layout]
]
_step: _Step = jax.jit(_trace, static_argnums=0)


@partial(jax.jit, static_argnums=0)
def _checked_step(
    program: _Program, inputs: tuple[PyTree, Batch], stats: Statistics | None
) -> tuple[checkify.Error, tuple[list[PyTree], _Layout]]:
    step = checkify.checkify(partial(_trace, program), errors=checkify.user_checks)
    return step(inputs, stats)


__all__ = ["in_step", "run_compiled"]
