"""A training loop in which labels, images and losses are mixed up."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias, TypedDict

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx
from jaxtyping import Array, Float, Int, Key, PyTree, UInt8

Logits: TypeAlias = Float[Array, "b 10"]
Labels: TypeAlias = Int[Array, "b"]


class Digits(TypedDict):
    """A batch of digits."""

    image: Float[Array, "b 28 28 1"]
    label: Int[Array, "b"]


class Metrics(TypedDict):
    """What is written down."""

    loss: Float[Array, ""]
    accuracy: Float[Array, ""]


@dataclass
class State:
    """What a step changes."""

    step: Int[Array, ""] = field(default_factory=lambda: jnp.zeros((), jnp.int32))
    losses: list[Float[Array, ""]] = field(default_factory=list)


# the model
class Classifier(nnx.Module):
    def __init__(self, *, rngs: nnx.Rngs) -> None:
        self.first = nnx.Conv(1, 8, kernel_size=(3, 3), rngs=rngs)
        self.second = nnx.Conv(8, 16, kernel_size=(3, 3), rngs=rngs)
        self.dropout = nnx.Dropout(0.5, rngs=rngs)
        self.head = nnx.Linear(7 * 7 * 16, 10, rngs=rngs)

    def __call__(self, image: Float[Array, "b 28 28 1"]) -> Logits:
        x = nnx.max_pool(nnx.relu(self.first(image)), (2, 2), strides=(2, 2))
        x = nnx.max_pool(nnx.relu(self.second(x)), (2, 2), strides=(2, 2))
        x = x.reshape(x.shape[0], -1)
        return self.head(self.dropout(x))

    def unpooled(self, image: Float[Array, "b 28 28 1"]) -> Logits:
        x = nnx.relu(self.second(nnx.relu(self.first(image))))
        return self.head(x.reshape(x.shape[0], 28 * 28 * 16))  # E: datarax-shape: Linear:


# data
def load() -> tuple[UInt8[np.ndarray, "n 28 28"], Int[np.ndarray, "n"]]:
    return np.zeros((12, 28, 28), np.uint8), np.zeros(12, np.int32)


def scaled(images: UInt8[np.ndarray, "n 28 28"]) -> Float[Array, "n 28 28 1"]:
    return jnp.asarray(images) / 255.0  # E: datarax-shape: return: expected Float[Array, "n 28 28 1"]


def batches(size: int = 4) -> Iterator[Digits]:
    images, labels = load()
    values = scaled(images)
    for start in range(0, len(values), size):
        rows = slice(start, start + size)
        yield {"image": jnp.asarray(values[rows]), "label": jnp.asarray(labels[rows])}


def joined(first: Digits, second: Digits) -> Digits:
    image = jnp.concatenate([first["image"], second["label"]])  # E: datarax-shape: concatenate:
    return Digits(image=image, label=jnp.concatenate([first["label"], second["label"]]))


# losses
def cross_entropy(logits: Logits, labels: Labels) -> Float[Array, "b"]:
    losses: Float[Array, "b"] = optax.softmax_cross_entropy_with_integer_labels(logits, labels)
    return losses


def accuracy(logits: Logits, labels: Labels) -> Float[Array, ""]:
    return jnp.mean(jnp.argmax(logits, axis=-1) == labels, keepdims=True)  # E: datarax-shape: return: expected Float[Array, ""]


def penalty(params: PyTree[Float[Array, "..."]]) -> Float[Array, ""]:
    return sum((jnp.sum(leaf**2) for leaf in jax.tree.leaves(params)), jnp.zeros(()))


def loss_of(model: Classifier, digits: Digits) -> tuple[Float[Array, ""], Logits]:
    logits = model(digits["image"])
    return cross_entropy(logits, jax.nn.one_hot(digits["label"], 10)).mean(), logits  # E: datarax-dtype: labels: expected Int[Array, "b"]


# a step
def step(model: Classifier, optimizer: nnx.Optimizer[Classifier], digits: Digits) -> Metrics:
    (loss, logits), gradients = nnx.value_and_grad(loss_of, has_aux=True)(model, digits)
    optimizer.update(model, gradients)
    return {"loss": loss, "accuracy": accuracy(logits, digits["label"])}


def moved(average: PyTree[Float[Array, "..."]], new: PyTree[Float[Array, "..."]]) -> PyTree[Float[Array, "..."]]:
    return jax.tree.map(lambda old, now: 0.9 * old + 0.1 * now, average, new)


# the loop
def trained(key: Key[Array, ""], epochs: int = 1) -> State:
    model = Classifier(rngs=nnx.Rngs(key))
    optimizer = nnx.Optimizer(model, optax.adam(1e-3), wrt=nnx.Param)
    state = State()
    for _ in range(epochs):
        for digits in batches():
            metrics = step(model, optimizer, digits)
            state.losses.append(metrics["loss"])
            state.step = state.step + 1
    return state


def evaluated(model: Classifier, rows: Iterable[Digits]) -> Float[Array, ""]:
    images = [one["image"] for one in rows]
    return jnp.stack(images).mean()


def guessed(model: Classifier, image: Float[Array, "28 28 1"]) -> Int[Array, ""]:
    return model(image).argmax()  # E: datarax-shape: image: expected Float[Array, "b 28 28 1"]


def confused(model: Classifier, digits: Digits) -> Float[Array, ""]:
    return accuracy(digits["label"], digits["label"])  # E: datarax-dtype: logits: expected Float[Array, "b 10"]


def averaged(losses: Float[Array, "steps 2"]) -> Float[Array, ""]:
    return losses.mean(axis=0)  # E: datarax-shape: return: expected Float[Array, ""]
