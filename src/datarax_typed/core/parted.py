"""An operator taken apart once: later calls compare identities, and read the variables' values."""

import sys
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from inspect import isroutine
from itertools import chain
from operator import attrgetter, is_
from typing import Final
from weakref import ref

import jax
from flax import nnx

from datarax_typed.core.counting import COUNTING, NOT_GIVEN, Count, Number, plus
from datarax_typed.protocols import PyTree

# Ends what is compared: so that what one side has more shows.
_END: Final = object()
# Slots of `nnx.Variable`, which only this module touches. Flax's own methods copy the metadata, and
# ask again and again whether JAX is tracing, which costs more than all else around a small batch.
_VALUE: Final = "_raw_value"
_raw_value: Final = attrgetter(_VALUE)
_metadata: Final = attrgetter("_var_metadata")
_set: Final = object.__setattr__
# Packages whose objects nobody changes: a jitted function, an activation, a partial one, a logger.
_STEADY: Final = {"flax", "jax", "jaxlib", "numpy", *sys.stdlib_module_names} - {
    # A namespace is changed.
    *("argparse", "collections", "types"),
}


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
        # What strangers hold is part of the program, and equal ones may hold other things.
        has_strangers = any(not isinstance(node, dict | list) for node in foreign)
        self.blueprint: Blueprint = Blueprint(
            graphdef,
            (_numbers(nodes), object() if has_strangers else None),
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
        self._names = [names for names in map(_entries, containers) if names is not None]
        self._names_then = list(chain.from_iterable(self._names))
        self._live = [*chain.from_iterable(map(_contents, containers)), (_END,)]
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
        with COUNTING:
            for count, number in zip(self._counts.values(), grown, strict=True):
                count.set_raw_value(plus(count.get_raw_value(), number))

    def count(self, grown: Iterable[tuple[int, int]], number: int) -> None:
        """Add a multiple of a number to some counts; not for use while JAX traces."""
        with COUNTING:
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
    new = _PARTED[id(module)] = Parted(module, raises=raises())
    # Otherwise what is new in every trace would be asked for the counts again and again.
    new.reads_counts = known is not None and known.reads_counts
    return new


def _is_container(node: PyTree) -> bool:
    if isinstance(node, nnx.Pytree | dict | list):
        return True
    is_leaf = isinstance(node, nnx.Variable | tuple) or jax.tree_util.all_leaves([node])
    return not is_leaf and (hasattr(node, "__dict__") or bool(_slots(type(node))))


def _foreign(nodes: list[PyTree]) -> Iterator[PyTree]:
    """Yield what the structure holds by identity, and what that holds in turn.

    Objects of foreign classes, dicts and lists; modules and variables that only these hold.
    """
    inside = {id(node) for node in nodes if isinstance(node, nnx.Variable) or _is_container(node)}
    seen = set()
    waiting = list(nodes)
    while waiting:
        value = waiting.pop()
        # A count changes all the time, and a step that closes over it does not see it.
        if id(value) in seen or type(value) is Count:
            continue
        seen.add(id(value))
        if isinstance(value, tuple):
            waiting += value
        elif id(value) in inside or _is_part(value):
            if id(value) not in inside:
                yield value
            waiting += _held(value)


def _is_part(value: PyTree) -> bool:
    return isinstance(value, nnx.Pytree | nnx.Variable | dict | list) or _is_stranger(value)


def _held(value: PyTree) -> Iterable[PyTree]:
    if isinstance(value, nnx.Variable):
        return ()
    return _own(value) if isinstance(value, nnx.Pytree) else chain.from_iterable(_contents(value))


def _own(module: nnx.Pytree) -> list[PyTree]:
    # NNX's own bookkeeping is none of ours.
    return [value for name, value in vars(module).items() if not name.startswith("_pytree__")]


def _numbers(nodes: list[PyTree]) -> Hashable:
    """Return what tells static numbers apart that compare equal, as 1, 1.0 and True do."""
    modules = (node for node in nodes if isinstance(node, nnx.Pytree))
    return tuple(_number(vars(node)[name]) for node in modules for name in sorted(vars(node)))


def _number(value: PyTree) -> Hashable:
    if isinstance(value, tuple):
        return tuple(map(_number, value))
    if isinstance(value, float):
        return repr(value)
    return str(type(value)) if isinstance(value, int | complex) else None


def _is_stranger(value: object) -> bool:
    kind = type(value)
    if isinstance(value, type | Enum) or isroutine(value):
        return False
    if _is_steady(kind):
        return False
    is_frozen = getattr(getattr(kind, "__dataclass_params__", None), "frozen", False)
    return not is_frozen and (hasattr(value, "__dict__") or bool(_slots(kind)))


def _is_steady(kind: type) -> bool:
    return kind.__module__.partition(".")[0] in _STEADY


class _Slots:
    """Some attributes of an object, read anew whenever they are iterated over."""

    def __init__(self, owner: PyTree, names: Iterable[str]) -> None:
        self._owner = owner
        self._names = tuple(names)

    def __iter__(self) -> Iterator[PyTree]:
        return (getattr(self._owner, name, _END) for name in self._names)


def _slots(kind: type) -> list[str]:
    names = []
    # NNX's own bookkeeping has some.
    for base in () if _is_steady(kind) else kind.__mro__:
        own = base.__dict__.get("__slots__", ())
        for name in (own,) if isinstance(own, str) else own:
            is_private = name.startswith("__") and not name.endswith("__")
            names.append(f"_{base.__name__.lstrip('_')}{name}" if is_private else name)
    return [name for name in names if name not in ("__dict__", "__weakref__")]


def _contents(node: PyTree) -> list[Iterable[PyTree]]:
    """Return what a node holds, live."""
    if isinstance(node, nnx.Pytree):
        return [vars(node).values()]
    if isinstance(node, nnx.Variable):
        return [_Slots(node, (_VALUE,))]
    if isinstance(node, list):
        # Ended, so that what moves from one list to the next shows.
        return [node, (_END,)]
    entries, slots = _entries(node), _slots(type(node))
    parts: list[Iterable[PyTree]] = [] if entries is None else [entries.values()]
    return [*parts, *([_Slots(node, slots)] if slots else ()), (_END,)]


def _entries(node: PyTree) -> Mapping[PyTree, PyTree] | None:
    if isinstance(node, dict):
        return node
    return None if isinstance(node, list | nnx.Variable) else getattr(node, "__dict__", None)


def _kind(path: tuple[Hashable, ...], leaf: PyTree) -> Kind:
    if isinstance(leaf, nnx.Variable):
        return Kind(path, type(leaf), leaf.get_metadata())
    return Kind(path, None, {})


def value_of(leaf: PyTree) -> PyTree:
    """Return the value of a variable, or an array that is none."""
    return leaf.get_raw_value() if isinstance(leaf, nnx.Variable) else leaf


__all__ = ["Blueprint", "Parted", "last_known", "taken_apart", "value_of"]
