"""Calls of annotated functions with arguments of a known shape that does not fit."""

from collections.abc import Mapping
from typing import Optional, TypeAlias, Union

import jaxtyping as jt
import numpy as np
from jaxtyping import Array, ArrayLike, Bool, Complex, Float, Float32, Int, Int32, Key, Num, Shaped
from jaxtyping import Float as F

Image: TypeAlias = Float[Array, "h w c"]
Colour: TypeAlias = Float[Array, "h w 3"]
Mask = Bool[Array, "h w"]


def grey(image: Float[Array, "h w 3"]) -> Float[Array, "h w"]:
    return image.mean(axis=-1)


def scale(image: Image, by: Float[Array, ""]) -> Image:
    return image * by


def product(x: Float[Array, "rows inner"], y: Float[Array, "inner columns"]) -> Float[Array, "rows columns"]:
    return x @ y


def loss(logits: Float[Array, "b classes"], labels: Int[Array, "b"]) -> Float[Array, ""]:
    return logits[0, 0] + labels[0]


def square(x: Float[Array, "n n"]) -> Float[Array, "n n"]:
    return x @ x


def pairs(x: Float[Array, "n"]) -> Float[Array, "n n"]:
    return x[:, None] * x[None, :]


def differences(x: Float[Array, "b n"], y: Float[Array, "b n-1"]) -> Float[Array, "b n-1"]:
    return x[:, 1:] - x[:, :-1] + y


def doubled(x: Float[Array, "n"], y: Float[Array, "2*n"]) -> Float[Array, "n"]:
    return x + y[::2]


def patches(x: Float[Array, "h w c"], y: Float[Array, "h*w c"]) -> Float[Array, "h*w c"]:
    return x.reshape(y.shape) + y


def batched(x: Float[Array, "*batch d"], y: Float[Array, "*batch"]) -> Float[Array, "*batch"]:
    return x[..., 0] + y


def last(x: Float[Array, "... 4"]) -> Float[Array, "... 1"]:
    return x[..., :1]


def broadcast(x: Float[Array, "#b d"], y: Float[Array, "#b d"]) -> Float[Array, "_ d"]:
    return x + y


def fixed(x: Float[Array, "rows=3 _"]) -> Float[Array, "3"]:
    return x[:, 0]


def anything(x: Float[Array, "_ _"]) -> Float[Array, "_"]:
    return x[0]


def either(x: Float[Array, "n"] | Float[Array, "n d"]) -> Float[Array, "..."]:
    return x


def old_either(x: Union[Float[Array, "n"], Int[Array, "n d"]]) -> Shaped[Array, "..."]:
    return x


def perhaps(x: Float[Array, "n 2"], mask: Optional[Bool[Array, "n"]] = None) -> Float[Array, "n 2"]:
    return x if mask is None else x * mask[:, None]


def of_numpy(x: F[np.ndarray, "n 2"]) -> F[np.ndarray, "n"]:
    return np.asarray(x[:, 0])


def of_any_array(x: Float[ArrayLike, "n 2"]) -> None:
    """Nothing."""


def of_module(x: jt.Float32[Array, "n 2"]) -> jt.Float32[Array, "n"]:
    return x[:, 0]


def quoted(x: "Float[Array, 'n 2']") -> "Float[Array, 'n']":
    return x[:, 0]


def whole(x: Int[Array, "n"]) -> Int[Array, "n"]:
    return x


def single(x: Float32[Array, "n"]) -> Float32[Array, "n"]:
    return x


def number(x: Num[Array, "n"]) -> Num[Array, "n"]:
    return x


def truth(x: Bool[Array, "n"]) -> Bool[Array, "n"]:
    return x


def draw(key: Key[Array, ""], like: Float[Array, "n"]) -> Float[Array, "n"]:
    return like


# 1: ranks
def rank_too_low(image: Float[Array, "h w"]) -> None:
    grey(image)  # E: datarax-shape: image: expected Float[Array, "h w 3"]


def rank_too_high(images: Float[Array, "b h w 3"]) -> None:
    grey(images)  # E: datarax-shape: image: expected Float[Array, "h w 3"]


