"""Functions that take axes away: sums, extremes, norms."""

from collections.abc import Mapping
from typing import Final

from datarax_typed.mypy_plugin.shapes.functions.arguments import (
    LAST,
    NO,
    NONE,
    YES,
    ZERO,
    Function,
    entry,
    flag,
    is_none,
    require,
    size,
)
from datarax_typed.mypy_plugin.shapes.functions.axes import check_axes, positions, product
from datarax_typed.mypy_plugin.shapes.functions.broadcasting import broadcast, operand, together
from datarax_typed.mypy_plugin.shapes.functions.elementwise import Rule, real_inexact, same, truth
from datarax_typed.mypy_plugin.shapes.functions.kinds import (
    DEFAULT,
    given_dtype,
    inexact,
    summed,
)
from datarax_typed.mypy_plugin.shapes.values import ArrayValue, Shape, Size, Value

_RULES: Final[Mapping[Rule, str]] = {
    summed: "sum prod nansum nanprod",
    same: "max min amax amin nanmax nanmin ptp",
    inexact: "mean nanmean median nanmedian",
    real_inexact: "var std nanvar nanstd",
    truth: "any all",
}
_OF_ONE_AXIS: Final = "argmax argmin nanargmax nanargmin"
_CUMULATIVE: Final = "cumsum cumprod nancumsum nancumprod"
_METHODS: Final = "sum prod max min mean var std any all ptp"


def reduction(name: str, rule: Rule) -> Function:
    """Return a function that reduces some axes, of None all."""

    def function(
        a: Value,
        axis: Value = NONE,
        dtype: Value = NONE,
        out: Value = NONE,
        keepdims: Value = NO,
        *_: Value,
        where: Value = NONE,
        promote_integers: Value = YES,
        **__: Value,
    ) -> Value:
        found = operand(a)
        # What is left out may be told by an array with more axes.
        shapes = [found.shape, *([] if is_none(where) else [operand(where).shape])]
        dtypes = rule(together([found]))
        if promote_integers != YES:
            dtypes |= found.dtypes
        shape = reduced(name, broadcast(name, shapes), axis, keepdims)
        return ArrayValue(given_dtype(dtype, dtypes), shape)

    def without_dtype(
        a: Value, axis: Value = NONE, out: Value = NONE, keepdims: Value = NO, **options: Value
    ) -> Value:
        return function(a, axis, NONE, out, keepdims, **options)

    def spread(
        a: Value,
        axis: Value = NONE,
        dtype: Value = NONE,
        out: Value = NONE,
        ddof: Value = ZERO,
        keepdims: Value = NO,
        **options: Value,
    ) -> Value:
        return function(a, axis, dtype, out, keepdims, **options)

    if rule is real_inexact:
        return entry(spread)
    return entry(function if rule in {summed, inexact} else without_dtype)


def reduced(name: str, shape: Shape, axis: Value, keepdims: Value) -> Shape:
    """Return a shape without some axes, or with 1 in their place."""
    is_kept = flag(keepdims)
    if is_none(axis) and not is_kept:
        return ()
    gone = positions(name, shape, axis)
    kept = [Size.of(1) if index in gone else one for index, one in enumerate(shape)]
    return tuple(one for index, one in enumerate(kept) if is_kept or index not in gone)


def count_nonzero(a: Value, axis: Value = NONE, keepdims: Value = NO) -> Value:
    """Return how many items are not 0."""
    return ArrayValue(DEFAULT["int"], reduced("count_nonzero", operand(a).shape, axis, keepdims))


def _extreme_index(name: str) -> Function:
    def function(a: Value, axis: Value = NONE, out: Value = NONE, keepdims: Value = NO) -> Value:
        kept = NO if is_none(keepdims) else keepdims
        return ArrayValue(DEFAULT["int"], reduced(name, operand(a).shape, axis, kept))

    return entry(function)


def _cumulative(name: str) -> Function:
    def function(a: Value, axis: Value = NONE, dtype: Value = NONE, out: Value = NONE) -> Value:
        found = operand(a)
        dtypes = given_dtype(dtype, found.dtypes | summed(together([found])))
        return ArrayValue(dtypes, _in_line(name, found.shape, axis))

    return entry(function)


def norm(x: Value, ord: Value = NONE, axis: Value = NONE, keepdims: Value = NO) -> Value:  # noqa: A002 - JAX's name
    """Return lengths of vectors or matrices."""
    found = operand(x)
    require(is_none(ord) or not is_none(axis))
    return ArrayValue(real_inexact(together([found])), reduced("norm", found.shape, axis, keepdims))


def logsumexp(
    a: Value,
    axis: Value = NONE,
    b: Value = NONE,
    keepdims: Value = NO,
    return_sign: Value = NO,
    where: Value = NONE,
) -> Value:
    """Return the logarithm of a sum of exponentials."""
    require(is_none(b) and not flag(return_sign))
    found = operand(a)
    return ArrayValue(inexact(together([found])), reduced("logsumexp", found.shape, axis, keepdims))


def sort(a: Value, axis: Value = LAST, **options: Value) -> Value:
    """Return an array in order along an axis."""
    found = operand(a)
    return ArrayValue(found.dtypes, _in_line("sort", found.shape, axis))


def argsort(a: Value, axis: Value = LAST, **options: Value) -> Value:
    """Return the order of an array along an axis."""
    found = operand(a)
    dtypes = given_dtype(options.get("dtype", NONE), DEFAULT["int"])
    return ArrayValue(dtypes, _in_line("argsort", found.shape, axis))


def _in_line(name: str, shape: Shape, axis: Value) -> Shape:
    """Return the shape of what is put in order along an axis; of None, all in one line."""
    if is_none(axis):
        return (product(shape),)
    # What is unknown may be None.
    size(axis)
    check_axes(name, shape, axis)
    return shape


_EACH: Final = {
    name: reduction(name, rule) for rule, names in _RULES.items() for name in names.split()
}
_INDEX: Final = {name: _extreme_index(name) for name in _OF_ONE_AXIS.split()}
_RUNNING: Final = {name: _cumulative(name) for name in _CUMULATIVE.split()}
_ORDER: Final = {"sort": entry(sort), "argsort": entry(argsort)}

TABLE: Final[Mapping[str, Function]] = {
    **{f"jax.numpy.{name}": function for name, function in _EACH.items()},
    **{f"jax.numpy.{name}": function for name, function in _INDEX.items()},
    **{f"jax.numpy.{name}": function for name, function in _RUNNING.items()},
    **{f"jax.numpy.{name}": function for name, function in _ORDER.items()},
    "jax.numpy.count_nonzero": entry(count_nonzero),
    "jax.numpy.linalg.norm": entry(norm),
    "jax.nn.logsumexp": entry(logsumexp),
    "jax.scipy.special.logsumexp": entry(logsumexp),
    "flax.nnx.logsumexp": entry(logsumexp),
}
METHODS: Final[Mapping[str, Function]] = {
    **{name: _EACH[name] for name in _METHODS.split()},
    **{name: _INDEX[name] for name in ("argmax", "argmin")},
    **{name: _RUNNING[name] for name in ("cumsum", "cumprod")},
    **_ORDER,
}

__all__ = ["METHODS", "TABLE", "reduced"]
