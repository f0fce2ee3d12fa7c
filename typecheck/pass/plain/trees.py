"""A tree mapped from arrays to arrays is of the type that it was."""

from dataclasses import dataclass
from typing import Any, assert_type

import jax
import jax.numpy as jnp
from jax import Array

from datarax_typed.transforms import tree_map


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Pair:
    first: Array
    second: Array


def halved(leaf: Array) -> Array:
    return leaf / 2


def added(left: Array, right: Array) -> Array:
    return left + right


def shape(leaf: Array) -> tuple[int, ...]:
    return leaf.shape


def is_pair(node: object) -> bool:
    return isinstance(node, Pair)


def total(pair: Pair) -> Array:
    return pair.first + pair.second


pair = Pair(jnp.ones(2), jnp.zeros(2))
assert_type(tree_map(halved, pair), Pair)
assert_type(tree_map(added, pair, tree_map(halved, pair)).second, Array)
assert_type(tree_map(halved, [pair, pair]), list[Pair])
assert_type(tree_map(shape, pair), Any)
assert_type(tree_map(total, {"a": pair}, is_leaf=is_pair), Any)
assert_type(tree_map(lambda a, b, c: a + b + c, pair, pair, pair), Any)