def rank_of_a_scalar(image: Colour, factors: Float[Array, "h w"]) -> None:
    scale(image, factors)  # E: datarax-shape: by: expected Float[Array, ""]


def rank_of_a_keyword(image: Colour, factor: Float[Array, "1"]) -> None:
    scale(by=factor, image=image)  # E: datarax-shape: by: expected Float[Array, ""]


def rank_of_two(x: Float[Array, "n"]) -> None:
    product(
        x,  # E: datarax-shape: x: expected Float[Array, "rows inner"]
        y=pairs(x),
    )


# 2: sizes
def size_of_channels(image: Float[Array, "h w 4"]) -> None:
    grey(image)  # E: datarax-shape: image: expected Float[Array, "h w 3"]


def size_of_channels_first(image: Float[Array, "3 224 224"]) -> None:
    grey(image)  # E: datarax-shape: image: expected Float[Array, "h w 3"]


def size_with_a_name(x: Float[Array, "channels=4 n"]) -> None:
    fixed(x)  # E: datarax-shape: x: expected Float[Array, "rows=3 _"]


def size_at_the_end(x: Float[Array, "b h w 5"]) -> None:
    last(x)  # E: datarax-shape: x: expected Float[Array, "... 4"]


def size_of_any_rank(x: Float[Array, "*batch 5"]) -> None:
    last(x)  # E: datarax-shape: x: expected Float[Array, "... 4"]


def size_of_an_alias(image: Image, mask: Mask) -> None:
    perhaps(image[:, :2, 0], mask)  # E: datarax-shape: mask: expected Bool[Array, "n"]


# 3: one name, two sizes in the call
def inner_axes(x: Float[Array, "4 5"], y: Float[Array, "6 7"]) -> None:
    product(x, y)  # E: datarax-shape: y: expected Float[Array, "inner columns"]


def inner_names(q: Float[Array, "length d"], k: Float[Array, "length d"]) -> None:
    product(q, k)  # E: datarax-shape: y: expected Float[Array, "inner columns"]


def batch_of_labels(logits: Float[Array, "32 10"], labels: Int[Array, "64"]) -> None:
    loss(logits, labels)  # E: datarax-shape: labels: expected Int[Array, "b"]


def batch_names(logits: Float[Array, "b c"], labels: Int[Array, "c"]) -> None:
    loss(logits, labels)  # E: datarax-shape: labels: expected Int[Array, "b"]


def not_square(x: Float[Array, "3 4"]) -> None:
    square(x)  # E: datarax-shape: x: expected Float[Array, "n n"]


def not_square_by_name(x: Float[Array, "rows columns"]) -> None:
    square(x)  # E: datarax-shape: x: expected Float[Array, "n n"]


def not_square_by_one(x: Float[Array, "n n+1"]) -> None:
    square(x)  # E: datarax-shape: x: expected Float[Array, "n n"]


def batches_of_other_ranks(x: Float[Array, "a b d"], y: Float[Array, "a"]) -> None:
    batched(x, y)  # E: datarax-shape: y: expected Float[Array, "*batch"]


def batches_of_other_names(x: Float[Array, "a b d"], y: Float[Array, "a d"]) -> None:
    batched(x, y)  # E: datarax-shape: y: expected Float[Array, "*batch"]


def batches_of_other_sizes(x: Float[Array, "8 2 d"], y: Float[Array, "8 3"]) -> None:
    batched(x, y)  # E: datarax-shape: y: expected Float[Array, "*batch"]


def no_broadcasting(x: Float[Array, "2 d"], y: Float[Array, "3 d"]) -> None:
    broadcast(x, y)  # E: datarax-shape: y: expected Float[Array, "#b d"]


def broadcasting_of_another_axis(x: Float[Array, "1 3"], y: Float[Array, "1 4"]) -> None:
    broadcast(x, y)  # E: datarax-shape: y: expected Float[Array, "#b d"]


# 4: arithmetic
def not_one_less(x: Float[Array, "b n"], y: Float[Array, "b n"]) -> None:
    differences(x, y)  # E: datarax-shape: y: expected Float[Array, "b n-1"]


