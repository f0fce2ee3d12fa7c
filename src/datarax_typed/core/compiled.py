"""One compiled program for a batch: built once per structure, it returns only what has changed.

An operator is taken apart once. Later calls compare the identities of its attributes with what they
were, and hand the program the values of its variables.
"""

from collections.abc import Callable, Collection, Hashable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache, partial
from operator import is_
from typing import TypeAlias
from weakref import WeakKeyDictionary

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax.experimental import checkify

from datarax_typed.core.contracts import contracts_enabled
from datarax_typed.core.element_batch import Batch, Parts, batch_parts, trusted_batch
from datarax_typed.core.metadata import join_metadata, split_metadata
from datarax_typed.errors import DomainError, OutputError
from datarax_typed.protocols import Metadata, PyTree, Statistics

# Within a step that `jax.disable_jit` runs without tracing, an operator must not start another.
_IN_STEP: ContextVar[bool] = ContextVar("in_step", default=False)
_PROGRAMS_AT_MOST = 256


def in_step() -> bool:
    """Return whether a compiled step is running without tracing, under `jax.disable_jit`."""
    return _IN_STEP.get()


def run_compiled(
    module: nnx.Module, batch: Batch, stats: Statistics | None, *, checked: bool
) -> Batch:
    """Run an operator's `apply_batch` compiled, and write back the state that it has changed.

    Args:
        module: an NNX module with `apply_batch`.
        batch: the input; it is not returned.
        stats: statistics to use instead of the operator's own.
        checked: whether `checkify` checks in the program are raised, as `DomainError`.
    """
    parted = _PARTED.get(module)
    if parted is None or not parted.is_current(module):
        parted = _PARTED[module] = _take_apart(module)
    program = parted.program(checked=checked, contracts=contracts_enabled())
    parts = batch_parts(batch)
    error, (changed, new, layout) = program(parted.values(), parts, stats)
    if error is not None and (message := error.get()):
        raise DomainError(message.removesuffix(" (`check` failed)"))
    parted.write_back(module, layout.changed, changed)
    given, fresh = jax.tree.leaves(parts), iter(new)
    leaves = [next(fresh) if at is None else _own(given[at]) for at in layout.plan]
    result = trusted_batch(jax.tree.unflatten(layout.tree, leaves))
    if not layout.host:
        return result
    return result.replace(metadata=join_metadata(result.metadata or {}, layout.host))


def _own(leaf: PyTree) -> PyTree:
    # The caller may write into a NumPy array afterwards; the result must not change then.
    return jnp.array(leaf) if isinstance(leaf, np.ndarray | np.generic) else leaf


@dataclass(frozen=True)
class _Structure:
    """An operator without its arrays; operators of equal structure share their programs."""

    graphdef: nnx.GraphDef[nnx.Module]
    checked: bool
    contracts: bool
    # Follows from the graph definition.
    kinds: "tuple[_Kind, ...]" = field(compare=False)


@dataclass(frozen=True)
class _Kind:
    """A variable without its value, or an array that is no variable."""

    path: tuple[Hashable, ...]
    variable: type[nnx.Variable[PyTree]] | None
    metadata: dict[str, PyTree]

    def with_value(self, value: PyTree) -> PyTree:
        """Return the variable with a value, or the array."""
        if self.variable is None:
            return value
        return self.variable.from_metadata(value, dict(self.metadata))


@jax.tree_util.register_static
@dataclass(frozen=True)
class _Layout:
    """How the outputs of a program are put together; known when it is traced."""

    # The positions of the variables that have changed.
    changed: tuple[int, ...]
    tree: jax.tree_util.PyTreeDef
    # For every output, the position of the input that it is, or None where it is new.
    plan: tuple[int | None, ...]
    # What `apply` itself has put into metadata beside arrays.
    host: Metadata = field(compare=False)


_Outputs: TypeAlias = tuple[list[PyTree], list[PyTree], _Layout]
_Program: TypeAlias = Callable[
    [list[PyTree], Parts, Statistics | None], tuple[checkify.Error | None, _Outputs]
]


