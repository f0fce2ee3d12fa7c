"""Methods, constructors, fields and modules whose annotations say shapes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Generic, NamedTuple, Protocol, TypedDict, TypeVar

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Bool, Float, Int

T = TypeVar("T")


@dataclass
class Camera:
    """A dataclass: its constructor checks."""

    matrix: Float[Array, "3 3"]
    centre: Float[Array, "2"]
    labels: Int[Array, "n"] | None = None

    def project(self, points: Float[Array, "n 3"]) -> Float[Array, "n 2"]:
        return (points @ self.matrix)[:, :2] + self.centre

    @property
    def focal(self) -> Float[Array, "2"]:
        diagonal: Array = jnp.diagonal(self.matrix)
        return diagonal[:2]

    @classmethod
    def at(cls, centre: Float[Array, "2"]) -> "Camera":
        return cls(jnp.eye(3), centre)

    @staticmethod
    def lifted(points: Float[Array, "n 2"]) -> Float[Array, "n 3"]:
        return jnp.concatenate([points, points[:, :1]], axis=1)

    def __call__(self, point: Float[Array, "3"]) -> Float[Array, "2"]:
        return self.project(point[None])[0]

    def __matmul__(self, other: Float[Array, "3 3"]) -> Float[Array, "3 3"]:
        return self.matrix @ other


@dataclass(frozen=True)
class Box:
    """Fields with one name in two of them."""

    low: Float[Array, "d"]
    high: Float[Array, "d"]
    weights: Float[Array, "d"] = field(default_factory=lambda: jnp.ones(2), kw_only=True)


class Corner(NamedTuple):
    """A tuple with names."""

    place: Float[Array, "2"]
    size: Float[Array, "2"]


class Record(TypedDict):
    """A dict with names."""

    image: Float[Array, "h w 3"]
    label: Int[Array, ""]


class Dense(nnx.Module):
    """An NNX module."""

    def __init__(self, *, rngs: nnx.Rngs) -> None:
        self.layer = nnx.Linear(8, 16, rngs=rngs)
        self.scale = nnx.Param(jnp.ones(16))

    def __call__(self, x: Float[Array, "b 8"]) -> Float[Array, "b 16"]:
        return self.layer(x) * self.scale[...]

    def loss(self, x: Float[Array, "b 8"], labels: Int[Array, "b"]) -> Float[Array, ""]:
        return self(x).mean() + labels.sum()


class Deep(Dense):
    """It inherits its signature."""


class Two(nnx.Module):
    """Modules within a module."""

    first: Dense
    names: ClassVar[tuple[str, ...]] = ("first", "second")

    def __init__(self, *, rngs: nnx.Rngs) -> None:
        self.first = Dense(rngs=rngs)
        self.second = Dense(rngs=rngs)

    def __call__(self, x: Float[Array, "b 8"]) -> Float[Array, "b 16"]:
        return self.second(self.first(x))  # E: datarax-shape: x: expected Float[Array, "b 8"]

    def flat(self, image: Float[Array, "b h w c"]) -> Float[Array, "b 16"]:
        return self.first(image)  # E: datarax-shape: x: expected Float[Array, "b 8"]

    def of_an_attribute(self, x: Float[Array, "b 8"]) -> Float[Array, "b 16"]:
        hidden = self.first(x)
        hidden = self.first(hidden)  # E: datarax-shape: x: expected Float[Array, "b 8"]
        return hidden


class Model(Protocol):
    """Whatever turns 8 numbers into some."""

    def __call__(self, x: Float[Array, "b 8"]) -> Array: ...


class Store(Generic[T]):
    """It has one thing."""

    def __init__(self, item: T) -> None:
        self.item = item

    def get(self) -> T:
        return self.item

    def nearest(self, query: Float[Array, "d"], keys: Float[Array, "n d"]) -> Int[Array, ""]:
        return jnp.argmax(keys @ query)


# 1: methods
def method(camera: Camera, points: Float[Array, "n 2"]) -> None:
    camera.project(points)  # E: datarax-shape: points: expected Float[Array, "n 3"]


def method_by_keyword(camera: Camera, points: Float[Array, "3"]) -> None:
    camera.project(points=points)  # E: datarax-shape: points: expected Float[Array, "n 3"]


def class_method(points: Float[Array, "n 2"]) -> None:
    Camera.at(points)  # E: datarax-shape: centre: expected Float[Array, "2"]


def static_method(points: Float[Array, "n 3"]) -> None:
    Camera.lifted(points)  # E: datarax-shape: points: expected Float[Array, "n 2"]


def static_method_of_an_instance(camera: Camera, points: Float[Array, "n 3"]) -> None:
    camera.lifted(points)  # E: datarax-shape: points: expected Float[Array, "n 2"]


def result_of_a_method(camera: Camera, points: Float[Array, "n 3"]) -> None:
    camera.project(camera.project(points))  # E: datarax-shape: points: expected Float[Array, "n 3"]


def call_of_an_object(camera: Camera, point: Float[Array, "2"]) -> None:
    camera(point)  # E: datarax-shape: point: expected Float[Array, "3"]


def method_of_the_class(camera: Camera, points: Float[Array, "n 4"]) -> None:
    Camera.project(camera, points)  # E: datarax-shape: points: expected Float[Array, "n 3"]


def method_of_a_new_object(points: Float[Array, "n 2"]) -> None:
    Camera(jnp.eye(3), jnp.zeros(2)).project(points)  # E: datarax-shape: points: expected Float[Array, "n 3"]


def one_name_twice(store: Store[int], query: Float[Array, "4"], keys: Float[Array, "n 5"]) -> None:
    store.nearest(query, keys)  # E: datarax-shape: keys: expected Float[Array, "n d"]


def axes_swapped(store: Store[int], query: Float[Array, "d"], keys: Float[Array, "n d"]) -> None:
    store.nearest(query, keys.T)  # E: datarax-shape: keys: expected Float[Array, "n d"]


# 2: attributes and properties
def attribute(camera: Camera, points: Float[Array, "n 2"]) -> None:
    camera.project(camera.centre)  # E: datarax-shape: points: expected Float[Array, "n 3"]


def property_of_an_object(camera: Camera) -> None:
    Camera.lifted(camera.focal)  # E: datarax-shape: points: expected Float[Array, "n 2"]


def attribute_of_another_size(camera: Camera) -> None:
    Camera.at(camera.matrix[0])  # E: datarax-shape: centre: expected Float[Array, "2"]


def field_of_a_tuple(corner: Corner, camera: Camera) -> None:
    camera(corner.place)  # E: datarax-shape: point: expected Float[Array, "3"]


def item_of_a_dict(record: Record, camera: Camera) -> None:
    camera.project(record["image"])  # E: datarax-shape: points: expected Float[Array, "n 3"]


def item_of_another_dtype(record: Record, camera: Camera) -> None:
    Box(record["label"][None], jnp.zeros(1))  # E: datarax-dtype: low: expected Float[Array, "d"]


def item_of_a_generic(store: Store[Float[Array, "n 2"]], camera: Camera) -> None:
    camera.project(store.get())  # E: datarax-shape: points: expected Float[Array, "n 3"]


# 3: constructors
def constructor(matrix: Float[Array, "3 4"]) -> Camera:
    return Camera(matrix, jnp.zeros(2))  # E: datarax-shape: matrix: expected Float[Array, "3 3"]


def constructor_by_keyword(centre: Float[Array, "3"]) -> Camera:
    return Camera(
        matrix=jnp.eye(3),
        centre=centre,  # E: datarax-shape: centre: expected Float[Array, "2"]
    )


def constructor_of_an_optional(labels: Int[Array, "n k"]) -> Camera:
    return Camera(jnp.eye(3), jnp.zeros(2), labels)  # E: datarax-shape: labels: expected


def constructor_of_another_dtype(labels: Float[Array, "n"]) -> Camera:
    return Camera(jnp.eye(3), jnp.zeros(2), labels=labels)  # E: datarax-dtype: labels: expected


def constructor_of_two_sizes(x: Float[Array, "3"], y: Float[Array, "4"]) -> Box:
    return Box(x, y)  # E: datarax-shape: high: expected Float[Array, "d"]


def constructor_of_two_names(x: Float[Array, "a"], y: Float[Array, "b"]) -> Box:
    return Box(low=x, high=y, weights=x)  # E: datarax-shape: high: expected Float[Array, "d"]


# 4: NNX modules
def module(model: Dense, x: Float[Array, "b 16"]) -> None:
    model(x)  # E: datarax-shape: x: expected Float[Array, "b 8"]


def module_without_a_batch(model: Dense, x: Float[Array, "8"]) -> None:
    model(x)  # E: datarax-shape: x: expected Float[Array, "b 8"]


def module_that_is_new(x: Float[Array, "b h w c"]) -> Array:
    return Dense(rngs=nnx.Rngs(0))(x)  # E: datarax-shape: x: expected Float[Array, "b 8"]


def module_that_inherits(model: Deep, x: Float[Array, "b 16"]) -> Array:
    return model(x)  # E: datarax-shape: x: expected Float[Array, "b 8"]


def method_of_a_module(model: Dense, x: Float[Array, "16 8"], labels: Int[Array, "32"]) -> Array:
    return model.loss(x, labels)  # E: datarax-shape: labels: expected Int[Array, "b"]


def arguments_swapped(model: Dense, x: Float[Array, "b 8"], labels: Int[Array, "b 1"]) -> Array:
    return model.loss(labels, x)  # E: datarax-dtype: x: expected Float[Array, "b 8"] ;; datarax-dtype: labels: expected Int[Array, "b"]


def module_within_a_module(model: Two, x: Float[Array, "b 9"]) -> Array:
    return model.first(x)  # E: datarax-shape: x: expected Float[Array, "b 8"]


def result_of_a_module(model: Dense, camera: Camera, x: Float[Array, "b 8"]) -> Array:
    return camera.project(model(x))  # E: datarax-shape: points: expected Float[Array, "n 3"]


def parameter_of_a_module(model: Dense) -> Array:
    return model(model.scale[...])  # E: datarax-shape: x: expected Float[Array, "b 8"]


def modules_in_a_list(models: list[Dense], x: Float[Array, "b 16"]) -> None:
    for model in models:
        model(x)  # E: datarax-shape: x: expected Float[Array, "b 8"]


# 5: functions made of functions
def each(x: Float[Array, "d"], y: Float[Array, "d"]) -> Float[Array, ""]:
    return x @ y


def mapped(x: Float[Array, "d"]) -> Array:
    result: Array = jax.vmap(each)(x, x)  # E: datarax-shape: x: expected Float[Array, "d"] ;; datarax-shape: y: expected Float[Array, "d"]
    return result


def mapped_over_another_axis(x: Float[Array, "4 3"], y: Float[Array, "4 3"]) -> Array:
    result: Array = jax.vmap(each, in_axes=(0, None))(x, y.T)  # E: datarax-shape: y: expected Float[Array, "d"]
    return result


def mapped_over_one(x: Float[Array, "b d"], y: Float[Array, "b d"]) -> Array:
    result: Array = jax.vmap(each, in_axes=(0, None))(x, y)  # E: datarax-shape: y: expected Float[Array, "d"]
    return result


def mapped_twice(x: Float[Array, "a b"]) -> Array:
    result: Array = jax.vmap(jax.vmap(each))(x, x)  # E: datarax-shape: x: expected Float[Array, "d"] ;; datarax-shape: y: expected Float[Array, "d"]
    return result


def mapped_and_bound(x: Float[Array, "n 5"], y: Float[Array, "n 6"]) -> Array:
    pairwise = jax.vmap(each)
    result: Array = pairwise(x, y)  # E: datarax-shape: y: expected Float[Array, "d"]
    return result


def compiled(x: Float[Array, "5"], y: Float[Array, "6"]) -> Array:
    result: Array = jax.jit(each)(x, y)  # E: datarax-shape: y: expected Float[Array, "d"]
    return result


def compiled_and_bound(x: Float[Array, "d"], y: Int[Array, "d"]) -> Array:
    fast = jax.jit(each)
    result: Array = fast(x, y)  # E: datarax-dtype: y: expected Float[Array, "d"]
    return result


@jax.jit
def fast_norm(x: Float[Array, "b d"]) -> Float[Array, "b"]:
    return (x * x).sum(axis=-1)


def decorated(x: Float[Array, "d"]) -> Array:
    result: Array = fast_norm(x)  # E: datarax-shape: x: expected Float[Array, "b d"]
    return result


def compiled_and_mapped(x: Float[Array, "b d"]) -> Array:
    result: Array = jax.jit(jax.vmap(each))(x, x[..., None])  # E: datarax-shape: y: expected Float[Array, "d"]
    return result


# 6: modules in a list
class Tower(nnx.Module):
    """Blocks one after the other."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.blocks = nnx.List([Narrow(rngs) for _ in range(3)])

    def __call__(self, x: Float[Array, "b 3"]) -> Float[Array, "b 3"]:
        return self.blocks[0](x[0])  # E: datarax-shape: x: expected Float[Array, "b 3"]


class Narrow(nnx.Module):
    """Maps three features."""

    def __init__(self, rngs: nnx.Rngs) -> None:
        self.layer = nnx.Linear(3, 3, rngs=rngs)

    def __call__(self, x: Float[Array, "b 3"]) -> Float[Array, "b 3"]:
        out: Float[Array, "b 3"] = self.layer(x)
        return out