def one_more(x: Float[Array, "b n"], y: Float[Array, "b n+1"]) -> None:
    differences(x, y)  # E: datarax-shape: y: expected Float[Array, "b n-1"]


def numbers_one_less(x: Float[Array, "b 8"], y: Float[Array, "b 9"]) -> None:
    differences(x, y)  # E: datarax-shape: y: expected Float[Array, "b n-1"]


def not_doubled(x: Float[Array, "4"], y: Float[Array, "4"]) -> None:
    doubled(x, y)  # E: datarax-shape: y: expected Float[Array, "2*n"]


def tripled(x: Float[Array, "m"], y: Float[Array, "3*m"]) -> None:
    doubled(x, y)  # E: datarax-shape: y: expected Float[Array, "2*n"]


def not_the_product(x: Float[Array, "4 5 c"], y: Float[Array, "9 c"]) -> None:
    patches(x, y)  # E: datarax-shape: y: expected Float[Array, "h*w c"]


# 5: underscores and unions
def underscores_have_a_rank(x: Float[Array, "n"]) -> None:
    anything(x)  # E: datarax-shape: x: expected Float[Array, "_ _"]


def neither(x: Float[Array, "a b c"]) -> None:
    either(x)  # E: datarax-shape: x: expected


def neither_of_two_dtypes(x: Float[Array, "a b c"]) -> None:
    old_either(x)  # E: datarax-shape: x: expected


def optional_of_another_rank(x: Float[Array, "n 2"], mask: Bool[Array, "n 2"]) -> None:
    perhaps(x, mask)  # E: datarax-shape: mask: expected Bool[Array, "n"]


def optional_by_keyword(x: Float[Array, "8 2"], mask: Bool[Array, "9"]) -> None:
    perhaps(x, mask=mask)  # E: datarax-shape: mask: expected Bool[Array, "n"]


def optional_that_is_there(x: Float[Array, "n 2"], mask: Bool[Array, "n n"] | None) -> None:
    if mask is not None:
        perhaps(x, mask)  # E: datarax-shape: mask: expected Bool[Array, "n"]


# 6: other arrays, other ways to write them
def numpy_array(x: F[np.ndarray, "n 3"]) -> None:
    of_numpy(x)  # E: datarax-shape: x: expected


def array_like(x: Float[Array, "n 3"]) -> None:
    of_any_array(x)  # E: datarax-shape: x: expected


def of_the_module(x: jt.Float32[Array, "n 3"]) -> None:
    of_module(x)  # E: datarax-shape: x: expected


def in_quotes(x: "Float[Array, 'n 3']") -> None:
    quoted(x)  # E: datarax-shape: x: expected


# 7: dtypes
def labels_for_logits(labels: Int[Array, "b classes"], targets: Int[Array, "b"]) -> None:
    loss(labels, targets)  # E: datarax-dtype: logits: expected Float[Array, "b classes"]


def logits_and_labels_swapped(logits: Float[Array, "b"], classes: Int[Array, "b c"]) -> None:
    loss(
        classes,  # E: datarax-dtype: logits: expected Float[Array, "b classes"]
        classes[:, 0],
    )


def float_for_whole(x: Float[Array, "n"]) -> None:
    whole(x)  # E: datarax-dtype: x: expected Int[Array, "n"]


def whole_for_single(x: Int32[Array, "n"]) -> None:
    single(x)  # E: datarax-dtype: x: expected Float32[Array, "n"]


def half_for_single(x: jt.Float16[Array, "n"]) -> None:
    single(x)  # E: datarax-dtype: x: expected Float32[Array, "n"]


def bool_for_number(x: Bool[Array, "n"]) -> None:
    number(x)  # E: datarax-dtype: x: expected Num[Array, "n"]


def number_for_truth(x: Num[Array, "n"]) -> None:
    truth(x)  # E: datarax-dtype: x: expected Bool[Array, "n"]


def complex_for_float(x: Complex[Array, "n"]) -> None:
    pairs(x)  # E: datarax-dtype: x: expected Float[Array, "n"]


def unsigned_for_float(x: jt.UInt8[Array, "h w 3"]) -> None:
    grey(x)  # E: datarax-dtype: image: expected Float[Array, "h w 3"]


