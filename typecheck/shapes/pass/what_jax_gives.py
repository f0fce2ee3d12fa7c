"""Calls of JAX that fit: shapes that are known, in part, or not at all."""

import math
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Bool, Float, Int, Key


def grey(image: Float[Array, "h w 3"]) -> Float[Array, "h w"]:
    return image.mean(axis=-1)


def vector(x: Float[Array, "n"]) -> Float[Array, "n"]:
    return x


def matrix(x: Float[Array, "n d"]) -> Float[Array, "n d"]:
    return x


# 1: reshape with literals, with sizes, with the rest
def reshaped(x: Float[Array, "b h w c"]) -> Float[Array, "b h w c"]:
    b, h, w, c = x.shape
    flat = matrix(x.reshape(b, h * w * c))
    rest = matrix(x.reshape(b, -1))
    again = jnp.reshape(flat + rest, (b, h, w, c))
    return again + x.reshape(x.shape) + rest.reshape((b, h, w, -1))


# 2: reshape to what is computed
def computed(x: Float[Array, "b n"], rows: int = 1) -> Float[Array, "..."]:
    shape = (rows, *x.shape)
    size = math.prod(x.shape)
    return x.reshape(shape) + x.reshape(size)[0] + x.reshape([*x.shape]).sum()


# 3: shapes as tuples
def as_tuples(x: Float[Array, "b t d"], y: Float[Array, "b t"]) -> Float[Array, "b t d"]:
    return jnp.broadcast_to(y[..., None], (*y.shape, x.shape[-1])) + x.reshape(x.shape[:2] + (-1,))


# 4: -1 of an empty product, zeros of nothing
def empty() -> Array:
    nothing = jnp.zeros((0, 3))
    return jnp.concatenate([matrix(nothing), jnp.ones((2, 3))]) + jnp.zeros(())


# 5: arrays that are made
def made(count: int = 3) -> Array:
    x = vector(jnp.zeros(count)) + vector(jnp.ones((3,))) + vector(jnp.full(3, 1.0))
    y = vector(jnp.arange(3.0)) + vector(jnp.arange(0, 3, 1.0)) + vector(jnp.linspace(0, 1, 3))
    return x + y + matrix(jnp.eye(3))[0] + vector(jnp.asarray([1.0, 2.0, 3.0])) + vector(jnp.array((1.0,) * 3))


# 6: made like another
def like(x: Float[Array, "b d"], ids: Int[Array, "b"]) -> Array:
    y = jnp.zeros_like(x) + jnp.ones_like(x) + jnp.full_like(x, 2.0)
    return matrix(y) + vector(jnp.zeros_like(ids, dtype=float))[:, None] + vector(jnp.ones(ids.shape))[:, None]


# 7: broadcasting with 1, with scalars, with fewer axes
def broadcast(x: Float[Array, "b t d"], y: Float[Array, "d"], z: Float[Array, "b 1 1"]) -> Float[Array, "b t d"]:
    return x * y + z - 1 + 2.5 * x / (1 + jnp.abs(x)) ** 2 + x.mean() + x.max(axis=1, keepdims=True)


# 8: broadcasting of names that may be 1
def may_be_one(x: Float[Array, "n d"], y: Float[Array, "1 d"], z: Float[Array, "n 1"]) -> Float[Array, "n d"]:
    total = x + y + z
    total += y
    return jnp.where(x > 0, total, y) + jnp.maximum(y, z)


# 9: Python's numbers, NumPy's arrays
def mixed(x: Float[Array, "n 3"], y: Float[np.ndarray, "3"]) -> Float[Array, "n 3"]:
    return matrix(x + y) * np.float32(2) + jnp.asarray(y) + np.pi + True


# 10: comparison and logic
def logic(x: Float[Array, "n"], y: Int[Array, "n"]) -> Bool[Array, "n"]:
    return ((x > 0) & (y == 1)) | ~(x < 1) ^ jnp.isnan(x)


# 11: promotion of dtypes
def promoted(x: Float[Array, "n"], y: Int[Array, "n"], mask: Bool[Array, "n"]) -> Float[Array, "n"]:
    return vector(x + y) + vector(y / 2) + vector(x * mask) + vector(jnp.mean(y, keepdims=True)) + vector(y * 1.0)


# 12: reductions
def reductions(x: Float[Array, "b t d"]) -> Float[Array, "b"]:
    whole = x.sum() + jnp.mean(x) + x.max() + jnp.var(x)
    return x.sum(axis=(1, 2)) + jnp.mean(x, axis=-1).max(axis=1) + x.std((1, 2)) + whole + x[:, 0].sum(-1)


# 13: reductions over an axis that is not known
def over_any(x: Float[Array, "b d"], axis: int = 0, keep: bool = False) -> Array:
    return x.sum(axis=axis) + jnp.sum(x, axis=axis, keepdims=keep)


# 14: places of the largest
def places(x: Float[Array, "b d"]) -> Int[Array, "b"]:
    values, found = lax.top_k(x, 1)
    return jnp.argmax(x, axis=-1) + found[:, 0] + 0 * jnp.argsort(x)[:, 0] + 0 * values[:, 0].astype(int)