@dataclass
class _Parted:
    """An operator taken apart, and how to see that it is still the same."""

    graphdef: nnx.GraphDef[nnx.Module]
    kinds: tuple[_Kind, ...]
    # Live: an optimiser or `set_state` changes their values, and the next call reads them.
    leaves: list[PyTree]
    # Live, and as they were: a changed flag or a new submodule shows here.
    attributes: list[tuple[Collection[PyTree], list[PyTree]]]
    classes: Sequence[tuple[object, type]]
    own_class: type
    programs: dict[tuple[bool, bool], _Program] = field(default_factory=dict)

    def is_current(self, module: nnx.Module) -> bool:
        """Return whether the operator still has the structure that it was taken apart with."""
        return (
            type(module) is self.own_class
            and all(_is_same(live, old) for live, old in self.attributes)
            and all(type(node) is before for node, before in self.classes)
            and all(
                kind.variable is None or leaf.get_metadata() == kind.metadata
                for kind, leaf in zip(self.kinds, self.leaves, strict=True)
            )
        )

    def program(self, *, checked: bool, contracts: bool) -> _Program:
        """Return the compiled program."""
        key = (checked, contracts)
        if key not in self.programs:
            self.programs[key] = _compiled(_Structure(self.graphdef, *key, self.kinds))
        return self.programs[key]

    def values(self) -> list[PyTree]:
        """Return the values of all variables."""
        return [_value(leaf) for leaf in self.leaves]

    def write_back(self, module: nnx.Module, changed: tuple[int, ...], new: list[PyTree]) -> None:
        """Store the values that a program has changed."""
        for position, value in zip(changed, new, strict=True):
            kind, leaf = self.kinds[position], self.leaves[position]
            if kind.variable is None:
                replaced: PyTree = {kind.path: value}
                nnx.update(module, nnx.from_flat_state(replaced))
            else:
                leaf.set_raw_value(value)


# Beside the modules and not in them: how a module was taken apart is no state.
_PARTED: WeakKeyDictionary[nnx.Module, _Parted] = WeakKeyDictionary()


def _take_apart(module: nnx.Module) -> _Parted:
    graphdef, state = nnx.split(module)
    kinds = tuple(_kind(path, leaf) for path, leaf in nnx.to_flat_state(state))
    leaves = [leaf for _, leaf in nnx.to_flat_state(nnx.state(module))]
    nodes = [node for _, node in nnx.iter_graph(module)]
    attributes = [_attributes(node) for node in nodes if _is_container(node)]
    # The module itself must not be held here: what holds its key is never forgotten.
    classes = [(n, type(n)) for n in nodes if isinstance(n, nnx.Pytree) and n is not module]
    return _Parted(graphdef, kinds, leaves, attributes, classes, type(module))


def _is_container(node: PyTree) -> bool:
    if isinstance(node, nnx.Pytree | dict | list):
        return True
    is_leaf = isinstance(node, nnx.Variable) or jax.tree_util.all_leaves([node])
    return hasattr(node, "__dict__") and not is_leaf


def _attributes(node: PyTree) -> tuple[Collection[PyTree], list[PyTree]]:
    if isinstance(node, list):
        return node, list(node)
    live = node.values() if isinstance(node, dict) else vars(node).values()
    return live, list(live)


def _kind(path: tuple[Hashable, ...], leaf: PyTree) -> _Kind:
    if isinstance(leaf, nnx.Variable):
        return _Kind(path, type(leaf), leaf.get_metadata())
    return _Kind(path, None, {})


def _value(leaf: PyTree) -> PyTree:
    return leaf.get_raw_value() if isinstance(leaf, nnx.Variable) else leaf


@lru_cache(maxsize=_PROGRAMS_AT_MOST)
def _compiled(structure: _Structure) -> _Program:
    trace = partial(_trace, structure)

    def run(
        values: list[PyTree], parts: Parts, stats: Statistics | None
    ) -> tuple[checkify.Error | None, _Outputs]:
        if not structure.checked:
            return None, trace(values, parts, stats)
        checked = checkify.checkify(trace, errors=checkify.user_checks)
        return checked(values, parts, stats)

    return jax.jit(run)


def _trace(
    structure: _Structure, values: list[PyTree], parts: Parts, stats: Statistics | None
) -> _Outputs:
    pairs = zip(structure.kinds, values, strict=True)
    variables: PyTree = {kind.path: kind.with_value(value) for kind, value in pairs}
    module: PyTree = nnx.merge(structure.graphdef, nnx.from_flat_state(variables))
    token = _IN_STEP.set(True)
    try:
        result = module.apply_batch(trusted_batch(parts), stats)
    finally:
        _IN_STEP.reset(token)
    if nnx.graphdef(module) != structure.graphdef:
        raise OutputError(
            f"{type(module).__name__}.apply_batch: expected to leave the operator's structure as "
            "it is, got new or removed attributes; make them in __init__"
        )
    after = [_value(leaf) for _, leaf in nnx.to_flat_state(nnx.state(module))]
    leaves_of = jax.tree.leaves
    changed = tuple(
        at for at, new in enumerate(after) if not _is_same(leaves_of(new), leaves_of(values[at]))
    )
    positions = {id(leaf): at for at, leaf in enumerate(jax.tree.leaves(parts))}
    leaves, tree = jax.tree.flatten(batch_parts(result))
    plan = tuple(positions.get(id(leaf)) for leaf in leaves)
    new = [leaf for leaf, at in zip(leaves, plan, strict=True) if at is None]
    host = split_metadata(result.metadata or {})[1]
    return [after[at] for at in changed], new, _Layout(changed, tree, plan, host)


def _is_same(left: Collection[PyTree], right: Collection[PyTree]) -> bool:
    return len(left) == len(right) and all(map(is_, left, right))


__all__ = ["in_step", "run_compiled"]
