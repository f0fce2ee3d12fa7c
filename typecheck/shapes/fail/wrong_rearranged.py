"""What einops refuses, and what does not fit after it."""

from einops import rearrange, reduce, repeat
from jaxtyping import Array, Float


def tokens(x: Float[Array, "b n 768"]) -> Float[Array, "b n 768"]:
    return x


def grey(image: Float[Array, "h w 3"]) -> Float[Array, "h w"]:
    return reduce(image, "h w c -> h w", "mean")


def rank_of_a_pattern(x: Float[Array, "b h w"]) -> Array:
    return rearrange(x, "b h w c -> b (h w) c")  # E: datarax-shape: rearrange:


def size_that_does_not_divide(x: Float[Array, "8 30 30 3"]) -> Array:
    return rearrange(x, "b (h p) (w q) c -> b (h w) (p q c)", p=16, q=16)  # E: datarax-shape: rearrange:


def sizes_of_patches(x: Float[Array, "b 224 224 3"]) -> Array:
    return tokens(rearrange(x, "b (h p) (w q) c -> b (h w) (p q c)", p=8, q=8))  # E: datarax-shape: x: expected Float[Array, "b n 768"]


def axes_not_moved(images: Float[Array, "b 3 h w"]) -> Array:
    return grey(rearrange(images, "b c h w -> b h w c"))  # E: datarax-shape: image: expected Float[Array, "h w 3"]


def heads_not_merged(x: Float[Array, "b 12 n 64"]) -> Array:
    return tokens(rearrange(x, "b h n d -> b n h d"))  # E: datarax-shape: x: expected Float[Array, "b n 768"]


def reduced_too_far(x: Float[Array, "b h w 3"]) -> Array:
    return grey(reduce(x, "b h w c -> b c", "mean"))  # E: datarax-shape: image: expected Float[Array, "h w 3"]


def reduced_of_another_rank(x: Float[Array, "b n"]) -> Array:
    return reduce(x, "b h w c -> b c", "max")  # E: datarax-shape: reduce:


def repeated_to_another_size(x: Float[Array, "h w"]) -> Array:
    return grey(repeat(x, "h w -> h w c", c=4))  # E: datarax-shape: image: expected Float[Array, "h w 3"]


def returned(x: Float[Array, "b h w c"]) -> Float[Array, "b h w c"]:
    return rearrange(x, "b h w c -> b w h c")  # E: datarax-shape: return: expected Float[Array, "b h w c"]
