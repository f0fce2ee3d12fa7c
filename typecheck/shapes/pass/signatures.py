"""Calls that fit, in all forms that jaxtyping and Python have for them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Concatenate,
    Generic,
    Literal,
    NamedTuple,
    Optional,
    ParamSpec,
    Protocol,
    TypeAlias,
    TypedDict,
    TypeVar,
    Union,
    Unpack,
    overload,
)

import jax
import jax.numpy as jnp
import jaxtyping as jt
import numpy as np
from jaxtyping import (
    Array,
    ArrayLike,
    Bool,
    Complex,
    Float,
    Float32,
    Inexact,
    Int,
    Int32,
    Integer,
    Key,
    Num,
    PRNGKeyArray,
    PyTree,
    Real,
    Scalar,
    Shaped,
    UInt8,
)
from jaxtyping import Float as F

T = TypeVar("T")
P = ParamSpec("P")
R = TypeVar("R")
ArrayT = TypeVar("ArrayT", bound=Array)

Image: TypeAlias = Float[Array, "h w c"]
Images: TypeAlias = "list[Image]"
Vector = Float[Array, "n"]
Params: TypeAlias = Mapping[str, Float[Array, "..."]]


# 1: names of a callee are its own
def first(x: Float[Array, "b d"], y: Float[Array, "d b"]) -> Float[Array, "b b"]:
    return x @ y


def swapped_names(x: Float[Array, "d b"], y: Float[Array, "b d"]) -> Float[Array, "d d"]:
    return first(x, y)


# 2: names and numbers
def numbers(x: Float[Array, "3 4"]) -> Float[Array, "3 3"]:
    return first(x, x.T)


def number_wanted(x: Float[Array, "n 3"]) -> Float[Array, "n"]:
    return x.sum(axis=1)


def name_given(x: Float[Array, "n d"]) -> Array:
    return number_wanted(x[:, :3])


# 3: any number of axes
def last(x: Float[Array, "*batch d"]) -> Float[Array, "*batch"]:
    return x[..., 0]


def many_axes(x: Float[Array, "d"], y: Float[Array, "a b c d"], z: Float[Array, "*any d"]) -> tuple[Array, ...]:
    return last(x), last(y), last(last(y)), last(z)


# 4: dots
def dotted(x: Float[Array, "... 3"]) -> Float[Array, "..."]:
    return x.sum(axis=-1)


def of_any_rank(x: Float[Array, "3"], y: Float[Array, "h w 3"]) -> Array:
    return dotted(x) + dotted(y).sum() + dotted(jnp.zeros((2, 2, 2, 3))).sum()


# 5: broadcasting
def broadcast(x: Float[Array, "#b #d"], y: Float[Array, "#b #d"]) -> Float[Array, "_ _"]:
    return x + y


def broadcasting(x: Float[Array, "b 1"], y: Float[Array, "1 d"], z: Float[Array, "b d"]) -> Array:
    return broadcast(x, y) + broadcast(z, x) + broadcast(y, z) + broadcast(z[:1], z)


def several_broadcast(x: Float[Array, "*#batch d"], y: Float[Array, "*#batch d"]) -> Float[Array, "..."]:
    return x * y


def broadcasting_of_several(x: Float[Array, "5 1 d"], y: Float[Array, "1 4 d"], z: Float[Array, "d"]) -> Array:
    return several_broadcast(x, y) + several_broadcast(x, z)


# 6: underscores
def unnamed(x: Float[Array, "_ _"], y: Float[Array, "_other _more"]) -> Float[Array, ""]:
    return x.sum() + y.sum()


def of_underscores(x: Float[Array, "3 4"], y: Float[Array, "a b"]) -> Array:
    return unnamed(x, y) + unnamed(y, x)


# 7: arithmetic
def differences(x: Float[Array, "n d"]) -> Float[Array, "n-1 d"]:
    return x[1:] - x[:-1]


def arithmetic(x: Float[Array, "n d"], y: Float[Array, "n+1 d"]) -> Array:
    return differences(x) + differences(differences(y))


def doubled(x: Float[Array, "n"]) -> Float[Array, "2*n"]:
    return jnp.concatenate([x, x])


def quadrupled(x: Float[Array, "n"]) -> Float[Array, "4*n"]:
    return doubled(doubled(x))


def flattened(x: Float[Array, "h w c"]) -> Float[Array, "h*w c"]:
    return x.reshape(-1, x.shape[2])


def flat_numbers(x: Float[Array, "8 8 c"]) -> Float[Array, "64 c"]:
    return flattened(x)


def halved(x: Float[Array, "n"]) -> Float[Array, "n//2"]:
    return x[: x.shape[0] // 2]


def halves(x: Float[Array, "n"], y: Float[Array, "n"]) -> Array:
    return halved(x) + halved(y)


# 8: names with sizes, and axes with trees
def sized(x: Float[Array, "rows=3 columns=4"]) -> Float[Array, "3"]:
    return x.sum(axis=1)


def of_sizes(x: Float[Array, "3 4"], y: Float[Array, "a=3 b=4"]) -> Array:
    return sized(x) + sized(y)


def tree(x: PyTree[Float[Array, "?n"], "S"], y: PyTree[Float[Array, "..."], "T"]) -> Float[Array, ""]:
    return jnp.zeros(())


def of_trees(x: Float[Array, "a"], y: Float[Array, "b"]) -> Array:
    return tree({"x": x, "y": y}, [x, y[None]]) + tree(x, y)


# 9: scalars
def scalar(x: Float[Array, ""], y: Scalar) -> Float[Array, ""]:
    return x + y


def of_scalars(x: Float[Array, "n"]) -> Array:
    return scalar(x.sum(), x[0]) + scalar(jnp.mean(x), jnp.asarray(1.0))


# 10: unions
def either(x: Float[Array, "n"] | Float[Array, "n d"], y: Union[Int[Array, "n"], None] = None) -> Float[Array, "..."]:
    return x


def of_either(x: Float[Array, "n"], y: Float[Array, "n d"], z: Int[Array, "n"]) -> Array:
    return either(either(x), z)[None] + either(y) + either(either(y), None)


def forwarded(x: Float[Array, "n"] | Float[Array, "n d"]) -> Array:
    return either(x)


# 11: what may be None
def perhaps(x: Float[Array, "n d"], mask: Optional[Bool[Array, "n"]] = None) -> Float[Array, "n d"]:
    return x if mask is None else x * mask[:, None]


def of_optionals(x: Float[Array, "n d"], mask: Bool[Array, "n"] | None) -> Array:
    y = perhaps(x) + perhaps(x, None) + perhaps(x, mask)
    return y if mask is None else perhaps(y, mask)


# 12: aliases, and other names for jaxtyping
def alias(image: Image, images: Images) -> Image:
    return image + images[0].sum()


def renamed(x: F[Array, "h w c"], y: jt.Float[jax.Array, "h w c"], z: Vector) -> Array:
    return alias(x, [y, x]) + z.sum()


# 13: dtypes that may fit
def of_dtypes(a: Num[Array, "n"], b: Real[Array, "n"], c: Inexact[Array, "n"], d: Shaped[Array, "n"]) -> Shaped[Array, "n"]:
    return d


def dtypes(x: Float[Array, "n"], y: Float32[Array, "n"], z: Int32[Array, "n"], w: Complex[Array, "n"]) -> Array:
    of_dtypes(x, x, x, z)
    of_dtypes(y, z, w, x > 0)
    of_dtypes(z, y, y, w)
    return of_dtypes(w, x.astype(jnp.bfloat16), x, x)


def single(x: Float32[Array, "n"]) -> Float32[Array, "n"]:
    return x


def wide_for_narrow(x: Float[Array, "n"], y: Integer[Array, "n"]) -> Array:
    z: Int[Array, "n"] = y
    return single(x) + z


# 14: NumPy's arrays
def of_numpy(x: Float[np.ndarray, "n"], y: UInt8[np.ndarray, "h w 3"]) -> Float[np.ndarray, "n"]:
    return np.asarray(x + y.sum())


def numpys(x: Float[np.ndarray, "n"], y: UInt8[np.ndarray, "h w 3"]) -> Any:
    return of_numpy(of_numpy(x, y), y[::2])


# 15: what is like an array
def of_any(x: Float[ArrayLike, "..."], y: ArrayLike = 1.0) -> Float[Array, "..."]:
    return jnp.asarray(x) + y


def like_arrays(x: Float[Array, "n"], y: Float[np.ndarray, "n"]) -> Array:
    return of_any(x) + of_any(y, x) + of_any(2.0) + of_any(x, 3)


# 16: keys
def draw(key: PRNGKeyArray, like: Float[Array, "n"]) -> Float[Array, "n"]:
    return like + jax.random.normal(key, like.shape)


def keys(key: PRNGKeyArray, x: Float[Array, "n"]) -> Array:
    one, two = jax.random.split(key)
    many = jax.random.split(key, 3)
    return draw(one, x) + draw(two, x) + draw(many[0], x) + draw(jax.random.fold_in(key, 1), x)


# 17: stars
def added(*xs: Float[Array, "n"], **more: Float[Array, "n"]) -> Float[Array, "n"]:
    return sum(xs, jnp.zeros_like(xs[0])) + sum(more.values(), jnp.zeros_like(xs[0]))


def stars(xs: list[Float[Array, "n"]], pair: tuple[Float[Array, "a b"], Float[Array, "b c"]]) -> Array:
    options = {"x": pair[0], "y": pair[1]}
    return added(*xs) + added(xs[0], xs[1], z=xs[0]) + product(*pair).sum() + product(**options).sum()


def product(x: Float[Array, "rows inner"], y: Float[Array, "inner columns"]) -> Float[Array, "rows columns"]:
    return x @ y


# 18: keywords and defaults
def defaults(x: Float[Array, "n"], /, y: Float[Array, "n"] | None = None, *, scale: float = 1.0, like: Float[Array, ""] = jnp.ones(())) -> Float[Array, "n"]:
    return x * scale * like


def with_defaults(x: Float[Array, "n"]) -> Array:
    return defaults(x) + defaults(x, x, scale=2.0) + defaults(x, y=x, like=x.sum())


# 19: partial
def with_partial(x: Float[Array, "a b"], y: Float[Array, "b c"]) -> Array:
    of_x = partial(product, x)
    by_name = partial(product, y=y)
    scaled = functools.partial(defaults, scale=3.0)
    return of_x(y) + by_name(x) + scaled(x[0]).sum()


# 20: lambdas
def lambdas(x: Float[Array, "n d"]) -> Array:
    row: Callable[[Array], Array] = lambda x: x[0]
    twice: Callable[[Callable[[Array], Array], Array], Array] = lambda f, x: f(f(x))
    return twice(lambda y: y[None], row(x))


# 21: functions as values
def applied(f: Callable[[Float[Array, "n"]], Float[Array, "n"]], x: Float[Array, "n"]) -> Float[Array, "n"]:
    return f(x)


def as_values(x: Float[Array, "n"], flag: bool) -> Array:
    function = single if flag else jnp.tanh
    table = {"single": single, "tanh": jnp.tanh}
    return applied(single, x) + function(x) + table["single"](x)


# 22: closures, and nested functions with the same names
def closures(x: Float[Array, "n d"]) -> Array:
    def inner(x: Float[Array, "d n"]) -> Float[Array, "n d"]:
        return x.T

    def outer(y: Float[Array, "n"]) -> Float[Array, "n"]:
        return y + x[0, 0]

    return inner(x.T) + outer(x[0])


# 23: functions that make functions
def scaler(by: Float[Array, "n"]) -> Callable[[Float[Array, "n"]], Float[Array, "n"]]:
    def scale(x: Float[Array, "n"]) -> Float[Array, "n"]:
        return x * by

    return scale


def made_functions(x: Float[Array, "n"], y: Float[Array, "m"]) -> Array:
    return scaler(x)(x).sum() + scaler(y)(y).sum()


# 24: decorators that keep a signature
def logged(f: Callable[P, R]) -> Callable[P, R]:
    @functools.wraps(f)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        return f(*args, **kwargs)

    return wrapper


@logged
def kept(x: Float[Array, "n d"]) -> Float[Array, "n"]:
    return x[:, 0]


def of_kept(x: Float[Array, "n d"]) -> Array:
    return kept(x)


# 25: decorators that add an axis
def batched(f: Callable[[Array], Array]) -> Callable[[Array], Array]:
    def wrapper(x: Array) -> Array:
        return jnp.stack([f(row) for row in x])

    return wrapper


@batched
def mean_row(x: Float[Array, "d"]) -> Float[Array, ""]:
    return x.mean()


def of_batched(x: Float[Array, "n d"]) -> Array:
    return mean_row(x) + batched(mean_row)(x[None])[0]


# 26: decorators that change arguments
def with_key(f: Callable[Concatenate[Key[Array, ""], P], R]) -> Callable[P, R]:
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        return f(jax.random.key(0), *args, **kwargs)

    return wrapper


@with_key
def noisy(key: Key[Array, ""], x: Float[Array, "n"]) -> Float[Array, "n"]:
    return draw(key, x)


def of_noisy(x: Float[Array, "n"]) -> Array:
    return noisy(x)


# 27: overloads
@overload
def size_of(x: Float[Array, "n"]) -> Float[Array, ""]: ...
@overload
def size_of(x: Float[Array, "n d"]) -> Float[Array, "n"]: ...  # type: ignore[overload-cannot-match]  # both are arrays
def size_of(x: Float[Array, "..."]) -> Float[Array, "..."]:
    return x.sum(axis=-1)


def of_overloads(x: Float[Array, "n d"]) -> Array:
    return size_of(x) + size_of(size_of(x))


# 28: literals that choose
@overload
def reduced(x: Float[Array, "n d"], keep: Literal[True]) -> Float[Array, "n 1"]: ...
@overload
def reduced(x: Float[Array, "n d"], keep: Literal[False] = False) -> Float[Array, "n"]: ...
def reduced(x: Float[Array, "n d"], keep: bool = False) -> Float[Array, "..."]:
    return x.sum(axis=1, keepdims=keep)


def of_literals(x: Float[Array, "n d"]) -> Array:
    return reduced(x, True)[:, 0] + reduced(x) + reduced(x, keep=False)


# 29: type variables
def identity(x: T) -> T:
    return x


def first_of(xs: Sequence[ArrayT]) -> ArrayT:
    return xs[0]


def of_variables(x: Float[Array, "n"], y: Float[Array, "n d"]) -> Array:
    return single(identity(x)) + kept(identity(y)) + single(first_of([x, x])) + identity(identity)(x)


# 30: containers
def containers(
    xs: list[Float[Array, "n"]],
    pairs: dict[str, tuple[Float[Array, "a b"], Float[Array, "b c"]]],
    many: tuple[Float[Array, "n"], ...],
) -> Array:
    x, y = pairs["a"]
    xs = [*xs, xs[0][:1]]
    return product(x, y).sum() + single(xs[0]).sum() + single(many[-1]).sum()


# 31: a list of other things
def mixed(x: Float[Array, "n"], y: Float[Array, "a b"]) -> Array:
    things = [x, y]
    things.append(x[None, None])
    things[0] = y
    return kept(things[0]) + sum(one.sum() for one in things)


# 32: a dict that changes
def changed(x: Float[Array, "n"], y: Float[Array, "a b"]) -> Array:
    things = {"x": x}
    things["x"] = y
    things.update(y=x)
    return kept(things["x"]).sum() + single(things["y"]).sum()


# 33: options of a TypedDict
class Options(TypedDict, total=False):
    x: Float[Array, "n"]
    y: Float[Array, "n"]


def with_options(**options: Unpack[Options]) -> Array:
    return options.get("x", jnp.zeros(3))


def of_options(x: Float[Array, "n"], options: Options) -> Array:
    return with_options(x=x, y=x) + with_options(**options).sum()


# 34: a protocol with a call
class Kernel(Protocol):
    def __call__(self, x: Float[Array, "n d"], y: Float[Array, "m d"], /) -> Float[Array, "n m"]: ...


def linear(x: Float[Array, "a k"], y: Float[Array, "b k"]) -> Float[Array, "a b"]:
    return x @ y.T


def of_kernels(x: Float[Array, "n d"], y: Float[Array, "m d"]) -> Array:
    kernel: Kernel = linear
    return kernel(x, y) + kernel(y, x).T


# 35: annotations with more in them
def annotated(x: Annotated[Float[Array, "n"], "metres"], y: "Float[Array, 'n']") -> Annotated[Array, "metres"]:
    return x + y


def of_annotated(x: Float[Array, "n"]) -> Array:
    return annotated(x, x)


# 36: functions without annotations of shapes
def plain(x: Array) -> Array:
    return x[0]


def untold(x: Float[Array, "n d"], y: Any) -> Array:
    return single(plain(x)) + kept(plain(plain(x[None, None]))) + single(y)


# 37: dicts, of which each array has sizes of its own
def towers(each: Mapping[str, Float[Array, "n d"]], x: Float[Array, "n d"]) -> dict[str, Float[Array, "..."]]:
    return {**each, "rows": x, "all": x.sum(), "first": each["a"][0]}


def of_towers(x: Float[Array, "n d"]) -> Array:
    return towers({"a": x, "b": x.T}, x)["all"]


if TYPE_CHECKING:
    untold_value: Any = ...
