"""An operator taken apart once: later calls compare identities, and read the variables' values."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from inspect import isroutine
from itertools import chain
from operator import attrgetter, is_
from types import ModuleType
from typing import Final
from weakref import ref

import jax
from flax import nnx

from datarax_typed.core.counting import NOT_GIVEN, Count, Number, plus
from datarax_typed.protocols import PyTree

# Ends what is compared: so that what one side has more shows.
_END: Final = object()
# Slots of `nnx.Variable`, which only this module touches. Flax's own methods copy the metadata, and
# ask again and again whether JAX is tracing, which costs more than all else around a small batch.
_VALUE: Final = "_raw_value"
_raw_value: Final = attrgetter(_VALUE)
_metadata: Final = attrgetter("_var_metadata")
_set: Final = object.__setattr__
# Packages whose objects nobody changes: a jitted function, an activation, a partial one.
_STEADY: Final = {"builtins", "flax", "functools", "jax", "jaxlib", "numpy"}


@dataclass(frozen=True)
class Kind:
    """A variable without its value, or an array that is no variable."""

    path: tuple[Hashable, ...]
    variable: type[nnx.Variable[PyTree]] | None
    metadata: dict[str, PyTree]

    def with_value(self, value: PyTree) -> PyTree:
        """Return the variable with a value, or the array."""
        if self.variable is None:
            return value
        return self.variable.from_metadata(value, dict(self.metadata))


@dataclass(frozen=True)
class Blueprint:
    """An operator without its arrays; programs compiled for one serve all that are equal.

    Attributes:
        graphdef: its structure.
        edition: tells operators apart where the structure does not.
        raises: whether a call raises what its checks of values find.
        kinds: its variables and arrays; follows from the structure.
    """

    graphdef: nnx.GraphDef[nnx.Module]
    edition: object
    raises: bool
    kinds: tuple[Kind, ...] = field(compare=False)

    def complete(self, values: list[PyTree]) -> list[PyTree]:
        """Return the values of all variables, where some were given without the counts."""
        given = iter(values)
        return [NOT_GIVEN if kind.variable is Count else next(given) for kind in self.kinds]

    def module(self, values: list[PyTree]) -> PyTree:
        """Return a new operator."""
        pairs = zip(self.kinds, values, strict=True)
        state: PyTree = {kind.path: kind.with_value(value) for kind, value in pairs}
        return nnx.merge(self.graphdef, nnx.from_flat_state(state))


class Parted:
    """An operator taken apart, and how to see that it is still the same.

    Attributes:
        blueprint: the operator without its arrays.
        reads_counts: whether a step has asked for the counts: then it is given them, and counts.
        is_steady: whether the operator was seen again as it was.
        programs: those that it has run, by what they were compiled for.
    """

    def __init__(self, module: nnx.Module, *, raises: bool) -> None:
        graphdef, state = nnx.split(module)
        nodes = [node for _, node in nnx.iter_graph(module)]
        foreign = list(_foreign(nodes))
        self.blueprint = Blueprint(
            graphdef,
            # What strangers hold is part of the program, and equal ones may hold other things.
            object() if any(map(_is_stranger, foreign)) else None,
            raises,
            tuple(_kind(path, leaf) for path, leaf in nnx.to_flat_state(state)),
        )
        # As long as this is the one in force, it goes when the module goes.
        self._module = ref(module, partial(_PARTED.pop, id(module)))
        self.programs: dict[Hashable, PyTree] = {}
        # Live: an optimiser or `set_state` changes their values, and the next call reads them.
        leaves = [leaf for _, leaf in nnx.to_flat_state(nnx.state(module))]
        # Nobody reads a count's metadata.
        self._variables = [
            leaf for leaf in leaves if isinstance(leaf, nnx.Variable) and type(leaf) is not Count
        ]
        self._metadata = [variable.get_metadata() for variable in self._variables]
        self._cells = [x if isinstance(x, nnx.Variable) else _Array(x) for x in leaves]
        self._counts = {at: x for at, x in enumerate(leaves) if type(x) is Count}
        self._others = [x for at, x in enumerate(self._cells) if at not in self._counts]
        self.reads_counts = False
        self.is_steady = False
        # Live, and as they were: a changed flag or a new submodule shows here.
        containers = [*filter(_is_container, nodes), *foreign]
        self._names = [_entries(node) for node in containers if not isinstance(node, list)]
        self._names_then = list(chain.from_iterable(self._names))
        self._live = [*map(_contents, containers), (_END,)]
        self._then = list(chain.from_iterable(self._live))
        # The module itself must not be held here: what holds its key is never forgotten.
        self._own_class = type(module)
        self._nodes = [n for n in nodes if isinstance(n, nnx.Pytree) and n is not module]
        self._classes = [type(node) for node in self._nodes]

    def is_current(self, module: nnx.Module) -> bool:
        """Return whether the operator still has the structure that it was taken apart with."""
        return (
            type(module) is self._own_class
            and all(map(is_, chain.from_iterable(self._live), self._then))
            and list(chain.from_iterable(self._names)) == self._names_then
            and all(map(is_, map(type, self._nodes), self._classes))
            and list(map(_metadata, self._variables)) == self._metadata
        )

    def values(self, *, counts: bool) -> list[PyTree]:
        """Return the values of all variables, with or without counts, and arrays that are none."""
        return list(map(_raw_value, self._cells if counts else self._others))

    def counts(self) -> list[Number]:
        """Return all counts."""
        return [count.get_raw_value() for count in self._counts.values()]

    def add(self, grown: list[Number]) -> None:
        """Add to all counts; not for use while JAX traces."""
        for count, number in zip(self._counts.values(), grown, strict=True):
            count.set_raw_value(plus(count.get_raw_value(), number))

    def count(self, grown: Iterable[tuple[int, int]], number: int) -> None:
        """Add a multiple of a number to some counts; not for use while JAX traces."""
        for at, times in grown:
            self._counts[at].add(times * number)

    def write_back(self, module: nnx.Module, changed: Iterable[tuple[int, PyTree]]) -> None:
        """Store values that have changed; not for use while JAX traces."""
        for at, value in changed:
            kind = self.blueprint.kinds[at]
            if kind.variable is None:
                replaced: PyTree = {kind.path: value}
                nnx.update(module, nnx.from_flat_state(replaced))
            else:
                _set(self._cells[at], _VALUE, value)


class _Array:
    """An array that is no variable, read as if it were one."""

    def __init__(self, array: PyTree) -> None:
        self._raw_value = array


# Beside the modules and not in them: how a module was taken apart is no state. By identity, which
# is quicker to look up than the module itself.
_PARTED: dict[int, Parted] = {}


def last_known(module: nnx.Module) -> Parted | None:
    """Return how a module was taken apart last; it may have changed since."""
    return _PARTED.get(id(module))


def taken_apart(module: nnx.Module, raises: Callable[[], bool]) -> Parted:
    """Return how a module is taken apart; done anew if it has changed, or never was.

    Args:
        module: the module; it stays as it is.
        raises: returns whether a call raises what its checks of values find.
    """
    known = last_known(module)
    if known is not None and known.is_current(module):
        known.is_steady = True
        return known
    known = _PARTED[id(module)] = Parted(module, raises=raises())
    return known


def _is_container(node: PyTree) -> bool:
    if isinstance(node, nnx.Pytree | dict | list):
        return True
    is_leaf = isinstance(node, nnx.Variable) or jax.tree_util.all_leaves([node])
    return hasattr(node, "__dict__") and not is_leaf


def _foreign(nodes: list[PyTree]) -> Iterator[PyTree]:
    """Yield what the structure holds by identity: objects of foreign classes, dicts and lists."""
    seen = set()
    waiting = list(nodes)
    while waiting:
        value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, nnx.Pytree):
            waiting += _own(value)
        elif isinstance(value, list | tuple | dict) or _is_stranger(value):
            if not isinstance(value, tuple):
                yield value
            waiting += value if isinstance(value, list | tuple) else _entries(value).values()


def _own(module: nnx.Pytree) -> list[PyTree]:
    # NNX's own bookkeeping is none of ours.
    return [value for name, value in vars(module).items() if not name.startswith("_pytree__")]


def _is_stranger(value: object) -> bool:
    kind = type(value)
    changes = hasattr(value, "__dict__") and kind.__setattr__ is object.__setattr__
    own = isinstance(value, ModuleType) or isroutine(value)
    return changes and not own and kind.__module__.partition(".")[0] not in _STEADY


def _contents(node: PyTree) -> Iterable[PyTree]:
    return node if isinstance(node, list) else _entries(node).values()


def _entries(node: PyTree) -> Mapping[PyTree, PyTree]:
    return node if isinstance(node, dict) else vars(node)


def _kind(path: tuple[Hashable, ...], leaf: PyTree) -> Kind:
    if isinstance(leaf, nnx.Variable):
        return Kind(path, type(leaf), leaf.get_metadata())
    return Kind(path, None, {})


def value_of(leaf: PyTree) -> PyTree:
    """Return the value of a variable, or an array that is none."""
    return leaf.get_raw_value() if isinstance(leaf, nnx.Variable) else leaf


__all__ = ["Blueprint", "Parted", "last_known", "taken_apart", "value_of"]
