"""Functions that take functions, loops of JAX, and what loops go through."""

from collections.abc import Iterator, Mapping, Sequence

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float, Int

from datarax_typed.transforms import value_and_grad


def scalar(row: Float[Array, "4"]) -> Float[Array, ""]:
    return row.sum()


def loss(weights: Float[Array, "3"], rows: Float[Array, "b 3"]) -> Float[Array, ""]:
    return (rows @ weights).mean()


def with_rows(
    weights: Float[Array, "d"], rows: Float[Array, "b d"]
) -> tuple[Float[Array, ""], Float[Array, "b"]]:
    return (rows @ weights).mean(), rows @ weights


def cell(
    state: Float[Array, "4"], row: Float[Array, "3"]
) -> tuple[Float[Array, "4"], Float[Array, ""]]:
    return state + row.sum(), row.sum()


def halved(state: Float[Array, "4"]) -> Float[Array, "4"]:
    return state / 2


class Model(nnx.Module):
    """Maps rows."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.layer = nnx.Linear(3, 1, rngs=rngs)

    def __call__(self, rows: Float[Array, "b 3"]) -> Float[Array, "b 1"]:
        out: Float[Array, "b 1"] = self.layer(rows)
        return out


# 1: gradients
def step(weights: Float[Array, "3"], rows: Float[Array, "b 3"]) -> Float[Array, "3"]:
    value, gradients = jax.value_and_grad(loss)(weights, rows)
    moved: Float[Array, "3"] = weights - 0.1 * gradients * value
    return moved


# 2: of numbers, with what is beside the value
def steps(weights: Float[Array, "d"], rows: Float[Array, "b d"]) -> Float[Array, "b"]:
    (value, predicted), gradients = jax.value_and_grad(with_rows, has_aux=True)(weights, rows)
    moved: Float[Array, "d"] = weights - gradients
    after: Float[Array, "b"] = with_rows(moved, rows)[1] - predicted + value
    return after


# 3: with an option that is not known
def step_of_either(
    weights: Float[Array, "3"], rows: Float[Array, "b 3"], argnum: int
) -> Float[Array, "..."]:
    gradients: Array = jax.grad(loss, argnums=min(argnum, 1))(weights, rows)
    return gradients


# 4: of a model
def trained(model: Model, rows: Float[Array, "b 3"]) -> Float[Array, ""]:
    def of_model(module: Model) -> Float[Array, ""]:
        return module(rows).mean()

    value, gradients = nnx.value_and_grad(of_model)(model)
    nnx.update(model, jax.tree.map(lambda p, g: p - g, nnx.state(model, nnx.Param), gradients))
    found: Float[Array, ""] = value
    return found


# 5: of a derivative
def curvature(weights: Float[Array, "3"], rows: Float[Array, "b 3"]) -> Float[Array, ""]:
    def slope(at: Float[Array, "3"]) -> Float[Array, ""]:
        found: Float[Array, ""] = jax.grad(loss)(at, rows).sum()
        return found

    found: Float[Array, ""] = jax.grad(slope)(weights).sum()
    return found


# 6: numbers become arrays
def of_a_number() -> Float[Array, ""]:
    def square(x: Float[Array, ""]) -> Float[Array, ""]:
        return x * x

    found: Float[Array, ""] = jax.grad(square)(3.0)
    return found


# 7: a scan
def scanned(rows: Float[Array, "b 3"]) -> Float[Array, "b"]:
    state, sums = jax.lax.scan(cell, jnp.zeros(4), rows)
    scalar(state)
    return sums


# 8: a scan over nothing
def grown() -> Float[Array, "5"]:
    def grow(state: Float[Array, ""], _: None) -> tuple[Float[Array, ""], Float[Array, ""]]:
        return state * 2, state

    _, states = jax.lax.scan(grow, jnp.array(1.0), None, length=5)
    return states


# 9: a scan over pairs
def scanned_pairs(rows: Float[Array, "b 3"], others: Float[Array, "b 4"]) -> Float[Array, ""]:
    def both(
        state: Float[Array, ""], pair: tuple[Float[Array, "3"], Float[Array, "4"]]
    ) -> tuple[Float[Array, ""], None]:
        return state + pair[0].sum() + scalar(pair[1]), None

    total, _ = jax.lax.scan(both, jnp.zeros(()), (rows, others))
    return total


# 10: a loop that counts
def repeated(state: Float[Array, "4"]) -> Float[Array, "4"]:
    def body(index: Int[Array, ""], now: Float[Array, "4"]) -> Float[Array, "4"]:
        return now + index

    found: Float[Array, "4"] = jax.lax.fori_loop(0, 3, body, state)
    return found


# 11: a loop while something is so
def while_large(state: Float[Array, "4"]) -> Float[Array, "4"]:
    return jax.lax.while_loop(lambda now: now.sum() > 1, halved, state)


# 12: branches of different sizes of batch
def one_of(rows: Float[Array, "b 4"]) -> Float[Array, "4"]:
    def first(of: Float[Array, "n 4"]) -> Float[Array, "4"]:
        return of[0]

    def total(of: Float[Array, "n d"]) -> Float[Array, "d"]:
        return of.sum(axis=0)

    return halved(jax.lax.cond(rows.sum() > 0, first, total, rows))


# 13: a switch
def switched(index: Int[Array, ""], state: Float[Array, "4"]) -> Float[Array, ""]:
    return scalar(jax.lax.switch(index, [halved, lambda now: now * 3], state))


# 14: rows by rows
def mapped(rows: Float[Array, "b 4"]) -> Float[Array, "b"]:
    found: Float[Array, "b"] = jax.lax.map(scalar, rows)
    return found


# 15: along axes of sizes with names
def along(rows: Float[Array, "n 4"], weights: Float[Array, "4"]) -> Float[Array, "n"]:
    def weighed(row: Float[Array, "d"], weight: Float[Array, "d"]) -> Float[Array, ""]:
        return row @ weight

    return jax.vmap(weighed, in_axes=(0, None))(rows, weights)


# 16: of trees
def of_trees(rows: dict[str, Float[Array, "n 4"]]) -> Float[Array, "n"]:
    def total(tree: dict[str, Float[Array, "4"]]) -> Float[Array, ""]:
        return scalar(sum(tree.values(), jnp.zeros(4)))

    return jax.vmap(total)(rows)


# 17: forwards and backwards
def derived(weights: Float[Array, "3"], rows: Float[Array, "b 3"]) -> Float[Array, "3"]:
    value, pull = jax.vjp(lambda at: loss(at, rows), weights)
    pushed, slope = jax.jvp(lambda at: loss(at, rows), (weights,), (weights,))
    found: Float[Array, "3"] = pull(value)[0] * pushed * slope
    return found


# 18: what loops go through
def through(
    rows: dict[str, Float[Array, "4"]], more: Mapping[str, Float[Array, "4"]]
) -> Float[Array, ""]:
    total = jnp.zeros(())
    for row in rows.values():
        total = total + scalar(row)
    for _, row in more.items():
        total = total + scalar(row)
    return total


# 19: numbered and side by side
def numbered(rows: Sequence[Float[Array, "4"]], table: Float[Array, "b 4"]) -> Float[Array, ""]:
    total = jnp.zeros(())
    for at, (row, other) in enumerate(zip(rows, table, strict=False)):
        total = total + scalar(row) * at + scalar(other)
    for row in reversed(rows[:-1]):
        total = total + scalar(row)
    return total


# 20: of several shapes
def of_several_shapes(rows: Float[Array, "4"]) -> Float[Array, ""]:
    several = {"row": rows, "table": rows[None]}
    total = jnp.zeros(())
    for value in several.values():
        total = total + value.sum()
    first, *rest = [rows, rows[None], rows[None, None]]
    return scalar(first) + total + sum(one.sum() for one in rest)


# 21: one by one
def one_by_one(rows: list[Float[Array, "4"]]) -> Float[Array, ""]:
    def given() -> Iterator[Float[Array, "4"]]:
        yield from rows

    stream = given()
    total = scalar(next(stream))
    for row in stream:
        total = total + scalar(row)
    return total


# 22: a dict that changes
def changed(rows: Float[Array, "4"]) -> Float[Array, ""]:
    table = {"a": rows}
    for name in ("b", "c"):
        table[name] = jnp.zeros((2, 4))
    return sum((value.sum() for value in table.values()), scalar(table["a"]))


# 23: lists that are made of lists, and grow
def grown_lists(row: Float[Array, "4"], table: Float[Array, "6 4"]) -> Float[Array, ""]:
    part, sums, times = [row, row][:1], [row] + [row], [row] * 2
    either = [row] if table.size > 1 else [table.sum(axis=0)]
    split = jnp.split(table, 3)
    gradients = jax.grad(lambda rows: scalar(rows[0]))([row, row])
    for one in (part, sums, times, either, split, gradients):
        one.append(row[:3])
    last = part[-1] + sums[-1] + times[-1] + either[-1] + split[-1] + gradients[-1]
    three: Float[Array, "3"] = last
    return three.sum()


# 24: layers that change
def changed_layers(rows: Float[Array, "b 4"], rngs: nnx.Rngs) -> Float[Array, "b 3"]:
    layers = nnx.Sequential(nnx.Linear(4, 8, rngs=rngs), nnx.relu)
    layers.layers.append(nnx.Linear(8, 3, rngs=rngs))
    others = nnx.Sequential(nnx.Linear(4, 8, rngs=rngs))
    others.layers[0] = nnx.Linear(4, 3, rngs=rngs)
    found: Float[Array, "b 3"] = layers(rows) + others(rows)
    return found


# 25: with transforms that have types
def typed_step(weights: Float[Array, "3"], rows: Float[Array, "b 3"]) -> Float[Array, "3"]:
    value, gradients = value_and_grad(loss)(weights, rows)
    return weights - 0.1 * gradients * value


# 26: what changes under another name
def changed_elsewhere(row: Float[Array, "4"]) -> Float[Array, ""]:
    tables = [{"row": row}, {"row": row}]
    both = zip(tables, range(2), strict=True)
    for table, at in both:
        table["row"] = jnp.zeros((at + 1, 4))
    tree = {"inner": {"row": row}, "other": {"row": row}}
    inner = tree.get("inner")
    if inner is not None:
        inner["row"] = jnp.zeros((2, 4))
    _, last = [*enumerate([tree["other"]])][-1]
    next(iter([tree["other"]]))["row"] = jnp.zeros((2, 4))
    total = tables[1]["row"] + tree["inner"]["row"] + last["row"]
    return scalar(total.sum(axis=0)) + scalar(tree["other"]["row"][0])
