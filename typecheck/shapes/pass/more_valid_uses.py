"""Valid programs that were once reported: aliasing, checks elsewhere, `finally`, integers of 0."""

import random
from collections.abc import Callable
from functools import partial
from typing import TypeAlias, TypeVar

import jax
import jax.numpy as jnp
from beartype import beartype
from flax import nnx
from jaxtyping import Array, Float, Int, Key, Shaped, jaxtyped


def vector(x: Float[Array, "n"]) -> Float[Array, "n"]:
    return x


def matrix(x: Float[Array, "n m"]) -> Float[Array, "n m"]:
    return x


def square(x: Float[Array, "n n"]) -> Float[Array, "n n"]:
    return x


def pair(x: Float[Array, "n"], y: Float[Array, "n"]) -> Float[Array, "n"]:
    return x + y


def same(x: Float[Array, "n d"], y: Float[Array, "n d"]) -> Float[Array, "n d"]:
    return x + y


# 1: an attribute that a method assigns: before the call it is that of another call
class Window:
    state: Array

    def update(self, x: Float[Array, "n"]) -> None:
        before = self.state
        pair(before, x[:-1])
        self.state = x


class Grown:
    def update(self, x: Float[Array, "n"]) -> None:
        self.last = x

    def compared(self, x: Float[Array, "n"]) -> Array:
        before = self.last
        self.update(x)
        return pair(before, self.last[:-1])


def updated(x: Float[Array, "n"]) -> None:
    Grown().update(x)


# 2: a function of our own tells whether shapes are alike
def alike(x: Array, y: Array) -> bool:
    return x.shape == y.shape


def told_by_a_function(x: Float[Array, "a d"], y: Float[Array, "b d"]) -> Array:
    if alike(x, y):
        return same(x, y)
    return x


# 3: sizes are compared pair by pair
def pair_by_pair(x: Float[Array, "a d"], y: Float[Array, "b d"]) -> Array:
    if all(one == other for one, other in zip(x.shape, y.shape, strict=True)):
        return same(x, y)
    return x


# 4: sizes are compared by patterns
def by_patterns(x: Float[Array, "a d"], y: Float[Array, "b d"]) -> Array:
    match (x.shape[0], y.shape[0]):
        case (1, 1):
            return same(x, y)
        case _:
            return x


# 5: a conditional expression, and a function that raises
def is_square(x: Array) -> bool:
    return bool(x.shape[0] == x.shape[1])


def refuse_oblong(x: Array, error: Callable[[str], Exception]) -> None:
    if x.shape[0] != x.shape[1]:
        raise error("oblong")


def only_square(x: Float[Array, "a b"]) -> Array:
    return square(x) if is_square(x) else x


def refused(x: Float[Array, "a b"]) -> Array:
    refuse_oblong(x, ValueError)
    return square(x)


# 6: a dict under two names
def two_names(x: Float[Array, "n"]) -> Array:
    first = {"a": x}
    second = first
    second["a"] = x[None]
    return matrix(first["a"])


# 7: a dict within a dict
def dict_within(x: Float[Array, "n"]) -> Array:
    inner = {"a": x}
    outer = {"inner": inner}
    outer["inner"]["a"] = x[None]
    other = outer["inner"]
    return matrix(inner["a"]) + matrix(other["a"])


# 8: a list that another function changes, or a method under a name of its own
def collect(items: list[Array], x: Array) -> None:
    items.append(x)


def collected(x: Float[Array, "n"]) -> Array:
    items = [x]
    collect(items, x)
    return jnp.stack(items) + jnp.zeros((2, 1))


def appended(x: Float[Array, "n"]) -> Array:
    items = [x[None]]
    add = items.append
    add(x[None])
    return jnp.concatenate(items) + jnp.zeros((2, 1))


# 9: a list that is shuffled, one that is an element of another
def shuffled(x: Float[Array, "n"]) -> Array:
    items = [x[None], x]
    random.shuffle(items)
    return vector(items[0]) if items[0].ndim == 1 else x


def changed_element(x: Float[Array, "n"]) -> Array:
    items = [x, x]
    for one in [items]:
        one[0] = x[None]
    return matrix(items[0])


# 10: a parameter whose value is another one
def other_value() -> Array:
    weights = nnx.Param(jnp.zeros(3))
    weights.set_value(jnp.zeros((4, 4)))
    return square(weights[...])


# 11: an integer that may be 0
def padded(x: Float[Array, "n"], count: int = 0) -> Array:
    y = jnp.concatenate([x, jnp.zeros(count)])
    return pair(y, x) if not count else y


def of_no_more(n: int, more: int = 0) -> Array:
    return jnp.zeros(n) @ jnp.zeros(n + more)


# 12: what a handler binds is there in `finally`
def handled(x: Float[Array, "n"]) -> None:
    y = x
    try:
        print(y)
    except ValueError:
        y = x[None]
        raise
    finally:
        if y.ndim > 1:
            matrix(y)