# 15: products
def products(x: Float[Array, "b t d"], w: Float[Array, "d e"], v: Float[Array, "d"]) -> Float[Array, "b t e"]:
    scores: Float[Array, "b t t"] = x @ x.swapaxes(-1, -2)
    one: Float[Array, "b t"] = x @ v
    return scores @ (x @ w) + one[..., None] * jnp.dot(v, w) + jnp.matmul(v, w) + jnp.vdot(v, v)


# 16: products of batches that broadcast
def broadcast_products(x: Float[Array, "b 1 n d"], y: Float[Array, "h d m"]) -> Float[Array, "b h n m"]:
    return x @ y


# 17: concatenate and stack
def joined(x: Float[Array, "b n d"], y: Float[Array, "b m d"]) -> Float[Array, "b n+m d"]:
    rows = jnp.concatenate([x, y], axis=1)
    columns = jnp.stack([x[:, 0], y[:, 0]], axis=1)
    wide = jnp.hstack([x[0], x[0]]) + jnp.concatenate((x[0], x[0]), axis=-1)
    return rows + columns[:, :1] + wide.sum() + jnp.vstack([x[0], y[0]])


# 18: lists of which the length is not known
def of_lists(xs: list[Float[Array, "n d"]]) -> Array:
    parts: list[Array] = []
    for x in xs:
        parts.append(x)
    return matrix(jnp.concatenate(parts)) + jnp.stack([x[0] for x in xs]).sum(0)


# 19: split, and its parts
def split(z: Float[Array, "b d"], x: Float[Array, "b 3*d"], y: Float[Array, "n 6"]) -> Array:
    q, k, v = jnp.split(x, 3, axis=-1)
    left, right = jnp.split(y, [2], axis=1)
    parts = jnp.array_split(y, 4, axis=1)
    return matrix(q + k * v + z).sum() + matrix(left).sum() + right[:, :2] + parts[0]


# 20: transposition
def transposed(x: Float[Array, "a b c"]) -> Float[Array, "c b a"]:
    return x.T + x.transpose(2, 1, 0) + jnp.transpose(x) + jnp.moveaxis(x, 0, -1).swapaxes(0, 1) + jnp.swapaxes(x, 0, 2)


# 21: new axes, and fewer
def axes(x: Float[Array, "n"]) -> Float[Array, "n"]:
    wide = x[None, :, None]
    return wide.squeeze((0, 2)) + jnp.squeeze(wide) + jnp.expand_dims(x, 0)[0] + wide[0, ..., 0] + x[..., None].ravel()


# 22: indices of all kinds
def indexed(x: Float[Array, "b t d"], rows: Int[Array, "k"], mask: Bool[Array, "b"], at: int = 0) -> Float[Array, "d"]:
    one = x[0, -1] + x[at, 0] + x[:, 1:, :].sum((0, 1)) + x[..., 0, :][0] + x[rows].mean((0, 1))
    two = x[rows[0], rows[1]] + x[:, rows][0, 0] + x[None, 0, None, 0][0, 0] + x[::2, ::-1][0, 0]
    return one + two + jnp.where(mask[:, None], x[:, 0], 0).sum(0)


# 23: indices that change the order of axes
def advanced(x: Float[Array, "a b c"], i: Int[Array, "k"], j: Int[Array, "k"]) -> Array:
    return x[i, :, j].sum(0) + x[:, i, j].sum(1)[0] + x[i, j].sum()


