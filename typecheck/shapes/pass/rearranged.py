"""einops, with patterns that fit."""

from einops import einsum, pack, rearrange, reduce, repeat, unpack
from jaxtyping import Array, Float


def tokens(x: Float[Array, "b n 768"]) -> Float[Array, "b n 768"]:
    return x


# 1: patches
def patches(x: Float[Array, "b 224 224 3"]) -> Float[Array, "b 196 768"]:
    return tokens(rearrange(x, "b (h p) (w q) c -> b (h w) (p q c)", p=16, q=16))


# 2: heads
def heads(x: Float[Array, "b n 768"]) -> Float[Array, "b n 768"]:
    split = rearrange(x, "b n (h d) -> b h n d", h=12)
    return rearrange(split, "b h n d -> b n (h d)")


# 3: dots
def dots(x: Float[Array, "*batch h w c"]) -> Float[Array, "*batch c h w"]:
    return rearrange(x, "... h w c -> ... c h w")


# 4: a pattern that is not known
def unknown(x: Float[Array, "b n 768"], pattern: str = "b n d -> n b d") -> Array:
    return tokens(rearrange(x, pattern))


# 5: reductions
def reduced(x: Float[Array, "b h w c"]) -> Float[Array, "b c"]:
    return reduce(x, "b h w c -> b c", "mean") + reduce(x, "b h w c -> b 1 1 c", "max")[:, 0, 0]


# 6: repeats
def repeated(x: Float[Array, "h w"]) -> Float[Array, "h w 3"]:
    return repeat(x, "h w -> h w c", c=3)


# 7: a list of arrays
def stacked(x: Float[Array, "h w"]) -> Float[Array, "h w 2"]:
    return rearrange([x, x], "c h w -> h w c")


# 8: einsum of einops, pack and unpack
def others(x: Float[Array, "b n d"], y: Float[Array, "b m d"]) -> Float[Array, "b n m"]:
    packed, shapes = pack([x, y], "b * d")
    first, second = unpack(packed, shapes, "b * d")
    return einsum(first, second, "b n d, b m d -> b n m")


# 9: axes of size 1
def ones(x: Float[Array, "b n"]) -> Float[Array, "b 1 n"]:
    return rearrange(rearrange(x, "b n -> b 1 n"), "b () n -> b 1 n")
