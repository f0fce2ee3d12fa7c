"""Functions that take functions, loops of JAX, and what loops go through."""

from collections.abc import Mapping, Sequence

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float, Int

from datarax_typed.transforms import grad


def scalar(row: Float[Array, "4"]) -> Float[Array, ""]:
    return row.sum()


def loss(weights: Float[Array, "3"], rows: Float[Array, "b 3"]) -> Float[Array, ""]:
    return (rows @ weights).mean()


def losses(weights: Float[Array, "3"], rows: Float[Array, "b 3"]) -> Float[Array, "b"]:
    return rows @ weights


def with_rows(
    weights: Float[Array, "3"], rows: Float[Array, "b 3"]
) -> tuple[Float[Array, ""], Float[Array, "b"]]:
    return (rows @ weights).mean(), rows @ weights


def cell(
    state: Float[Array, "4"], row: Float[Array, "3"]
) -> tuple[Float[Array, "4"], Float[Array, ""]]:
    return state + row.sum(), row.sum()


def halved(state: Float[Array, "4"]) -> Float[Array, "4"]:
    return state / 2


def counted(index: Int[Array, ""], state: Float[Array, "4"]) -> Float[Array, "4"]:
    return state + index


class Model(nnx.Module):
    """Maps rows."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.layer = nnx.Linear(3, 1, rngs=rngs)

    def __call__(self, rows: Float[Array, "b 3"]) -> Float[Array, "b 1"]:
        out: Float[Array, "b 1"] = self.layer(rows)
        return out


def model_loss(model: Model, rows: Float[Array, "b 3"]) -> Float[Array, ""]:
    return model(rows).mean()


# 1: gradients
def grad_of_other_weights(weights: Float[Array, "4"], rows: Float[Array, "b 3"]) -> Array:
    found: Array = jax.grad(loss)(weights, rows)  # E: datarax-shape: loss: weights: expected Float[Array, "3"]
    return found


def value_and_grad_of_other_rows(weights: Float[Array, "3"], rows: Int[Array, "b 3"]) -> Array:
    value: Array
    value, _ = jax.value_and_grad(loss)(weights, rows)  # E: datarax-dtype: loss: rows: expected Float[Array, "b 3"]
    return value


def grad_under_a_name(weights: Float[Array, "3"], rows: Float[Array, "b 4"]) -> Array:
    gradient = jax.grad(loss, argnums=1)
    found: Array = gradient(weights, rows)  # E: datarax-shape: loss: rows: expected Float[Array, "b 3"]
    return found


def gradient_of_other_rank(weights: Float[Array, "3"], rows: Float[Array, "b 3"]) -> Array:
    return scalar(jax.grad(loss)(weights, rows))  # E: datarax-shape: row: expected Float[Array, "4"], got Float[Array, "3"]


def gradient_beside_the_value(weights: Float[Array, "3"], rows: Float[Array, "b 3"]) -> None:
    _, gradients = jax.value_and_grad(loss)(weights, rows)
    scalar(gradients)  # E: datarax-shape: row: expected Float[Array, "4"], got Float[Array, "3"]


def gradients_of_both(weights: Float[Array, "3"], rows: Float[Array, "b 3"]) -> Array:
    of_weights, of_rows = jax.grad(loss, argnums=(0, 1))(weights, rows)
    return loss(of_rows, of_weights)  # E: datarax-shape: weights: expected Float[Array, "3"] ;; datarax-shape: rows: expected Float[Array, "b 3"]


def grad_with_types(weights: Float[Array, "4"], rows: Float[Array, "b 3"]) -> Array:
    return grad(loss)(weights, rows)  # E: datarax-shape: loss: weights: expected Float[Array, "3"]


def grad_of_no_scalar(weights: Float[Array, "3"], rows: Float[Array, "b 3"]) -> Array:
    found: Array = jax.grad(losses)(weights, rows)  # E: datarax-shape: grad: expected a function that gives a scalar
    return found


def aux_of_other_shape(weights: Float[Array, "3"], rows: Float[Array, "5 3"]) -> None:
    (_, predicted), _ = jax.value_and_grad(with_rows, has_aux=True)(weights, rows)
    scalar(predicted)  # E: datarax-shape: row: expected Float[Array, "4"], got Float[Array, "5"]


def grad_of_a_model(model: Model, rows: Float[Array, "b 4"]) -> Array:
    value: Array
    value, _ = nnx.value_and_grad(model_loss)(model, rows)  # E: datarax-shape: model_loss: rows: expected Float[Array, "b 3"]
    return value


# 2: loops and choices of JAX
def mapped_rows(rows: Float[Array, "b 3"]) -> Array:
    found: Array = jax.lax.map(scalar, rows)  # E: datarax-shape: scalar: row: expected Float[Array, "4"]
    return found


def mapped_result(rows: Float[Array, "7 4"]) -> Array:
    return scalar(jax.lax.map(scalar, rows))  # E: datarax-shape: row: expected Float[Array, "4"], got Float[Array, "7"]


def scanned_rows(rows: Float[Array, "b 4"]) -> Array:
    state, _ = jax.lax.scan(cell, jnp.zeros(4), rows)  # E: datarax-shape: cell: row: expected Float[Array, "3"]
    return state


def scanned_from_another_state(rows: Float[Array, "b 3"]) -> Array:
    state, _ = jax.lax.scan(cell, jnp.zeros(5), rows)  # E: datarax-shape: cell: state: expected Float[Array, "4"]
    return state


def scanned_result(rows: Float[Array, "7 3"]) -> Array:
    _, sums = jax.lax.scan(cell, jnp.zeros(4), rows)
    return scalar(sums)  # E: datarax-shape: row: expected Float[Array, "4"], got Float[Array, "7"]


def repeated(state: Float[Array, "5"]) -> Array:
    found: Array = jax.lax.fori_loop(0, 3, counted, state)  # E: datarax-shape: counted: state: expected Float[Array, "4"]
    return found


def while_it_is_large(state: Float[Array, "5"]) -> Array:
    found: Array = jax.lax.while_loop(lambda now: now.sum() > 1, halved, state)  # E: datarax-shape: halved: state: expected Float[Array, "4"]
    return found


def either(state: Float[Array, "5"], flag: Array) -> Array:
    found: Array = jax.lax.cond(flag, halved, halved, state)  # E: datarax-shape: halved: state: expected Float[Array, "4"]
    return found


def one_of(state: Float[Array, "5"], index: Array) -> Array:
    found: Array = jax.lax.switch(index, [halved, halved], state)  # E: datarax-shape: halved: state: expected Float[Array, "4"]
    return found


def along_axes_of_two_sizes(rows: Float[Array, "2 3"], others: Float[Array, "5 3"]) -> Array:
    def total(row: Float[Array, "3"], other: Float[Array, "3"]) -> Float[Array, ""]:
        return (row + other).sum()

    return jax.vmap(total)(rows, others)  # E: datarax-shape: vmap: expected axes of one size, got 2 and 5


def pulled_back(weights: Float[Array, "4"], rows: Float[Array, "b 3"]) -> Array:
    value: Array
    value, _ = jax.vjp(loss, weights, rows)  # E: datarax-shape: loss: weights: expected Float[Array, "3"]
    return value


# 3: what loops go through
def values_of_a_dict(rows: dict[str, Float[Array, "3"]]) -> list[Array]:
    found = []
    for row in rows.values():
        found.append(scalar(row))  # E: datarax-shape: row: expected Float[Array, "4"], got Float[Array, "3"]
    return found


def items_of_a_mapping(rows: Mapping[str, Float[Array, "3"]]) -> dict[str, Array]:
    return {name: scalar(row) for name, row in rows.items()}  # E: datarax-shape: row: expected Float[Array, "4"], got Float[Array, "3"]


def counted_rows(rows: Sequence[Float[Array, "3"]]) -> None:
    for at, row in enumerate(rows):
        print(at, scalar(row))  # E: datarax-shape: row: expected Float[Array, "4"], got Float[Array, "3"]


def rows_side_by_side(rows: list[Float[Array, "3"]], others: list[Float[Array, "4"]]) -> None:
    for row, other in zip(rows, others, strict=True):
        scalar(other)
        scalar(row)  # E: datarax-shape: row: expected Float[Array, "4"], got Float[Array, "3"]


def from_the_end(rows: list[Float[Array, "3"]]) -> None:
    for row in reversed(rows[1:]):
        scalar(row)  # E: datarax-shape: row: expected Float[Array, "4"], got Float[Array, "3"]


def taken_apart(rows: list[Float[Array, "3"]]) -> Array:
    first, _ = rows
    return scalar(first)  # E: datarax-shape: row: expected Float[Array, "4"], got Float[Array, "3"]


def the_next(rows: list[Float[Array, "3"]]) -> Array:
    return scalar(next(iter(rows)))  # E: datarax-shape: row: expected Float[Array, "4"], got Float[Array, "3"]


def columns(rows: Float[Array, "b 3"]) -> None:
    for at, row in enumerate(rows):
        print(at, scalar(row))  # E: datarax-shape: row: expected Float[Array, "4"], got Float[Array, "3"]
