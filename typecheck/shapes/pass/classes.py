"""Classes whose names of axes are those of each class, each method and each instance."""

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Generic, NamedTuple, NotRequired, Protocol, TypedDict, TypeVar

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Bool, Float, Int, Key

T = TypeVar("T")


# 1: names of fields are not those of a method
@dataclass(frozen=True)
class Frames:
    values: Float[Array, "b frames d"]
    lengths: Int[Array, "b"]

    def mask(self) -> Bool[Array, "b frames"]:
        return jnp.arange(self.values.shape[1])[None, :] < self.lengths[:, None]

    def transposed(self) -> Float[Array, "d frames b"]:
        return self.values.T

    def times(self, weights: Float[Array, "b d"]) -> Float[Array, "frames b"]:
        return jnp.einsum("bfd,kd->fk", self.values, weights)


def of_frames(frames: Frames, weights: Float[Array, "d b"]) -> Array:
    same = Frames(frames.values, frames.lengths)
    return frames.mask().sum() + same.transposed().sum() + frames.values.sum()


# 2: two instances of one class have sizes of their own
@dataclass
class Affine:
    weights: Float[Array, "d e"]
    bias: Float[Array, "e"]

    def __call__(self, x: Float[Array, "n d"]) -> Float[Array, "n e"]:
        return x @ self.weights + self.bias


def two_instances(first: Affine, x: Float[Array, "n 3"]) -> Array:
    small = Affine(jnp.ones((3, 4)), jnp.ones(4))
    large = Affine(jnp.ones((4, 5)), jnp.ones(5))
    return large(small(x)) + large.bias


# 3: replace, and fields that change
def replaced(affine: Affine) -> Affine:
    wide = replace(affine, weights=jnp.ones((2, 9)), bias=jnp.ones(9))
    wide.weights = jnp.ones((7, 9))
    wide.bias = wide.weights[0]
    return wide


# 4: defaults and factories
@dataclass
class Options:
    scale: Float[Array, ""] = field(default_factory=lambda: jnp.ones(()))
    shift: Float[Array, "d"] | None = None
    names: ClassVar[tuple[str, ...]] = ()


def of_options(x: Float[Array, "n d"]) -> Array:
    plain, shifted = Options(), Options(shift=x[0])
    if shifted.shift is None:
        return x * plain.scale
    return x + shifted.shift


# 5: a field that is narrowed
def narrowed(options: Options, x: Float[Array, "n d"]) -> Array:
    shift = options.shift
    if shift is not None and shift.shape == x.shape[1:]:
        x = x + shift
    return x


# 6: NamedTuples
class Pair(NamedTuple):
    left: Float[Array, "n"]
    right: Float[Array, "m"] | None = None


def swapped(pair: Pair) -> Pair:
    left, right = pair
    return Pair(left if right is None else right, left)


def of_pairs(pair: Pair) -> Array:
    again = swapped(swapped(pair))._replace(left=jnp.ones(3))
    return again.left + (0 if again[1] is None else again[1].sum())


# 7: TypedDicts
class Photo(TypedDict):
    image: Float[Array, "h w c"]
    mask: NotRequired[Bool[Array, "h w"]]


def area(photo: Photo) -> Float[Array, ""]:
    if "mask" in photo:
        return photo["mask"].sum().astype(float)
    return jnp.asarray(float(photo["image"].size))


def of_photos(photo: Photo, small: Float[Array, "2 2 1"]) -> Array:
    other: Photo = {"image": small}
    photo["image"] = small
    return area(photo) + area(other) + area(Photo(image=small, mask=small[..., 0] > 0)) + area({**photo})


# 8: generic classes
class Box(Generic[T]):
    def __init__(self, item: T) -> None:
        self.item = item

    def swap(self, item: T) -> T:
        old, self.item = self.item, item
        return old


def of_boxes(x: Float[Array, "n"], y: Float[Array, "n d"]) -> Array:
    box, wide = Box(x), Box(y)
    box.swap(y)
    return box.item + wide.swap(y).sum()


# 9: inheritance that changes a signature
class Base:
    def scores(self, x: Float[Array, "n d"]) -> Float[Array, "n"]:
        return x.sum(axis=1)


class Wider(Base):
    def scores(self, x: Float[Array, "*batch d"]) -> Float[Array, "*batch"]:
        return x.sum(axis=-1)


def of_a_subclass(x: Float[Array, "n d"], y: Float[Array, "a b d"]) -> Array:
    wide = Wider()
    base: Base = wide
    return wide.scores(y).sum() + base.scores(x)


# 10: properties
class Matrix:
    def __init__(self, rows: int, columns: int) -> None:
        self.values: Float[Array, "rows columns"] = jnp.zeros((rows, columns))

    @property
    def transposed(self) -> Float[Array, "columns rows"]:
        return self.values.T

    @classmethod
    def square(cls, n: int) -> "Matrix":
        return cls(n, n)

    @staticmethod
    def product(x: Float[Array, "a b"], y: Float[Array, "b c"]) -> Float[Array, "a c"]:
        return x @ y


def of_matrices(x: Float[Array, "3 4"]) -> Array:
    matrix = Matrix(4, 3)
    first = Matrix.product(x, matrix.values) + Matrix.square(3).transposed
    return matrix.product(first, matrix.transposed)


# 11: operators of one's own
@dataclass
class Quantity:
    value: Float[Array, "n"]

    def __add__(self, other: "Quantity") -> "Quantity":
        return Quantity(self.value + other.value)

    def __matmul__(self, other: Float[Array, "n m"]) -> Float[Array, "m"]:
        return self.value @ other

    def __getitem__(self, at: int) -> Float[Array, ""]:
        return self.value[at]