# 13: `finally` is run when a loop is left
def left_by_finally(x: Float[Array, "n"]) -> Array:
    while True:
        try:
            y = x
            break
        finally:
            y = x[None]
    return matrix(y)


# 14: a shape that is not known is no single size
def in_its_shape(x: Float[Array, "c ... n"]) -> Float[Array, "c ... n"]:
    shape = x.shape
    return x.flatten().at[0].set(1.0).reshape(shape)


# 15: an axis that may be None
def in_line(x: Float[Array, "n m"], axis: int | None = None) -> Array:
    return vector(jnp.cumsum(x, axis=axis)) if axis is None else matrix(jnp.sort(x, axis=axis))


# 16: what is left out is told by an array that is larger
def of_larger(x: Float[Array, "1 3"]) -> Float[Array, "4"]:
    return jnp.sum(x, axis=1, where=jnp.ones((4, 3), bool))


# 17: counted with what comes third
def counted(x: Float[Array, "n m"]) -> Int[Array, "1 m"]:
    return jnp.count_nonzero(x, 0, True)


# 18: annotations around two that differ only within
Place: TypeAlias = Float[Array, "3"]
State: TypeAlias = Float[Array, "6"]
Places: TypeAlias = Shaped[Place, "*batch"]
States: TypeAlias = Shaped[State, "*batch"]
Either: TypeAlias = Place | State


def moved(places: Places, states: States) -> States:
    return states.at[..., :3].set(places)


def both(x: Shaped[Either, "n"]) -> Array:
    return matrix(x)


def of_states() -> None:
    moved(jnp.zeros((2, 3)), jnp.zeros((2, 6)))
    both(jnp.zeros((2, 3)))
    both(jnp.zeros((2, 6)))


# 19: a signature that tells of what a decorator makes
def batched() -> None:
    @jaxtyped(typechecker=beartype)
    @jax.vmap
    def total(x: Float[Array, "n d"]) -> Float[Array, "n"]:
        return vector(x).sum()

    @jaxtyped(typechecker=beartype)
    @partial(jax.vmap, in_axes=(0, None))
    def scaled(x: Float[Array, "n d"], by: Float[Array, "d"]) -> Float[Array, "n d"]:
        return pair(x, by) * x.sum()

    @jaxtyped(typechecker=beartype)
    @jax.grad
    def slope(x: Float[Array, "d"]) -> Float[Array, "d"]:
        return (x**2).sum()

    scaled(jnp.ones((2, 3)), jnp.ones(3))
    vector(total(jnp.ones((2, 3)))) + vector(slope(jnp.ones(3)))[:2]


# 20: what is mapped has an axis more in all its arrays
class Scale(nnx.Module):
    def __init__(self, size: int, *, rngs: nnx.Rngs) -> None:
        self.by = nnx.Param(jnp.ones(size))
        self.out = nnx.Linear(size, 2, rngs=rngs)

    def __call__(self, x: Float[Array, "d"]) -> Float[Array, "d"]:
        return x * self.by[...]


@nnx.split_rngs(splits=5)
@nnx.vmap
def scales(rngs: nnx.Rngs) -> Scale:
    return Scale(4, rngs=rngs)


def made(key: Key[Array, ""]) -> Scale:
    return Scale(4, rngs=nnx.Rngs(key))


def of_scales() -> Array:
    many = scales(nnx.Rngs(0))
    keys = jax.random.split(jax.random.key(0), 5)
    others = jax.vmap(made)(keys)
    mapped = nnx.vmap(made)
    more = mapped(keys)
    return matrix(many.by[...]) + matrix(others.by[...]) + matrix(more.by[...]) + many.out.kernel[:, :, 0]


# 21: a function that is made of a function
FunctionT = TypeVar("FunctionT", bound=Callable[..., Array])


def over_rows(function: FunctionT) -> FunctionT:
    return jax.vmap(function)


def of_functions(x: Float[Array, "b d"]) -> Array:
    rows = nnx.vmap(vector)
    scale = nnx.vmap(Scale(3, rngs=nnx.Rngs(0)))
    return matrix(nnx.vmap(vector)(x)) + over_rows(vector)(x) + rows(x) + scale(jnp.ones((1, 3))).sum()


# 22: what gives a tree of the same type may change the arrays in it
TreeT = TypeVar("TreeT")


def extended(tree: TreeT) -> TreeT:
    found: TreeT = jax.tree.map(lambda leaf: jnp.asarray(leaf)[None], tree)
    return found


def of_one(x: Float[Array, "d"]) -> Array:
    return matrix(extended(x))


# 23: another object fills a list
class Store:
    """Keeps rows."""

    def fill(self, rows: list[Array]) -> None:
        rows[:] = [jnp.zeros((2, 3)) for _ in rows]


def filled(x: Float[Array, "d"]) -> Array:
    def fill_with(store: Store) -> Array:
        rows: list[Array] = [x, x]
        store.fill(rows)
        return matrix(rows[0])

    return fill_with(Store())
