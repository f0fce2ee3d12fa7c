"""Names that are bound in branches, loops and other statements: nothing certain can be said."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int


def grey(image: Float[Array, "h w 3"]) -> Float[Array, "h w"]:
    return image.mean(axis=-1)


def colour(image: Float[Array, "h w"]) -> Float[Array, "h w 3"]:
    return jnp.stack([image, image, image], axis=-1)


def norm(x: Float[Array, "n"]) -> Float[Array, ""]:
    return jnp.sqrt(x @ x)


def product(x: Float[Array, "rows inner"], y: Float[Array, "inner columns"]) -> Float[Array, "rows columns"]:
    return x @ y


def same(x: Float[Array, "n d"], y: Float[Array, "n d"]) -> Float[Array, "n d"]:
    return x + y


def shifted(x: Float[Array, "n d"]) -> Float[Array, "n-1 d"]:
    return x[1:]


# 1: a name is bound again
def bound_again(x: Float[Array, "h w 3"]) -> Array:
    y = grey(x)
    y = colour(y)
    return grey(y)


# 2: a parameter is bound again
def parameter_bound_again(x: Float[Array, "h w 3"]) -> Array:
    x = grey(x)
    x = colour(x)
    x = grey(x)
    return x.sum()


# 3: in one branch only
def one_branch(x: Float[Array, "h w c"], is_grey: bool) -> Array:
    if is_grey:
        x = colour(x[:, :, 0])
    return x


# 4: in both branches, to other ranks
def both_branches(x: Float[Array, "n"], wide: bool) -> Array:
    if wide:
        y = x[:, None] * x
    else:
        y = x
    return jnp.tanh(y) + 1


# 5: what is joined is narrowed by its rank
def narrowed_by_rank(x: Float[Array, "h w"] | Float[Array, "h w 3"]) -> Array:
    if x.ndim == 3:
        return grey(x)
    return x


# 6: by an assertion on the rank
def narrowed_by_assertion(x: Float[Array, "*axes"]) -> Array:
    if x.ndim != 3 or x.shape[2] != 3:
        x = jnp.zeros((2, 2, 3))
    return grey(x)


# 7: one size is another, as is checked first
def checked_first(x: Float[Array, "a b"], y: Float[Array, "c d"]) -> Array:
    if x.shape[1] != y.shape[0]:
        raise ValueError("sizes")
    return product(x, y)


# 8: so is asserted
def asserted_first(x: Float[Array, "a d"], y: Float[Array, "b d"]) -> Array:
    if x.shape != y.shape:
        raise ValueError("shapes")
    return same(x, y)


# 9: in the branch where it is so
def in_a_branch(x: Float[Array, "a d"], y: Float[Array, "b d"]) -> Array:
    if x.shape[0] == y.shape[0]:
        return same(x, y)
    return x


# 10: in an expression where it is so
def in_an_expression(x: Float[Array, "a d"], y: Float[Array, "b d"]) -> Array:
    return same(x, y) if len(x) == len(y) else x


# 11: where another function has checked it
def check_sizes(x: Array, y: Array) -> None:
    if x.shape != y.shape:
        raise ValueError("shapes")


def checked_elsewhere(x: Float[Array, "a d"], y: Float[Array, "b d"]) -> Array:
    check_sizes(x, y)
    return x + y


# 12: a size that a name in a caller may have
def name_for_number(x: Float[Array, "h w c"]) -> Array:
    return grey(x) if x.shape[-1] == 3 else x


# 13: a loop that changes a shape
def loop_that_grows(x: Float[Array, "n d"]) -> Array:
    for _ in range(3):
        x = jnp.concatenate([x, x], axis=0)
    return x


# 14: a loop that changes a rank
def loop_of_ranks(x: Float[Array, "n"]) -> Array:
    y = x
    for _ in range(2):
        y = y[None]
    return y


# 15: used in the loop before it is bound again there
def loop_used_first(x: Float[Array, "n"]) -> Array:
    y = x[None]
    for _ in range(3):
        if y.ndim == 2:
            norm(y[0])
        y = x
    return y


# 16: a while loop with a walrus and an else
def loop_with_else(x: Float[Array, "n d"]) -> Array:
    while (count := x.shape[0]) > 2:
        x = shifted(x)
        if count > 100:
            break
    else:
        x = x[:1]
    return x


# 17: break and continue
def loop_left(xs: list[Float[Array, "n 3"]]) -> Array:
    result = jnp.zeros(())
    for x in xs:
        if x.shape[0] == 1:
            continue
        result = x
        break
    return result


# 18: what is left of a loop's variable
def after_a_loop(xs: Sequence[Float[Array, "n"]]) -> Array:
    x = jnp.zeros((2, 2))
    for x in xs:
        norm(x)
    return x


# 19: try
def tried(x: Float[Array, "h w c"]) -> Array:
    try:
        y = x.reshape(7, 7)
    except TypeError:
        y = x
    return y


# 20: try, else, finally
def tried_with_more(x: Float[Array, "n"]) -> Array:
    y = x
    try:
        y = x[None]
    except ValueError:
        y = x[None, None]
    else:
        y = y[None]
    finally:
        z = y + 1
    return z


# 21: what an error leaves behind
def suppressed(x: Float[Array, "n"]) -> Array:
    y = jnp.zeros((3, 3))
    with suppress(TypeError):
        y = x
    return y


# 22: with
@contextmanager
def giving(x: Array) -> Iterator[Array]:
    yield x


def with_a_value(x: Float[Array, "n"]) -> Array:
    with giving(x[None]) as y, nullcontext(x) as z:
        norm(z)
        return y


# 23: match on a rank
def matched(x: Float[Array, "*axes"]) -> Array:
    match x.ndim:
        case 1:
            y = norm(jnp.ones(3))
        case 2:
            y = x
        case _:
            y = x[0]
    return y


# 24: match on a shape
def matched_shape(x: Float[Array, "h w c"]) -> Array:
    match x.shape:
        case (_, _, 3):
            return grey(x)
        case (h, w, c):
            return x.reshape(h * w, c)
        case _:
            return x


# 25: walrus
def walrus(x: Float[Array, "h w 3"]) -> Array:
    if (y := grey(x)).ndim == 2:
        y = colour(y)
    return y


# 26: a walrus in a condition that ends early
def walrus_that_may_not_be(x: Float[Array, "h w 3"], flag: bool) -> Array:
    y: Array = x
    if flag and (y := grey(x)) is not None:
        return y
    return y


# 27: augmented assignment that broadcasts
def augmented(x: Float[Array, "n"], y: Float[Array, "m n"]) -> Array:
    x = x + 1
    x += y
    return product(x, y.T)


# 28: augmented assignment of one element of a list
def augmented_item(x: Float[Array, "n"]) -> Array:
    items = [x, x]
    items[0] = items[0][None]
    items[1] += 1
    return items[0]


# 29: tuple unpacking that swaps
def swapped(x: Float[Array, "n d"], y: Float[Array, "d n"]) -> Array:
    x, y = y, x
    return product(y, x)


# 30: unpacking with a star
def starred(xs: list[Float[Array, "n"]]) -> Array:
    first, *rest = xs
    return norm(first) + sum(norm(one) for one in rest)


# 31: one name in two places
def chained(x: Float[Array, "n"]) -> Array:
    y = z = x[None]
    y = y[0]
    return norm(y) + z.sum()


# 32: a name of a comprehension is another one
def comprehension(x: Float[Array, "n"], rows: list[Float[Array, "m n"]]) -> Array:
    ranks = [x.ndim for x in rows]
    norm(x)
    return jnp.asarray(ranks)


# 33: two comprehensions, one within the other
def comprehensions(rows: list[list[Float[Array, "n"]]]) -> list[list[Array]]:
    return [[norm(x) for x in row] for row in rows]


# 34: a dict and a set comprehension
def dict_comprehension(rows: dict[str, Float[Array, "n"]]) -> dict[str, Array]:
    return {key: norm(x) for key, x in rows.items()}


# 35: what a nested function binds
def nonlocal_name(x: Float[Array, "n"]) -> Array:
    def change() -> None:
        nonlocal x
        x = x[None]

    change()
    return x


# 36: what a nested function reads later
def read_later(x: Float[Array, "n"]) -> Array:
    def total() -> Array:
        return y.sum()

    y = x[None]
    first = total()
    y = x
    return first + total()


# 37: global names
scale = jnp.ones((3,))


def set_scale(x: Float[Array, "n"]) -> None:
    global scale
    scale = x


def global_name(x: Float[Array, "n 3"]) -> Array:
    return x @ jnp.ones((3, 3)) + scale.sum()


# 38: a name that is deleted
def deleted(x: Float[Array, "n"]) -> Array:
    y = x[None]
    del y
    y = x
    return norm(y)


# 39: code after a return
def after_a_return(x: Float[Array, "h w c"], flag: bool) -> Array:
    if flag:
        return x.sum()
    x = x.reshape(-1)
    return norm(x)


# 40: assert that a thing is an array
def asserted_array(x: Float[Array, "n"] | None) -> Array:
    assert x is not None
    return norm(x)


# 41: or, and
def alternatives(x: Float[Array, "n"] | None, y: Float[Array, "m"]) -> Array:
    z = x if x is not None else y
    return norm(z)


# 42: a conditional of other ranks
def conditional(x: Float[Array, "n"], flag: bool) -> Array:
    y = x[None] if flag else x
    return y if y.ndim == 1 else y[0]


# 43: recursion
def halved(x: Float[Array, "n d"]) -> Float[Array, "m d"]:
    return x if x.shape[0] < 2 else halved(x[::2])


def recursion(x: Float[Array, "n d"]) -> Array:
    return halved(x) + halved(halved(x))[:1]


# 44: two functions that call each other
def even(x: Float[Array, "n"], depth: int = 3) -> Float[Array, "..."]:
    return x if depth == 0 else odd(x[None], depth - 1)


def odd(x: Float[Array, "one n"], depth: int = 3) -> Float[Array, "..."]:
    return x if depth == 0 else even(x[0], depth - 1)


# 45: a generator
def rows_of(x: Float[Array, "n d"]) -> Iterator[Float[Array, "d"]]:
    yield from x


def of_a_generator(x: Float[Array, "n d"]) -> Array:
    return jnp.stack([norm(row) for row in rows_of(x)])


# 46: iteration over an array
def iterated(x: Float[Array, "n h w 3"]) -> list[Array]:
    return [grey(image) for image in x]


# 47: zip, enumerate, reversed
def zipped(xs: list[Float[Array, "n"]], ys: list[Float[Array, "n m"]]) -> Array:
    total = jnp.zeros(())
    for at, (x, y) in enumerate(zip(xs, reversed(ys), strict=True)):
        total = total + norm(x) * y.sum() * at
    return total


# 48: scan
def scanned(x: Float[Array, "steps d"]) -> Float[Array, "d"]:
    def step(carry: Float[Array, "d"], row: Float[Array, "d"]) -> tuple[Float[Array, "d"], Float[Array, ""]]:
        return carry + row, norm(row)

    last, norms = jax.lax.scan(step, jnp.zeros(x.shape[1]), x)
    return last + norms.sum()


# 49: cond, while_loop and fori_loop
def controlled(x: Float[Array, "n"]) -> Array:
    y: Array = jax.lax.cond(True, lambda a: a + 1, lambda a: a, x)
    z: Array = jax.lax.fori_loop(0, 3, lambda _, a: a * 2, y)
    return norm(jax.lax.while_loop(lambda a: a.sum() > 1, lambda a: a / 2, z))


# 50: a mask that is only known at run time
def masked(x: Float[Array, "n"], mask: Bool[Array, "n"], places: Int[Array, "k"]) -> Array:
    return norm(x[places]) + norm(jnp.where(mask, x, 0))