def of_operators(x: Float[Array, "n"], y: Float[Array, "n m"]) -> Array:
    total = Quantity(x) + Quantity(x)
    return total @ y + total[0]


# 12: protocols
class Metric(Protocol):
    scale: Float[Array, "d"]

    def between(self, x: Float[Array, "d"], y: Float[Array, "d"]) -> Float[Array, ""]: ...


@dataclass
class Euclidean:
    scale: Float[Array, "k"]

    def between(self, x: Float[Array, "k"], y: Float[Array, "k"]) -> Float[Array, ""]:
        return jnp.sqrt((((x - y) * self.scale) ** 2).sum())


def of_protocols(x: Float[Array, "n d"]) -> Array:
    metric: Metric = Euclidean(x[0])
    return metric.between(x[0], x[1]) + metric.scale.sum()


# 13: NNX modules of many sizes
class Dense(nnx.Module):
    def __init__(self, inputs: int, outputs: int, *, rngs: nnx.Rngs) -> None:
        self.layer = nnx.Linear(inputs, outputs, rngs=rngs)
        self.bias: nnx.Param[Float[Array, "outputs"]] = nnx.Param(jnp.zeros(outputs))

    def __call__(self, x: Float[Array, "*batch inputs"]) -> Float[Array, "*batch outputs"]:
        return self.layer(x) + self.bias[...]


class Mlp(nnx.Module):
    def __init__(self, width: int, *, rngs: nnx.Rngs) -> None:
        self.up = Dense(8, width, rngs=rngs)
        self.layers = nnx.List([Dense(width, width, rngs=rngs) for _ in range(2)])
        self.down = Dense(width, 8, rngs=rngs)

    def __call__(self, x: Float[Array, "b 8"]) -> Float[Array, "b 8"]:
        x = self.up(x)
        for layer in self.layers:
            x = nnx.relu(layer(x))
        return self.down(x)


def of_modules(x: Float[Array, "b 8"]) -> Array:
    model = Mlp(16, rngs=nnx.Rngs(0))
    return model(model(x)) + Mlp(4, rngs=nnx.Rngs(1))(x)


# 14: sizes of an instance
class Fixed(nnx.Module):
    def __init__(self, dim: int) -> None:
        self.dim = dim

    def __call__(self, x: Float[Array, "b {self.dim}"]) -> Float[Array, "b 2*{self.dim}"]:
        return jnp.concatenate([x, x], axis=-1)


def of_an_instance(x: Float[Array, "b 3"]) -> Array:
    return Fixed(6)(Fixed(3)(x))


# 15: a module that is bound again
def bound_again(x: Float[Array, "b 8"], rngs: nnx.Rngs) -> Array:
    layer = nnx.Linear(8, 4, rngs=rngs)
    x = layer(x)
    layer = nnx.Linear(4, 2, rngs=rngs)
    return layer(x)


# 16: modules in containers
def in_containers(x: Float[Array, "b 8"], rngs: nnx.Rngs) -> Array:
    layers = [nnx.Linear(8, 4, rngs=rngs), nnx.Linear(4, 2, rngs=rngs)]
    table = {"first": layers[0], "second": layers[1]}
    for layer in layers:
        x = layer(x)
    model = nnx.Sequential(nnx.Linear(2, 8, rngs=rngs), nnx.relu, table["first"])
    result: Array = model(x)
    return result


# 17: layers of NNX with any number of axes
def any_axes(x: Float[Array, "8"], y: Float[Array, "a b c 8"], rngs: nnx.Rngs) -> Array:
    layer = nnx.Linear(8, 4, rngs=rngs)
    norm = nnx.LayerNorm(4, rngs=rngs)
    result: Array = norm(layer(x)) + norm(layer(y))
    return result


# 18: convolutions with strides, padding, groups
def convolved(x: Float[Array, "b 32 32 4"], rngs: nnx.Rngs) -> Array:
    same = nnx.Conv(4, 8, kernel_size=(3, 3), rngs=rngs)(x)
    half = nnx.Conv(8, 8, kernel_size=(3, 3), strides=2, rngs=rngs)(same)
    valid = nnx.Conv(8, 8, kernel_size=(5, 5), padding="VALID", feature_group_count=8, rngs=rngs)(half)
    sound = nnx.Conv(4, 2, kernel_size=3, rngs=rngs)(x[:, 0])
    one = nnx.Conv(4, 2, kernel_size=(3, 3), rngs=rngs)(x[0])
    return valid.sum() + sound.sum() + one


# 19: embeddings, dropout, batch norm
def normalized(tokens: Int[Array, "b t"], key: Key[Array, ""]) -> Array:
    rngs = nnx.Rngs(key)
    x = nnx.Embed(10, 8, rngs=rngs)(tokens) + nnx.Embed(10, 8, rngs=rngs)(tokens[0])
    x = nnx.Dropout(0.5, rngs=rngs)(x)
    y: Array = nnx.BatchNorm(8, rngs=rngs)(x)
    return nnx.LinearGeneral(8, (2, 4), rngs=rngs)(y)


# 20: a module taken apart
def apart(x: Float[Array, "b 8"]) -> Array:
    graph, state = nnx.split(Mlp(16, rngs=nnx.Rngs(0)))
    model: Any = nnx.merge(graph, jax.tree.map(lambda leaf: leaf * 2, state))
    result: Array = model(x)
    return result
