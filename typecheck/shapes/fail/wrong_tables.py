"""A model of a table in which columns and rows are mixed up."""

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Bool, Float, Int

QUANTILES: Final = (0.1, 0.5, 0.9)
RowsT = TypeVar("RowsT")


@dataclass(frozen=True)
class Rows:
    """Some rows of a table."""

    numbers: Float[Array, "n 12"]
    categories: Int[Array, "n 5"]
    missing: Bool[Array, "n 12"]
    target: Float[Array, "n"]

    def __len__(self) -> int:
        return self.numbers.shape[0]


@dataclass(frozen=True)
class Split(Generic[RowsT]):
    """What is learned from, and what is kept."""

    train: RowsT
    test: RowsT


# preparation
@dataclass(frozen=True)
class Standardizer:
    """Means and deviations of columns."""

    mean: Float[Array, "columns"]
    deviation: Float[Array, "columns"]

    @classmethod
    def fit(cls, x: Float[Array, "n columns"]) -> "Standardizer":
        return cls(x.mean(axis=0), x.std(axis=1) + 1e-6)  # E: datarax-shape: deviation: expected Float[Array, "columns"]

    def __call__(self, x: Float[Array, "n columns"]) -> Float[Array, "n columns"]:
        return (x - self.mean) / self.deviation


def filled(x: Float[Array, "n d"], missing: Bool[Array, "n d"]) -> Float[Array, "n d"]:
    means: Float[Array, "1 d"] = x.mean(axis=0)  # E: datarax-shape: means: expected Float[Array, "1 d"]
    return jnp.where(missing, means, x)


def divided(rows: Rows, share: float = 0.5) -> Split[Rows]:
    cut = int(len(rows) * share)
    return Split(jax.tree.map(lambda x: x[:cut], rows), jax.tree.map(lambda x: x[cut:], rows))


jax.tree_util.register_dataclass(
    Rows, data_fields=["numbers", "categories", "missing", "target"], meta_fields=[]
)


# the model
class Columns(nnx.Module):
    """One table of embeddings for each categorical column."""

    def __init__(self, *, rngs: nnx.Rngs) -> None:
        self.tables = nnx.List([nnx.Embed(50, 8, rngs=rngs) for _ in range(5)])

    def __call__(self, categories: Int[Array, "n 5"]) -> Float[Array, "n 40"]:
        parts = [table(categories[:, at]) for at, table in enumerate(self.tables)]
        return jnp.concatenate(parts, axis=-1)

    def one(self, categories: Int[Array, "n 5"]) -> Float[Array, "n 40"]:
        table = nnx.Embed(50, 8, rngs=nnx.Rngs(0))
        return table(categories)  # E: datarax-shape: return: expected Float[Array, "n 40"]


class Residual(nnx.Module):
    def __init__(self, *, rngs: nnx.Rngs) -> None:
        self.inner = nnx.Linear(52, 128, rngs=rngs)
        self.outer = nnx.Linear(128, 52, rngs=rngs)

    def __call__(self, x: Float[Array, "n 52"]) -> Float[Array, "n 52"]:
        return x + nnx.relu(self.inner(x))  # E: datarax-shape: add:


class TableModel(nnx.Module):
    def __init__(self, *, rngs: nnx.Rngs) -> None:
        self.columns = Columns(rngs=rngs)
        self.blocks = nnx.List([Residual(rngs=rngs) for _ in range(2)])
        self.head = nnx.Linear(52, 3, rngs=rngs)

    def __call__(self, numbers: Float[Array, "n 12"], categories: Int[Array, "n 5"]) -> Float[Array, "n 3"]:
        x = jnp.concatenate([numbers, jnp.zeros((numbers.shape[0], 30))], axis=-1)
        seen = [block(x) for block in self.blocks]  # E: datarax-shape: x: expected Float[Array, "n 52"]
        return self.head(jnp.stack(seen).mean(axis=0))


# the loss
def pinball(guess: Float[Array, "n 3"], target: Float[Array, "n"]) -> Float[Array, ""]:
    levels = jnp.asarray(QUANTILES)
    error = target[:, None] - guess
    return jnp.maximum(levels * error, (levels - 1) * error).mean(axis=1)  # E: datarax-shape: return: expected Float[Array, ""]


def coverage(low: Float[Array, "n"], high: Float[Array, "n"], target: Float[Array, "n"]) -> Float[Array, ""]:
    return ((low <= target) & (target <= high)).mean()


def importance(model: TableModel, rows: Rows) -> Float[Array, "12"]:
    def total(numbers: Float[Array, "n 12"]) -> Float[Array, ""]:
        return model(numbers.T, rows.categories)[:, 1].sum()

    slopes: Float[Array, "n 12"] = jax.grad(total)(rows.numbers)
    return jnp.abs(slopes).mean(axis=0)


def middle(model: TableModel, rows: Rows) -> Float[Array, ""]:
    guess = model(rows.numbers, rows.missing)  # E: datarax-dtype: categories: expected Int[Array, "n 5"]
    return coverage(guess[:, 0], guess[:, 1], rows.target)


def covered(guess: Float[Array, "n 3"], rows: Rows) -> Float[Array, ""]:
    return coverage(guess[:, 0], guess[:, 1:], rows.target)  # E: datarax-shape: high: expected Float[Array, "n"]
