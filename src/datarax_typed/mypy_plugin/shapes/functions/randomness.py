"""Functions of jax.random."""

from collections.abc import Mapping
from typing import Final

from datarax_typed.mypy_plugin.shapes.functions.arguments import (
    LAST,
    NO,
    NONE,
    ZERO,
    Function,
    array,
    entry,
    is_none,
    require,
)
from datarax_typed.mypy_plugin.shapes.functions.axes import given_shape, one_position, replaced
from datarax_typed.mypy_plugin.shapes.functions.broadcasting import broadcast, operand
from datarax_typed.mypy_plugin.shapes.functions.kinds import BOOL, DEFAULT, Dtypes, given_dtype
from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    ArrayValue,
    Constant,
    Items,
    Shape,
    Size,
    Value,
)

_SCALAR: Final = Items(())
_HALF: Final = Constant(0.5)
_TWO: Final = Size.of(2)
_KEY: Final = frozenset({"prng_key"})


def _drawn(key: Value, shape: Value = _SCALAR, dtype: Value = NONE, **options: Value) -> Value:
    return ArrayValue(given_dtype(dtype, DEFAULT["float"]), given_shape(shape))


def _uniform(
    key: Value,
    shape: Value = _SCALAR,
    dtype: Value = NONE,
    minval: Value = ZERO,
    maxval: Value = ZERO,
    **options: Value,
) -> Value:
    return _drawn(key, shape, dtype)


def _truncated_normal(
    key: Value,
    lower: Value,
    upper: Value,
    shape: Value = NONE,
    dtype: Value = NONE,
    **options: Value,
) -> Value:
    axes = _given_or_broadcast(shape, lower, upper)
    return ArrayValue(given_dtype(dtype, DEFAULT["float"]), axes)


def _given_or_broadcast(shape: Value, *parameters: Value) -> Shape:
    if not is_none(shape):
        return given_shape(shape)
    return broadcast("random", [operand(one).shape for one in parameters])


def _bernoulli(
    key: Value, p: Value = _HALF, shape: Value = NONE, mode: Value = NONE, **options: Value
) -> Value:
    return ArrayValue(BOOL, _given_or_broadcast(shape, p))


def _randint(
    key: Value, shape: Value, minval: Value, maxval: Value, dtype: Value = NONE, **options: Value
) -> Value:
    return ArrayValue(given_dtype(dtype, DEFAULT["int"]), given_shape(shape))


def _permutation(
    key: Value, x: Value, axis: Value = ZERO, independent: Value = NO, **options: Value
) -> Value:
    if isinstance(x, Size):
        return ArrayValue(DEFAULT["int"], (x,))
    found = array(x)
    one_position("permutation", found.shape, axis)
    return found


def _categorical(
    key: Value,
    logits: Value,
    axis: Value = LAST,
    shape: Value = NONE,
    replace: Value = NONE,
    mode: Value = NONE,
    **options: Value,
) -> Value:
    if not is_none(shape):
        return ArrayValue(DEFAULT["int"], given_shape(shape))
    found = array(logits)
    index = one_position("categorical", found.shape, axis)
    return ArrayValue(DEFAULT["int"], replaced(found.shape, index))


def _choice(
    key: Value,
    a: Value,
    shape: Value = _SCALAR,
    replace: Value = NONE,
    p: Value = NONE,
    axis: Value = ZERO,
    mode: Value = NONE,
) -> Value:
    drawn = given_shape(shape)
    if isinstance(a, Size):
        return ArrayValue(DEFAULT["int"], drawn)
    found = array(a)
    require(bool(found.shape))
    index = one_position("choice", found.shape, axis)
    return ArrayValue(found.dtypes, replaced(found.shape, index, *drawn))


def _key(seed: Value, *, impl: Value = NONE, dtype: Value = NONE) -> Value:
    return ArrayValue(_KEY, ())


def _raw_key(seed: Value, *, impl: Value = NONE) -> Value:
    # Its length depends on the implementation.
    return ArrayValue(frozenset({"uint32"}), (None,))


def _split(key: Value, num: Value = _TWO) -> Value:
    found = array(key)
    require(_is_key(found.dtypes))
    return ArrayValue(found.dtypes, given_shape(num) + found.shape)


def _folded(key: Value, data: Value) -> Value:
    found = array(key)
    return found if _is_key(found.dtypes) else NOTHING


def _is_key(dtypes: Dtypes) -> bool:
    return dtypes in {_KEY, frozenset({"uint32"})}


_DRAWN: Final = "normal gumbel exponential laplace cauchy logistic"

TABLE: Final[Mapping[str, Function]] = {
    **{f"jax.random.{name}": entry(_drawn) for name in _DRAWN.split()},
    "jax.random.uniform": entry(_uniform),
    "jax.random.truncated_normal": entry(_truncated_normal),
    "jax.random.bernoulli": entry(_bernoulli),
    "jax.random.randint": entry(_randint),
    "jax.random.permutation": entry(_permutation),
    "jax.random.categorical": entry(_categorical),
    "jax.random.choice": entry(_choice),
    "jax.random.key": entry(_key),
    "jax.random.PRNGKey": entry(_raw_key),
    "jax.random.split": entry(_split),
    "jax.random.fold_in": entry(_folded),
}

__all__ = ["TABLE"]
