"""What JAX itself refuses: reshaping, products, joining, layers of NNX with other sizes."""

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float, Int


def grey(image: Float[Array, "h w 3"]) -> Float[Array, "h w"]:
    return image.mean(axis=-1)


def vector(x: Float[Array, "n"]) -> Float[Array, "n"]:
    return x


def ten(x: Float[Array, "b 10"]) -> Float[Array, "b"]:
    return x[:, 0]


def classes(x: Int[Array, "b"]) -> Int[Array, "b"]:
    return x


# 1: reshape
def reshape_of_numbers(x: Float[Array, "4 6"]) -> Array:
    return x.reshape(5, 5)  # E: datarax-shape: reshape:


def reshape_of_a_tuple(x: Float[Array, "4 6"]) -> Array:
    return x.reshape((3, 9))  # E: datarax-shape: reshape:


def reshape_by_function(x: Float[Array, "4 6"]) -> Array:
    return jnp.reshape(x, (2, 13))  # E: datarax-shape: reshape:


def reshape_with_the_rest(x: Float[Array, "4 6"]) -> Array:
    return x.reshape(-1, 7)  # E: datarax-shape: reshape:


def reshape_then_call(image: Float[Array, "8 8 3"]) -> Array:
    return grey(image.reshape(64, 3))  # E: datarax-shape: image: expected Float[Array, "h w 3"]


def reshape_to_sizes_then_call(x: Float[Array, "b h w c"]) -> Array:
    b, h, w, c = x.shape
    return ten(x.reshape(b, h, w * c))  # E: datarax-shape: x: expected Float[Array, "b 10"]


# 2: arrays that are made
def zeros_of_another_rank() -> Array:
    return grey(jnp.zeros((4, 3)))  # E: datarax-shape: image: expected Float[Array, "h w 3"]


def ones_of_another_size() -> Array:
    return grey(jnp.ones((4, 4, 1)))  # E: datarax-shape: image: expected Float[Array, "h w 3"]


def full_of_another_size() -> Array:
    return ten(jnp.full((4, 9), 0.5))  # E: datarax-shape: x: expected Float[Array, "b 10"]


def zeros_of_whole_numbers() -> Array:
    return vector(jnp.zeros((3,), dtype=jnp.int32))  # E: datarax-dtype: x: expected Float[Array, "n"]


def a_range_of_whole_numbers() -> Array:
    return vector(jnp.arange(10))  # E: datarax-dtype: x: expected Float[Array, "n"]


def a_range_of_another_rank() -> Array:
    return ten(jnp.arange(10.0))  # E: datarax-shape: x: expected Float[Array, "b 10"]


def like_another(x: Float[Array, "4 9"]) -> Array:
    return ten(jnp.zeros_like(x))  # E: datarax-shape: x: expected Float[Array, "b 10"]


def the_unit_matrix() -> Array:
    return ten(jnp.eye(9))  # E: datarax-shape: x: expected Float[Array, "b 10"]


# 3: elementwise functions and operators
def sum_of_sizes(x: Float[Array, "4 3"], y: Float[Array, "4 5"]) -> Array:
    return x + y  # E: datarax-shape: add:


def sum_without_a_new_axis(x: Float[Array, "4 3"], y: Float[Array, "4"]) -> Array:
    return x * y  # E: datarax-shape: multiply:


def difference_of_three(x: Float[Array, "2 3 4"], y: Float[Array, "2 4"]) -> Array:
    return x - y  # E: datarax-shape: subtract:


def maximum_of_sizes(x: Float[Array, "4"], y: Float[Array, "5"]) -> Array:
    return jnp.maximum(x, y)  # E: datarax-shape: maximum:


def chosen(mask: Float[Array, "7"], x: Float[Array, "8"]) -> Array:
    return jnp.where(mask > 0, x, 0.0)  # E: datarax-shape: where:


def broadcast_then_call(x: Float[Array, "n"], y: Float[Array, "m 1"]) -> Array:
    return vector(x + y)  # E: datarax-shape: x: expected Float[Array, "n"]


def function_then_call(x: Float[Array, "b 9"]) -> Array:
    return ten(jnp.tanh(x) * 2 + 1)  # E: datarax-shape: x: expected Float[Array, "b 10"]


def activation_then_call(x: Float[Array, "b 9"]) -> Array:
    return ten(jax.nn.gelu(x))  # E: datarax-shape: x: expected Float[Array, "b 10"]


def softmax_then_call(x: Float[Array, "b c"]) -> Array:
    return vector(jax.nn.softmax(x, axis=-1))  # E: datarax-shape: x: expected Float[Array, "n"]


def cast_then_call(x: Float[Array, "n"]) -> Array:
    return vector(x.astype(jnp.int32))  # E: datarax-dtype: x: expected Float[Array, "n"]


def compared_then_call(x: Float[Array, "n"]) -> Array:
    return vector(x > 0)  # E: datarax-dtype: x: expected Float[Array, "n"]


