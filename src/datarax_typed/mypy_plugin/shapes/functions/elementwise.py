"""Functions of each item: the shape is broadcast, the dtype follows from a rule."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from datarax_typed.mypy_plugin.shapes.functions.arguments import (
    LAST,
    NONE,
    Function,
    entry,
    is_none,
    require,
)
from datarax_typed.mypy_plugin.shapes.functions.axes import check_axes
from datarax_typed.mypy_plugin.shapes.functions.broadcasting import broadcast, operand, together
from datarax_typed.mypy_plugin.shapes.functions.kinds import (
    BOOL,
    DEFAULT,
    Dtypes,
    given_dtype,
    inexact,
    real,
)
from datarax_typed.mypy_plugin.shapes.values import ArrayValue, Value

Rule: TypeAlias = Callable[[Dtypes], Dtypes]


def same(dtypes: Dtypes) -> Dtypes:
    """Return the dtypes of a function that keeps them."""
    return dtypes


def truth(_: Dtypes) -> Dtypes:
    """Return the dtypes of a function that says whether something is so."""
    return BOOL


def real_inexact(dtypes: Dtypes) -> Dtypes:
    """Return the dtypes of a function that gives real numbers, never whole ones."""
    return real(inexact(dtypes))


def counted(dtypes: Dtypes) -> Dtypes:
    """Return the dtypes of a function for which truth values are numbers."""
    return dtypes - BOOL | DEFAULT["int"] if dtypes & BOOL else dtypes


def either(dtypes: Dtypes) -> Dtypes:
    """Return the dtypes of a function that keeps whole numbers in some cases only."""
    return counted(dtypes) | dtypes | inexact(dtypes)


_ONE: Final[Mapping[Rule, str]] = {
    inexact: "exp exp2 expm1 log log2 log10 log1p sqrt cbrt sin cos tan arcsin arccos arctan asin "
    "acos atan sinh cosh tanh arcsinh arccosh arctanh asinh acosh atanh sinc deg2rad rad2deg "
    "degrees radians",
    same: "negative positive conj conjugate sign nan_to_num bitwise_not bitwise_invert",
    counted: "square",
    either: "floor ceil trunc round rint around reciprocal i0",
    real: "abs absolute real imag",
    real_inexact: "angle fabs",
    truth: "isnan isinf isfinite isneginf isposinf logical_not signbit iscomplex isreal",
}
_TWO: Final[Mapping[Rule, str]] = {
    same: "subtract multiply maximum minimum fmax fmin "
    "bitwise_and bitwise_or bitwise_xor gcd lcm add",
    counted: "mod remainder floor_divide fmod left_shift right_shift",
    either: "power pow heaviside copysign nextafter float_power",
    inexact: "divide true_divide arctan2 atan2 hypot logaddexp logaddexp2",
    truth: "equal not_equal less less_equal greater greater_equal logical_and logical_or "
    "logical_xor",
}
_LAX_ONE: Final[Mapping[Rule, str]] = {
    same: "exp log log1p expm1 sin cos tan tanh sinh cosh sqrt rsqrt cbrt square neg sign floor "
    "ceil round logistic erf erfc erf_inv lgamma digamma asin acos atan stop_gradient",
    real: "abs",
    truth: "is_finite",
}
_LAX_TWO: Final[Mapping[Rule, str]] = {
    same: "add sub mul div max min pow rem atan2",
    truth: "eq ne lt le gt ge",
}
_ACTIVATIONS: Final[Mapping[Rule, str]] = {
    inexact: "gelu silu swish sigmoid softplus log_sigmoid soft_sign elu celu selu "
    "hard_sigmoid hard_silu hard_swish",
    either: "relu relu6 tanh identity hard_tanh leaky_relu",
}
# Of jax.nn alone.
_MORE_ACTIVATIONS: Final[Mapping[Rule, str]] = {
    inexact: "mish squareplus sparse_plus sparse_sigmoid",
}


def one_operand(rule: Rule) -> Function:
    """Return a function of one array, with options that change neither shape nor dtype."""

    def function(x: Value, *options: Value, **named: Value) -> Value:
        found = operand(x)
        # An array as option, such as alpha of elu, takes part in shape and dtype.
        require(not any(isinstance(one, ArrayValue) for one in (*options, *named.values())))
        return ArrayValue(rule(together([found])), found.shape)

    return entry(function)


def two_operands(name: str, rule: Rule) -> Function:
    """Return a function of two arrays."""

    def function(x1: Value, x2: Value, /) -> Value:
        found = [operand(x1), operand(x2)]
        shape = broadcast(name, [one.shape for one in found])
        return ArrayValue(rule(together(found)), shape)

    return entry(function)


def where(condition: Value, x: Value = NONE, y: Value = NONE) -> Value:
    """Return the items of two arrays, chosen one by one."""
    require(not is_none(x) and not is_none(y))
    chosen = [operand(x), operand(y)]
    shapes = [one.shape for one in (operand(condition), *chosen)]
    return ArrayValue(together(chosen), broadcast("where", shapes))


def clip(
    arr: Value,
    min: Value = NONE,  # noqa: A002 - JAX's name
    max: Value = NONE,  # noqa: A002 - JAX's name
) -> Value:
    """Return an array with its items between limits."""
    found = [operand(arr), *(operand(one) for one in (min, max) if not is_none(one))]
    return ArrayValue(together(found), broadcast("clip", [one.shape for one in found]))


def astype(x: Value, dtype: Value, copy: Value = NONE, device: Value = NONE) -> Value:
    """Return an array with another dtype."""
    return ArrayValue(given_dtype(dtype, DEFAULT["float"]), operand(x).shape)


def convert_element_type(operand: Value, new_dtype: Value) -> Value:
    """Return `astype` of jax.lax."""
    return astype(operand, new_dtype)


def along(name: str, rule: Rule) -> Function:
    """Return a function whose items depend on others along axes, such as softmax."""

    def function(x: Value, axis: Value = LAST, where: Value = NONE) -> Value:
        found = operand(x)
        require(is_none(where))
        check_axes(name, found.shape, axis)
        return ArrayValue(rule(together([found])), found.shape)

    return entry(function)


def _each(prefix: str, rules: Mapping[Rule, str]) -> dict[str, Function]:
    return {
        f"{prefix}.{name}": one_operand(rule)
        for rule, names in rules.items()
        for name in names.split()
    }


def _pairs(prefix: str, rules: Mapping[Rule, str]) -> dict[str, Function]:
    return {
        f"{prefix}.{name}": two_operands(name, rule)
        for rule, names in rules.items()
        for name in names.split()
    }


TABLE: Final[Mapping[str, Function]] = {
    **_each("jax.numpy", _ONE),
    **_pairs("jax.numpy", _TWO),
    **_each("jax.lax", _LAX_ONE),
    **_pairs("jax.lax", _LAX_TWO),
    **_each("jax.nn", _ACTIVATIONS),
    **_each("jax.nn", _MORE_ACTIVATIONS),
    **_each("flax.nnx", _ACTIVATIONS),
    "jax.numpy.where": entry(where),
    "jax.numpy.clip": entry(clip),
    "jax.numpy.astype": entry(astype),
    "jax.lax.convert_element_type": entry(convert_element_type),
    "jax.nn.softmax": along("softmax", inexact),
    "jax.nn.log_softmax": along("log_softmax", inexact),
    "flax.nnx.softmax": along("softmax", inexact),
    "flax.nnx.log_softmax": along("log_softmax", inexact),
}
METHODS: Final[Mapping[str, Function]] = {
    "astype": entry(astype),
    "clip": entry(clip),
    "conj": one_operand(same),
    "conjugate": one_operand(same),
    "round": one_operand(either),
    "copy": one_operand(same),
    "block_until_ready": one_operand(same),
}

__all__ = [
    "METHODS",
    "TABLE",
    "Rule",
    "astype",
    "counted",
    "either",
    "real_inexact",
    "same",
    "truth",
]
