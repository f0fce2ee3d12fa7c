"""Lists that do not change."""

import copy
import pickle
from collections.abc import Callable

import jax
import pytest

from datarax_typed.core.frozen import FrozenList

CHANGES: list[Callable[[FrozenList[int]], object]] = [
    lambda items: items.append(4),
    lambda items: items.clear(),
    lambda items: items.extend([4]),
    lambda items: items.insert(0, 4),
    lambda items: items.pop(),
    lambda items: items.remove(1),
    lambda items: items.reverse(),
    lambda items: items.sort(key=lambda item: -item),
    lambda items: items.__setitem__(0, 4),
    lambda items: items.__delitem__(0),
    lambda items: items.__iadd__([4]),
    lambda items: items.__imul__(2),
]


@pytest.mark.parametrize("change", CHANGES)
def test_it_does_not_change(change: Callable[[FrozenList[int]], object]) -> None:
    items = FrozenList([1, 2, 3])
    with pytest.raises(TypeError) as caught:
        change(items)
    assert str(caught.value) == (
        "a list in a config does not change; make a new config: dataclasses.replace(config, ...)"
    )
    assert items == [1, 2, 3]


def test_it_is_a_list() -> None:
    items = FrozenList(["a", "b"])
    assert items == ["a", "b"]
    assert items == ["a", "b"]
    assert repr(items) == "['a', 'b']"
    assert [*items, "c"] == items + ["c"]  # noqa: RUF005  # addition is what is tested
    assert hash(items) == hash(FrozenList(["a", "b"]))


def test_copies_are_frozen_too() -> None:
    items = FrozenList([[1], 2])
    for twin in (copy.copy(items), copy.deepcopy(items), pickle.loads(pickle.dumps(items))):
        assert type(twin) is FrozenList
        assert twin == items


def test_it_is_a_tree() -> None:
    doubled = jax.tree.map(lambda item: item * 2, FrozenList([1, 2]))
    assert type(doubled) is FrozenList
    assert doubled == [2, 4]