def float_for_key(x: Float[Array, ""], like: Float[Array, "n"]) -> None:
    draw(x, like)  # E: datarax-dtype: key: expected Key[Array, ""]


def keys_for_key(keys: Key[Array, "2"], like: Float[Array, "n"]) -> None:
    draw(keys, like)  # E: datarax-shape: key: expected Key[Array, ""]


# 8: calls within calls, and one after the other
def nested(x: Float[Array, "n"]) -> None:
    grey(pairs(x))  # E: datarax-shape: image: expected Float[Array, "h w 3"]


def nested_sizes(image: Float[Array, "h 4 3"]) -> None:
    square(product(image[0], pairs(image[0, 0])))  # E: datarax-shape: x: expected Float[Array, "n n"]


def re_bound(x: Float[Array, "h w 3"]) -> None:
    y = grey(x)
    y = product(y, y.T)
    grey(y)  # E: datarax-shape: image: expected Float[Array, "h w 3"]


def re_bound_parameter(x: Float[Array, "h w 3"]) -> Float[Array, "h w"]:
    x = grey(x)
    x = grey(x)  # E: datarax-shape: image: expected Float[Array, "h w 3"]
    return x


def carried_on(x: Float[Array, "7"], y: Float[Array, "14"]) -> None:
    x = doubled(x, y)
    doubled(x, x)  # E: datarax-shape: y: expected Float[Array, "2*n"]


def carried_through_two(x: Float[Array, "5 6"], y: Float[Array, "6 7"], z: Float[Array, "8 9"]) -> None:
    first = product(x, y)
    second = product(first, z)  # E: datarax-shape: y: expected Float[Array, "inner columns"]
    print(second)


def in_a_branch(x: Float[Array, "n 4"], wide: bool) -> None:
    if wide:
        grey(x[None])  # E: datarax-shape: image: expected Float[Array, "h w 3"]


def in_both_branches(x: Float[Array, "n"], wide: bool) -> None:
    if wide:
        y = pairs(x)
    else:
        y = pairs(x + 1)
    grey(y)  # E: datarax-shape: image: expected Float[Array, "h w 3"]


def in_a_loop(x: Float[Array, "n 4"]) -> None:
    for _ in range(3):
        grey(x)  # E: datarax-shape: image: expected Float[Array, "h w 3"]


def in_a_comprehension(images: list[Float[Array, "h w 4"]]) -> list[Array]:
    return [grey(image) for image in images]  # E: datarax-shape: image: expected Float[Array, "h w 3"]


def in_a_nested_function(x: Float[Array, "4 5"]) -> None:
    def inner() -> Array:
        return square(x)  # E: datarax-shape: x: expected Float[Array, "n n"]

    inner()


def with_a_walrus(x: Float[Array, "n"]) -> None:
    if (y := pairs(x)) is not None:
        grey(y)  # E: datarax-shape: image: expected Float[Array, "h w 3"]


def in_a_with(x: Float[Array, "n"]) -> None:
    import contextlib

    with contextlib.nullcontext():
        y = pairs(x)
    grey(y)  # E: datarax-shape: image: expected Float[Array, "h w 3"]


def unpacked(pair: tuple[Float[Array, "n 4"], Int[Array, "n"]]) -> None:
    x, labels = pair
    loss(x, x)  # E: datarax-dtype: labels: expected Int[Array, "b"]
    print(labels)


def of_a_list(xs: list[Float[Array, "n n"]]) -> None:
    grey(xs[0])  # E: datarax-shape: image: expected Float[Array, "h w 3"]


def of_a_dict(xs: dict[str, Float[Array, "n"]]) -> None:
    square(xs["a"])  # E: datarax-shape: x: expected Float[Array, "n n"]


# dicts
def of_towers(towers: Mapping[str, Float[Array, "n 2"]]) -> Float[Array, ""]:
    return towers["text"].sum()


def a_dict_of_arrays(x: Float[Array, "n 2"]) -> Array:
    return of_towers({"image": x.T[:, 0], "text": x})  # E: datarax-shape: towers["image"]: expected Float[Array, "n 2"], got Float[Array, "2"]