# 4: reductions
def mean_of_an_axis_too_many(x: Float[Array, "b c"]) -> Array:
    return ten(x.mean(axis=1))  # E: datarax-shape: x: expected Float[Array, "b 10"]


def mean_of_the_wrong_axis(x: Float[Array, "10 8"]) -> Array:
    return ten(jnp.mean(x, axis=0, keepdims=True))  # E: datarax-shape: x: expected Float[Array, "b 10"]


def sum_that_keeps_an_axis(x: Float[Array, "b c"]) -> Array:
    return vector(jnp.sum(x, axis=-1, keepdims=True))  # E: datarax-shape: x: expected Float[Array, "n"]


def sum_of_everything(x: Float[Array, "b c"]) -> Array:
    return vector(x.sum())  # E: datarax-shape: x: expected Float[Array, "n"]


def places_of_the_largest(x: Float[Array, "b c"]) -> Array:
    return vector(jnp.argmax(x, axis=-1))  # E: datarax-dtype: x: expected Float[Array, "n"]


def no_such_axis(x: Float[Array, "b c"]) -> Array:
    return x.sum(axis=2)  # E: datarax-shape: sum:


def mean_over_two_axes(x: Float[Array, "b h w c"]) -> Array:
    return vector(x.mean(axis=(1, 2)))  # E: datarax-shape: x: expected Float[Array, "n"]


def axis_of_a_keyword(x: Float[Array, "b t d"]) -> Array:
    return ten(jnp.max(x, axis=-2, keepdims=True))  # E: datarax-shape: x: expected Float[Array, "b 10"]


# 5: products
def product_of_sizes(x: Float[Array, "4 5"], y: Float[Array, "6 7"]) -> Array:
    return x @ y  # E: datarax-shape: matmul:


def product_without_a_transpose(q: Float[Array, "length d"], k: Float[Array, "length d"]) -> Array:
    return q @ k  # E: datarax-shape: matmul:


def product_of_the_wrong_transpose(q: Float[Array, "8 16"], k: Float[Array, "4 16"]) -> Array:
    return q.T @ k.T  # E: datarax-shape: matmul:


def product_by_function(x: Float[Array, "b 5"], y: Float[Array, "7 3"]) -> Array:
    return jnp.matmul(x, y)  # E: datarax-shape: matmul:


def dot_by_function(x: Float[Array, "5"], y: Float[Array, "6"]) -> Array:
    return jnp.dot(x, y)  # E: datarax-shape: dot:


def product_of_batches(x: Float[Array, "2 4 5"], y: Float[Array, "3 5 6"]) -> Array:
    return x @ y  # E: datarax-shape: matmul:


def product_then_call(x: Float[Array, "b 5"], y: Float[Array, "5 9"]) -> Array:
    return ten(x @ y)  # E: datarax-shape: x: expected Float[Array, "b 10"]


# 6: joining
def concatenate_of_other_sizes(x: Float[Array, "2 3"], y: Float[Array, "2 4"]) -> Array:
    return jnp.concatenate([x, y])  # E: datarax-shape: concatenate:


def concatenate_of_other_ranks(x: Float[Array, "b d"], y: Float[Array, "d"]) -> Array:
    return jnp.concatenate([x, y], axis=0)  # E: datarax-shape: concatenate:


def concatenate_on_the_wrong_axis(x: Float[Array, "8 4 4 3"], y: Float[Array, "8 4 4 6"]) -> Array:
    return jnp.concatenate((x, y), axis=1)  # E: datarax-shape: concatenate:


def concatenate_then_call(x: Float[Array, "b 5"], y: Float[Array, "b 4"]) -> Array:
    return ten(jnp.concatenate([x, y], axis=-1))  # E: datarax-shape: x: expected Float[Array, "b 10"]


def stack_of_other_sizes(x: Float[Array, "3"], y: Float[Array, "4"]) -> Array:
    return jnp.stack([x, y])  # E: datarax-shape: stack:


def stack_then_call(x: Float[Array, "n"]) -> Array:
    return vector(jnp.stack([x, x, x], axis=1))  # E: datarax-shape: x: expected Float[Array, "n"]


# 7: axes
def transposed_then_call(x: Float[Array, "b 10 n"]) -> Array:
    return ten(x.T)  # E: datarax-shape: x: expected Float[Array, "b 10"]


def transposed_by_literals(x: Float[Array, "3 8 9"]) -> Array:
    return grey(jnp.transpose(x, (1, 0, 2)))  # E: datarax-shape: image: expected Float[Array, "h w 3"]


def swapped(x: Float[Array, "3 8 9"]) -> Array:
    return grey(jnp.swapaxes(x, 0, 1))  # E: datarax-shape: image: expected Float[Array, "h w 3"]


def moved(x: Float[Array, "3 8 9"]) -> Array:
    return grey(jnp.moveaxis(x, 0, 1))  # E: datarax-shape: image: expected Float[Array, "h w 3"]


def expanded(x: Float[Array, "n"]) -> Array:
    return vector(jnp.expand_dims(x, 0))  # E: datarax-shape: x: expected Float[Array, "n"]


