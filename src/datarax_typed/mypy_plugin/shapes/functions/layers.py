"""Layers of flax.nnx: what making one tells, and what calling it gives."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from datarax_typed.mypy_plugin.shapes.dtypes import shown as dtypes_shown
from datarax_typed.mypy_plugin.shapes.functions.arguments import (
    HOLDERS,
    LAST,
    NO,
    NONE,
    YES,
    Function,
    array,
    entry,
    flag,
    integers,
    is_none,
    require,
    unwrapped,
)
from datarax_typed.mypy_plugin.shapes.functions.conv_layers import (
    call_conv,
    call_conv_transpose,
    conv,
    conv_transpose,
)
from datarax_typed.mypy_plugin.shapes.functions.indexing import AT_PLACES
from datarax_typed.mypy_plugin.shapes.functions.kinds import (
    INTEGERS,
    given_dtype,
    inexact,
)
from datarax_typed.mypy_plugin.shapes.functions.layer_facts import (
    FLOAT32,
    HARMLESS,
    axis_of,
    check_features,
    dtypes_of,
    held_array,
    made_layer,
    names,
)
from datarax_typed.mypy_plugin.shapes.functions.neural import INITIALIZER, initial
from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    ArrayValue,
    Call,
    Constant,
    Items,
    Made,
    Several,
    Shape,
    ShapeError,
    Size,
    Value,
)

# A layer as it is made, and the call of it.
Layer: TypeAlias = Callable[[Made, Call], Value]

_GROUPS: Final = Size.of(32)


def linear(
    in_features: Value,
    out_features: Value,
    *,
    use_bias: Value = YES,
    dtype: Value = NONE,
    param_dtype: Value = FLOAT32,
    **options: Value,
) -> Value:
    """Return a layer that maps features to others."""
    return made_layer(
        "Linear",
        options,
        in_features=in_features,
        out_features=out_features,
        dtype=dtype,
        param_dtype=param_dtype,
        kernel=held_array(param_dtype, in_features, out_features),
    )


def _call_linear(made: Made, inputs: Value, out_sharding: Value = NONE) -> Value:
    found = array(inputs)
    require(bool(found.shape))
    check_features("Linear", made.facts["in_features"], found.shape[-1])
    before = found.shape if isinstance(found.shape[-1], Several) else found.shape[:-1]
    return ArrayValue(dtypes_of(made, found.dtypes), (*before, axis_of(made.facts["out_features"])))


def linear_general(
    in_features: Value,
    out_features: Value,
    *,
    axis: Value = LAST,
    dtype: Value = NONE,
    param_dtype: Value = FLOAT32,
    use_bias: Value = YES,
    **options: Value,
) -> Value:
    """Return a layer that maps some axes to others."""
    return made_layer(
        "LinearGeneral",
        options,
        in_features=in_features,
        out_features=out_features,
        axis=axis,
        dtype=dtype,
        param_dtype=param_dtype,
    )


def _call_linear_general(made: Made, inputs: Value, out_sharding: Value = NONE) -> Value:
    found = array(inputs)
    expected, wanted = (_each(made.facts[name]) for name in ("in_features", "out_features"))
    count = len(expected)
    require(sorted(integers(made.facts["axis"])) == list(range(-count, 0)))
    require(list(integers(made.facts["axis"])) == list(range(-count, 0)))
    last = found.shape[-count:]
    require(len(last) == count and not any(isinstance(axis, Several) for axis in last))
    for one, axis in zip(expected, last, strict=True):
        check_features("LinearGeneral", one, axis)
    shape = (*found.shape[:-count], *map(axis_of, wanted))
    return ArrayValue(dtypes_of(made, found.dtypes), shape)


def _each(value: Value) -> tuple[Value, ...]:
    return value.items if isinstance(value, Items) else (value,)


def norm(kind: str) -> Function:
    """Return what makes a layer that normalises features."""

    def function(
        num_features: Value,
        *,
        use_bias: Value = YES,
        use_scale: Value = YES,
        dtype: Value = NONE,
        param_dtype: Value = FLOAT32,
        **options: Value,
    ) -> Value:
        options.pop("use_running_average", None)
        axes = {name: options.pop(name, LAST) for name in ("axis", "reduction_axes")}
        axes["feature_axes"] = options.pop("feature_axes", LAST)
        return made_layer(
            kind,
            options,
            num_features=num_features,
            is_checked=Constant(flag(use_scale) or (flag(use_bias) and kind != "RMSNorm")),
            is_last=Constant(axes["axis"] == LAST and axes["feature_axes"] == LAST),
            dtype=dtype,
            param_dtype=param_dtype,
        )

    return entry(function)


def group_norm(
    num_features: Value, num_groups: Value = _GROUPS, group_size: Value = NONE, **options: Value
) -> Value:
    """Return a layer that normalises groups of features.

    Raises:
        ShapeError: the groups cannot be equal.
    """
    numbers = [one.number if isinstance(one, Size) else None for one in (num_features, num_groups)]
    features, count = numbers
    if is_none(group_size) and features and count and features % count:
        message = f"GroupNorm: {features} features cannot be split into {count} groups"
        raise ShapeError(message)
    require("reduction_axes" not in options)
    return norm("GroupNorm")(Call((num_features,), options))


def _call_norm(made: Made, x: Value, *_: Value, **__: Value) -> Value:
    found = array(x)
    name = made.kind.rpartition(".")[2]
    if flag(made.facts["is_checked"]) and flag(made.facts["is_last"]) and found.shape:
        check_features(name, made.facts["num_features"], found.shape[-1])
    dtypes = dtypes_of(made, found.dtypes)
    is_bare = not flag(made.facts["is_checked"])
    return ArrayValue(dtypes | inexact(found.dtypes) if is_bare else dtypes, found.shape)


def dropout(rate: Value, **options: Value) -> Value:
    """Return a layer that leaves items out at random."""
    return Made("flax.nnx.Dropout", {"rate": rate})


def _call_dropout(made: Made, inputs: Value, **options: Value) -> Value:
    return array(inputs)


def embed(
    num_embeddings: Value,
    features: Value,
    *,
    dtype: Value = NONE,
    param_dtype: Value = FLOAT32,
    **options: Value,
) -> Value:
    """Return a layer that has a vector for each number."""
    return made_layer(
        "Embed",
        options,
        num_embeddings=num_embeddings,
        features=features,
        dtype=dtype,
        param_dtype=param_dtype,
        embedding=held_array(param_dtype, num_embeddings, features),
    )


def _call_embed(made: Made, inputs: Value, out_sharding: Value = NONE) -> Value:
    found = array(inputs)
    if found.dtypes and not found.dtypes & INTEGERS:
        message = f"Embed: an index is an integer, not {dtypes_shown(found.dtypes)}"
        raise ShapeError(message, is_dtype=True)
    stored = given_dtype(made.facts["param_dtype"], frozenset())
    dtypes = given_dtype(made.facts["dtype"], stored)
    return ArrayValue(dtypes, (*found.shape, axis_of(made.facts["features"])))


def attention(  # noqa: PLR0913 - the real parameters
    num_heads: Value,
    in_features: Value,
    qkv_features: Value = NONE,
    out_features: Value = NONE,
    num_kv_heads: Value = NONE,
    in_kv_features: Value = NONE,
    *,
    dtype: Value = NONE,
    param_dtype: Value = FLOAT32,
    decode: Value = NO,
    **options: Value,
) -> Value:
    """Return a layer of attention.

    Raises:
        ShapeError: the heads cannot be equal.
    """
    width = in_features if is_none(qkv_features) else qkv_features
    numbers = [one.number if isinstance(one, Size) else None for one in (width, num_heads)]
    if numbers[0] and numbers[1] and numbers[0] % numbers[1]:
        message = (
            f"MultiHeadAttention: {numbers[0]} features cannot be split into {numbers[1]} heads"
        )
        raise ShapeError(message)
    return Made(
        "flax.nnx.MultiHeadAttention",
        {
            "in_features": in_features,
            "out_features": in_features if is_none(out_features) else out_features,
            "in_kv_features": in_features if is_none(in_kv_features) else in_kv_features,
            "dtype": dtype,
            "param_dtype": param_dtype,
            "is_plain": Constant(decode in {NO, NONE} and options.keys() <= _OF_ATTENTION),
        },
    )


_OF_ATTENTION: Final = HARMLESS | names(
    "broadcast_dropout dropout_rate deterministic out_kernel_init out_bias_init use_bias "
    "normalize_qk keep_rngs out_kernel_metadata out_bias_metadata"
)


def _call_attention(
    made: Made,
    inputs_q: Value,
    inputs_k: Value = NONE,
    inputs_v: Value = NONE,
    **options: Value,
) -> Value:
    require(flag(made.facts["is_plain"]) and options.get("decode", NO) in {NO, NONE})
    keys = inputs_q if is_none(inputs_k) else inputs_k
    values = keys if is_none(inputs_v) else inputs_v
    found = array(inputs_q)
    require(len(found.shape) > 1)
    check_features("MultiHeadAttention", made.facts["in_features"], found.shape[-1])
    for value in (keys, values):
        if isinstance(value, ArrayValue) and value.shape and value is not inputs_q:
            expected = made.facts["in_kv_features"]
            check_features("MultiHeadAttention", expected, value.shape[-1])
    require(not isinstance(found.shape[-1], Several))
    shape: Shape = (*found.shape[:-1], axis_of(made.facts["out_features"]))
    # The values decide about the dtype too, if they are others.
    dtypes = dtypes_of(made, found.dtypes) if values is inputs_q else frozenset[str]()
    return ArrayValue(dtypes, shape)


def _holder(kind: str) -> Function:
    def function(value: Value, **options: Value) -> Value:
        return Made(kind, {"value": unwrapped(value)})

    return entry(function)


def _calling(function: Callable[..., Value]) -> Layer:
    """Return what calls a layer, from a function with the real parameters."""
    bound = entry(function)
    return lambda made, call: bound(Call((made, *call.positional), call.keywords))


_NORMS: Final = ("LayerNorm", "RMSNorm", "BatchNorm")
_MAKERS: Final[Mapping[str, Callable[..., Value]]] = {
    "Linear": linear,
    "LinearGeneral": linear_general,
    "Conv": conv,
    "ConvTranspose": conv_transpose,
    "GroupNorm": group_norm,
    "Dropout": dropout,
    "Embed": embed,
    "MultiHeadAttention": attention,
}
TABLE: Final[Mapping[str, Function]] = {
    **{f"flax.nnx.{name}": entry(maker) for name, maker in _MAKERS.items()},
    **{f"flax.nnx.{name}": norm(name) for name in _NORMS},
    **{kind: _holder(kind) for kind in HOLDERS},
}
CALLED: Final[Mapping[str, Layer]] = {
    "flax.nnx.Linear": _calling(_call_linear),
    "flax.nnx.LinearGeneral": _calling(_call_linear_general),
    "flax.nnx.Conv": _calling(call_conv),
    "flax.nnx.ConvTranspose": _calling(call_conv_transpose),
    **{f"flax.nnx.{name}": _calling(_call_norm) for name in (*_NORMS, "GroupNorm")},
    "flax.nnx.Dropout": _calling(_call_dropout),
    "flax.nnx.Embed": _calling(_call_embed),
    "flax.nnx.MultiHeadAttention": _calling(_call_attention),
    INITIALIZER: lambda _, call: initial(call),
}


def _held(made: Value) -> Value:
    return unwrapped(made)


def _changed(places: Value, *_: Value, **__: Value) -> Value:
    """Return the array that has other items at some places."""
    return places.facts.get("array", NOTHING) if isinstance(places, Made) else NOTHING


_CHANGES: Final = "set add subtract multiply mul divide power min max apply"
# By what was made, and the name of the method.
MADE_METHODS: Final[Mapping[str, Mapping[str, Function]]] = {
    **{kind: {"get_value": entry(_held)} for kind in HOLDERS},
    AT_PLACES: {name: entry(_changed) for name in _CHANGES.split()},
}

__all__ = ["CALLED", "MADE_METHODS", "TABLE"]