# 24: slices of which the size is not known
def slices(x: Float[Array, "n d"], start: int = 0, stop: int = 2) -> Array:
    return matrix(x[start:stop]) + matrix(x[:2]) + x[: x.shape[0] // 2].sum() + lax.dynamic_slice_in_dim(x, start, 2)


# 25: writing
def written(x: Float[Array, "n d"], row: Float[Array, "d"], rows: Int[Array, "k"]) -> Float[Array, "n d"]:
    return x.at[0].set(row).at[rows].add(row).at[:, 0].multiply(2.0).at[0, 0].min(1.0)


# 26: einsum
def einsums(q: Float[Array, "b h n d"], k: Float[Array, "b h m d"], w: Float[Array, "d e"]) -> Float[Array, "b h n e"]:
    scores: Float[Array, "b h n m"] = jnp.einsum("bhnd,bhmd->bhnm", q, k)
    mixed = jnp.einsum("...nm,...md->...nd", scores, k)
    return jnp.einsum("bhnd, de -> bhne", mixed, w) + jnp.einsum("ij,jk,kl", w, w.T, w).sum()


# 27: einsum with a pattern that is not known
def any_einsum(x: Float[Array, "n d"], pattern: str = "nd,nd->n") -> Array:
    return vector(jnp.einsum(pattern, x, x))


# 28: activations
def activated(x: Float[Array, "b d"]) -> Float[Array, "b d"]:
    y = jax.nn.relu(x) + jax.nn.gelu(x) + jax.nn.softmax(x, axis=-1) + jax.nn.sigmoid(x)
    return y + jax.nn.log_softmax(x) + jax.nn.standardize(x) + jax.nn.logsumexp(x, axis=-1, keepdims=True)


# 29: one-hot
def one_hot(labels: Int[Array, "b"], classes: int = 4) -> Float[Array, "b classes"]:
    return jax.nn.one_hot(labels, classes) + jax.nn.one_hot(labels, 4)


# 30: random numbers
def random(key: Key[Array, ""], x: Float[Array, "b d"]) -> Float[Array, "b d"]:
    one, two, three = jax.random.split(key, 3)
    kept = jax.random.bernoulli(one, 0.5, x.shape)
    return x * kept + jax.random.normal(two, x.shape) + jax.random.uniform(three, (x.shape[0], 1)) + matrix(jax.random.permutation(one, x))


# 31: vmap of a function of one example
def distance(x: Float[Array, "d"], y: Float[Array, "d"]) -> Float[Array, ""]:
    return jnp.sqrt(((x - y) ** 2).sum())


def mapped(x: Float[Array, "n d"], y: Float[Array, "m d"]) -> Float[Array, "n m"]:
    rows: Float[Array, "n"] = jax.vmap(distance)(x, x)
    to_first: Float[Array, "n"] = jax.vmap(distance, in_axes=(0, None))(x, y[0])
    columns: Float[Array, "n"] = jax.vmap(distance, in_axes=1)(x.T, x.T)
    result: Float[Array, "n m"] = jax.vmap(jax.vmap(distance, (None, 0)), (0, None))(x, y)
    return result + rows[:, None] + to_first[:, None] + columns[:, None]


# 32: vmap with other axes out, of tuples and dicts
def outs(x: Float[Array, "n d"]) -> Array:
    def both(row: Float[Array, "d"], scale: dict[str, Float[Array, ""]]) -> tuple[Float[Array, "d"], Float[Array, ""]]:
        return row * scale["a"], row.sum()

    rows, sums = jax.vmap(both, in_axes=(0, {"a": None}), out_axes=(1, 0))(x, {"a": jnp.ones(())})
    result: Array = rows.T + sums[:, None]
    return result


# 33: jit, grad, value_and_grad, checkpoint
def transformed(x: Float[Array, "n d"], y: Float[Array, "d"]) -> Float[Array, "d"]:
    fast = jax.jit(distance)
    slope: Float[Array, "d"] = jax.grad(distance)(x[0], y)
    value, slopes = jax.value_and_grad(distance, argnums=(0, 1))(x[0], y)
    again: Float[Array, ""] = jax.checkpoint(distance)(y, y)
    result: Float[Array, "d"] = slope + slopes[1] + value + again + fast(y, y)
    return result


# 34: static arguments
def rolled(x: Float[Array, "n"], by: int) -> Float[Array, "n"]:
    return jnp.roll(x, by)


def static(x: Float[Array, "n"]) -> Float[Array, "n"]:
    fast = jax.jit(rolled, static_argnums=1)
    result: Float[Array, "n"] = fast(x, 2)
    return result


# 35: trees
def trees(x: dict[str, Float[Array, "n"]]) -> dict[str, Array]:
    doubled: dict[str, Array] = jax.tree.map(lambda leaf: leaf[None], x)
    return {key: matrix(value) for key, value in doubled.items()}


# 36: sizes that are compared
def compared(x: Float[Array, "n"], y: Float[Array, "m"]) -> Float[Array, "..."]:
    size = min(x.shape[0], y.shape[0])
    length = max(len(x), len(y))
    padded = jnp.pad(x, (0, length - x.shape[0])) + jnp.pad(y, (0, length - y.shape[0]))
    return x[:size] + y[:size] + padded[0]


# 37: padding
def padded(x: Float[Array, "b n d"], to: int = 64) -> Float[Array, "b to d"]:
    missing = max(0, to - x.shape[1])
    return jnp.pad(x, ((0, 0), (0, missing), (0, 0)))[:, :to]


# 38: tile, repeat, flip, roll, cumsum
def others(x: Float[Array, "n d"]) -> Float[Array, "2*n d"]:
    return jnp.tile(x, (2, 1)) + jnp.repeat(x, 2, axis=0) + jnp.concatenate([jnp.flip(x, 0), jnp.cumsum(x, axis=0)])


# 39: linear algebra
def algebra(x: Float[Array, "n d"]) -> Float[Array, "d d"]:
    u, s, v = jnp.linalg.svd(x, full_matrices=False)
    gram = x.T @ x + jnp.eye(x.shape[1])
    norms: Array = jnp.linalg.norm(x, axis=1)
    inverse: Float[Array, "d d"] = jnp.linalg.inv(gram)
    result: Array = inverse + jnp.linalg.cholesky(gram) + norms.sum() + (u * s).sum() + v.sum()
    return result


# 40: what depends on a flag
def flagged(x: Float[Array, "n d"], flat: bool = True, order: Sequence[int] = (1, 0)) -> Array:
    y = x.reshape(-1) if flat else x
    return y.sum() + x.transpose(*order).sum() + jnp.transpose(x, order).mean()