def squeezed(x: Float[Array, "4 3"]) -> Array:
    return jnp.squeeze(x, axis=1)  # E: datarax-shape: squeeze:


def broadcast_to_a_shape(x: Float[Array, "3"]) -> Array:
    return jnp.broadcast_to(x, (2, 4))  # E: datarax-shape: broadcast_to:


def indexed(x: Float[Array, "b 9"]) -> Array:
    return ten(x[0])  # E: datarax-shape: x: expected Float[Array, "b 10"]


def indexed_too_often(x: Float[Array, "b c"]) -> Array:
    return x[0, 0, 0]  # E: datarax-shape: index


def sliced(x: Float[Array, "b 12"]) -> Array:
    return ten(x[:, 1:10])  # E: datarax-shape: x: expected Float[Array, "b 10"]


def new_axis(x: Float[Array, "n"]) -> Array:
    return vector(x[:, None])  # E: datarax-shape: x: expected Float[Array, "n"]


# 8: einsum
def einsum_of_another_rank(x: Float[Array, "b h w"], y: Float[Array, "w c"]) -> Array:
    return jnp.einsum("bw,wc->bc", x, y)  # E: datarax-shape: einsum:


def einsum_of_other_sizes(x: Float[Array, "b 4"], y: Float[Array, "5 c"]) -> Array:
    return jnp.einsum("bi,ij->bj", x, y)  # E: datarax-shape: einsum:


def einsum_of_other_names(q: Float[Array, "b t d"], k: Float[Array, "b s d"]) -> Array:
    return jnp.einsum("btd,bds->bts", q, k)  # E: datarax-shape: einsum:


def einsum_then_call(x: Float[Array, "b h w 3"]) -> Array:
    return grey(jnp.einsum("bhwc->bwhc", x))  # E: datarax-shape: image: expected Float[Array, "h w 3"]


# 9: layers of NNX
def linear_of_another_width(x: Float[Array, "b 10"]) -> Array:
    layer = nnx.Linear(8, 4, rngs=nnx.Rngs(0))
    return layer(x)  # E: datarax-shape: Linear:


def linear_then_call(x: Float[Array, "b 8"]) -> Array:
    layer = nnx.Linear(8, 4, rngs=nnx.Rngs(0))
    return ten(layer(x))  # E: datarax-shape: x: expected Float[Array, "b 10"]


def linears_in_a_row(x: Float[Array, "b 8"], rngs: nnx.Rngs) -> Array:
    first = nnx.Linear(8, 32, rngs=rngs)
    second = nnx.Linear(64, 10, rngs=rngs)
    return second(nnx.relu(first(x)))  # E: datarax-shape: Linear:


def norm_of_another_width(x: Float[Array, "b 10"], rngs: nnx.Rngs) -> Array:
    norm = nnx.LayerNorm(8, rngs=rngs)
    normed: Array = norm(x)  # E: datarax-shape: LayerNorm:
    return normed


def convolution_of_channels(x: Float[Array, "b h w 3"], rngs: nnx.Rngs) -> Array:
    convolution = nnx.Conv(1, 16, kernel_size=(3, 3), rngs=rngs)
    return convolution(x)  # E: datarax-shape: Conv:


def convolution_then_call(x: Float[Array, "b 32 32 3"], rngs: nnx.Rngs) -> Array:
    convolution = nnx.Conv(3, 16, kernel_size=(3, 3), rngs=rngs)
    return grey(convolution(x)[0])  # E: datarax-shape: image: expected Float[Array, "h w 3"]


def embedding_then_call(tokens: Int[Array, "b t"], rngs: nnx.Rngs) -> Array:
    table = nnx.Embed(100, 10, rngs=rngs)
    return ten(table(tokens))  # E: datarax-shape: x: expected Float[Array, "b 10"]


def embedding_of_floats(x: Float[Array, "b t"], rngs: nnx.Rngs) -> Array:
    table = nnx.Embed(num_embeddings=100, features=10, rngs=rngs)
    return table(x)  # E: datarax-dtype: Embed:


def parameter_then_call() -> Array:
    weights = nnx.Param(jnp.ones((10, 4)))
    return ten(weights[...])  # E: datarax-shape: x: expected Float[Array, "b 10"]


def annotated_parameter(x: Float[Array, "b 10"]) -> Array:
    bias: nnx.Param[Float[Array, "9"]] = nnx.Param(jnp.zeros(9))
    bias_row: Array = bias[...]
    return x + bias_row  # E: datarax-shape: add:


# 10: labels
def labels_of_one_hot(labels: Int[Array, "b"]) -> Array:
    return classes(jax.nn.one_hot(labels, 10))  # E: datarax-dtype: x: expected Int[Array, "b"]


def one_hot_then_call(labels: Int[Array, "b"]) -> Array:
    return ten(jax.nn.one_hot(labels, 9))  # E: datarax-shape: x: expected Float[Array, "b 10"]


def sampled() -> Array:
    return ten(jax.random.normal(jax.random.key(0), (4, 9)))  # E: datarax-shape: x: expected Float[Array, "b 10"]
