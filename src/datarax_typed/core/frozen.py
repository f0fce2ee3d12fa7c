"""Lists that do not change: a config holds no other, and still is compared with plain lists."""

from typing import NoReturn, TypeVar

import jax

from datarax_typed.core.static import static_hash

ItemT = TypeVar("ItemT")


class FrozenList(list[ItemT]):
    """A list that refuses to change; equal to a plain list of the same items, and hashable."""

    __slots__ = ()

    def __hash__(self) -> int:  # type: ignore[override]  # a plain list has none
        return static_hash(list(self))

    def __reduce__(self) -> tuple[type, tuple[list[ItemT]]]:
        # Pickle would otherwise append the items to an empty list.
        return type(self), (list(self),)


def _refuse(self: FrozenList[object], *args: object, **kwargs: object) -> NoReturn:
    raise TypeError(
        "a list in a config does not change; make a new config: dataclasses.replace(config, ...)"
    )


for _name in ("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"):
    setattr(FrozenList, _name, _refuse)
for _name in ("__delitem__", "__iadd__", "__imul__", "__setitem__"):
    setattr(FrozenList, _name, _refuse)

# JAX takes only plain lists for trees, and this one should be taken for one too.
jax.tree_util.register_pytree_node(
    FrozenList, lambda items: (tuple(items), None), lambda _, items: FrozenList(items)
)

__all__ = ["FrozenList"]
