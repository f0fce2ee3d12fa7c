"""What a function returns, or a name with an annotation is given, is not what the annotation says."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Bool, Float, Float32, Int, Shaped


def grey(image: Float[Array, "h w 3"]) -> Float[Array, "h w"]:
    return image.mean(axis=-1)


def encoded(x: Float[Array, "b d"]) -> Float[Array, "b 64"]:
    return jnp.zeros((x.shape[0], 64))


# 1: returns
def rank_of_the_result(image: Float[Array, "h w 3"]) -> Float[Array, "h w 1"]:
    return grey(image)  # E: datarax-shape: return: expected Float[Array, "h w 1"]


def size_of_the_result(x: Float[Array, "b d"]) -> Float[Array, "b 128"]:
    return encoded(x)  # E: datarax-shape: return: expected Float[Array, "b 128"]


def sum_over_the_wrong_axis(x: Float[Array, "b d"]) -> Float[Array, "b"]:
    return x.sum(axis=0)  # E: datarax-shape: return: expected Float[Array, "b"]


def sum_over_everything(x: Float[Array, "b d"]) -> Float[Array, "b"]:
    return jnp.sum(x)  # E: datarax-shape: return: expected Float[Array, "b"]


def transposed(x: Float[Array, "b d"]) -> Float[Array, "b d"]:
    return x.T  # E: datarax-shape: return: expected Float[Array, "b d"]


def outer(x: Float[Array, "n"], y: Float[Array, "m"]) -> Float[Array, "m n"]:
    return x[:, None] * y[None, :]  # E: datarax-shape: return: expected Float[Array, "m n"]


def similarity(x: Float[Array, "a d"], y: Float[Array, "b d"]) -> Float[Array, "b a"]:
    return x @ y.T  # E: datarax-shape: return: expected Float[Array, "b a"]


def bound_once(x: Float[Array, "b d"]) -> Float[Array, "b d"]:
    result = x.mean(axis=-1)
    return result  # E: datarax-shape: return: expected Float[Array, "b d"]


def bound_to_a_parameter(x: Float[Array, "b d"]) -> Float[Array, "b"]:
    return jnp.asarray(x)  # E: datarax-shape: return: expected Float[Array, "b"]


def dtype_of_the_result(x: Float[Array, "b d"]) -> Float[Array, "b"]:
    return jnp.argmax(x, axis=-1)  # E: datarax-dtype: return: expected Float[Array, "b"]


def truths_for_numbers(x: Float[Array, "b"]) -> Int[Array, "b"]:
    return x > 0  # E: datarax-dtype: return: expected Int[Array, "b"]


def single_for_half(x: Float32[Array, "b"]) -> Float32[Array, "b"]:
    return x.astype(jnp.bfloat16)  # E: datarax-dtype: return: expected Float32[Array, "b"]


def one_of_two_returns(x: Float[Array, "b d"], small: bool) -> Float[Array, "b"]:
    if small:
        return x[0]  # E: datarax-shape: return: expected Float[Array, "b"]
    return x[:, 0]


def with_one_more(x: Float[Array, "b n"]) -> Float[Array, "b n"]:
    token = jnp.zeros((x.shape[0], 1))
    return jnp.concatenate([token, x], axis=1)  # E: datarax-shape: return: expected Float[Array, "b n"]


def with_one_more_too_many(x: Float[Array, "b n"]) -> Float[Array, "b n+1"]:
    token = jnp.zeros((x.shape[0], 2))
    return jnp.concatenate([token, x], axis=1)  # E: datarax-shape: return: expected Float[Array, "b n+1"]


def halves(x: Float[Array, "b n"], y: Float[Array, "b 2*n"]) -> Float[Array, "b n"]:
    return jnp.tanh(y)  # E: datarax-shape: return: expected Float[Array, "b n"]


def of_a_conditional(x: Float[Array, "n 3"], flag: bool) -> Float[Array, "n"]:
    return x if flag else x + 1  # E: datarax-shape: return: expected Float[Array, "n"]


def of_a_tuple(x: Float[Array, "b d"]) -> tuple[Float[Array, "b"], Float[Array, "d"]]:
    return x.sum(axis=0), x.sum(axis=1)  # E: datarax-shape: return[0]: expected Float[Array, "b"] ;; datarax-shape: return[1]: expected Float[Array, "d"]


def of_a_scalar(x: Float[Array, "b"]) -> Float[Array, ""]:
    return jnp.square(x)  # E: datarax-shape: return: expected Float[Array, ""]


def of_a_layer(x: Float[Array, "b 8"], rngs: nnx.Rngs) -> Float[Array, "b 32"]:
    return nnx.Linear(8, 16, rngs=rngs)(x)  # E: datarax-shape: return: expected Float[Array, "b 32"]


def of_zeros() -> Float[Array, "3 4"]:
    return jnp.zeros((4, 3))  # E: datarax-shape: return: expected Float[Array, "3 4"]


def of_an_optional(x: Float[Array, "n"]) -> Float[Array, "n n"] | None:
    return jnp.exp(x)  # E: datarax-shape: return: expected


def of_several(x: Float[Array, "*batch d"]) -> Float[Array, "*batch"]:
    return jnp.mean(x, axis=-1, keepdims=True)  # E: datarax-shape: return: expected Float[Array, "*batch"]


@dataclass
class Whitening:
    """Methods return, too."""

    mean: Float[Array, "d"]
    basis: Float[Array, "d k"]

    def project(self, x: Float[Array, "n 3"]) -> Float[Array, "n 3"]:
        return x.mean(axis=0)  # E: datarax-shape: return: expected Float[Array, "n 3"]

    @property
    def width(self) -> Float[Array, ""]:
        return jnp.zeros(3)  # E: datarax-shape: return: expected Float[Array, ""]

    @staticmethod
    def square(x: Float[Array, "n d"]) -> Float[Array, "d d"]:
        return x @ x.T  # E: datarax-shape: return: expected Float[Array, "d d"]


# 2: assignments with an annotation
def assigned(x: Float[Array, "b d"]) -> Array:
    y: Float[Array, "b"] = x.sum(axis=0)  # E: datarax-shape: y: expected Float[Array, "b"]
    return y


def assigned_of_a_call(x: Float[Array, "b d"]) -> Array:
    code: Float[Array, "b 32"] = encoded(x)  # E: datarax-shape: code: expected Float[Array, "b 32"]
    return code


def assigned_of_another_dtype(x: Float[Array, "b d"]) -> Array:
    best: Int[Array, "b"] = x.max(axis=-1)  # E: datarax-dtype: best: expected Int[Array, "b"]
    return best


def assigned_of_a_product(x: Float[Array, "n d"], y: Float[Array, "m d"]) -> Array:
    scores: Float[Array, "m n"] = x @ y.T  # E: datarax-shape: scores: expected Float[Array, "m n"]
    return scores


def assigned_of_a_stack(x: Float[Array, "5"]) -> Array:
    pair: Float[Array, "5 2"] = jnp.stack([x, x])  # E: datarax-shape: pair: expected Float[Array, "5 2"]
    return pair


def assigned_of_a_shape(x: Float[Array, "b h w c"]) -> Array:
    b, h, w, c = x.shape
    flat: Float[Array, "b n"] = x.reshape(b, h, w * c)  # E: datarax-shape: flat: expected Float[Array, "b n"]
    return flat


def assigned_and_read(x: Float[Array, "b d"]) -> Float[Array, "b"]:
    total: Shaped[Array, "b"] = x @ x.T  # E: datarax-shape: total: expected Shaped[Array, "b"]
    return total


def assigned_of_a_mask(x: Float[Array, "b d"]) -> Array:
    mask: Bool[Array, "b d"] = jax.nn.relu(x)  # E: datarax-dtype: mask: expected Bool[Array, "b d"]
    return mask


# dicts
def of_a_dict(x: Float[Array, "b d"]) -> dict[str, Float[Array, "b"]]:
    return {"loss": x.sum(), "each": x.sum(axis=1)}  # E: datarax-shape: return["loss"]: expected Float[Array, "b"], got Float[Array, ""]
