"""What a module was made with, so that it can be made anew."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flax import nnx

from datarax_typed.core.static import static_equal, static_hash
from datarax_typed.protocols import PyTree


@dataclass(frozen=True, eq=False)
class Construction:
    """What a module was made with besides config, rngs and name: `copy` makes it anew."""

    args: tuple[object, ...]
    kwargs: dict[str, object]
    takes_rngs: bool

    def _outline(self) -> tuple[object, ...]:
        # Modules are parts of what was made, and compared there. Here each would equal itself
        # alone, and a program compiled for one composition would not serve an equal one.
        return _outline(self.args), _outline(self.kwargs), self.takes_rngs

    def __hash__(self) -> int:
        return static_hash(self._outline())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Construction) and static_equal(self._outline(), other._outline())


def independent(value: PyTree) -> PyTree:
    """Return a value in which all modules and variables are copies, shared as they were."""
    nodes = list(_nodes(value))
    # All at once: what two of them share, their copies share too.
    copies = dict(zip(map(id, nodes), nnx.clone(nnx.List(nodes)), strict=True))
    return _replaced(value, copies)


def _nodes(value: PyTree) -> Iterator[PyTree]:
    if isinstance(value, nnx.Pytree | nnx.Variable):
        yield value
    elif type(value) in (list, tuple, dict):
        for item in value.values() if type(value) is dict else value:
            yield from _nodes(item)


def _replaced(value: PyTree, copies: Mapping[int, PyTree]) -> PyTree:
    if type(value) in (list, tuple):
        return type(value)(_replaced(item, copies) for item in value)
    if type(value) is dict:
        return {key: _replaced(item, copies) for key, item in value.items()}
    return copies.get(id(value), value)


def _outline(value: object) -> object:
    if isinstance(value, nnx.Module):
        return type(value)
    if isinstance(value, list | tuple):
        return tuple(map(_outline, value))
    if isinstance(value, Mapping):
        return {key: _outline(item) for key, item in value.items()}
    return value


__all__ = ["Construction", "independent"]
