"""Layers of flax.nnx: what making one tells, and what calling it gives."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from datarax_typed.mypy_plugin.shapes.functions.arguments import (
    HOLDERS,
    LAST,
    NO,
    NONE,
    ONE,
    YES,
    Function,
    NotKnownError,
    array,
    entry,
    flag,
    integers,
    is_none,
    require,
    unwrapped,
)
from datarax_typed.mypy_plugin.shapes.functions.axes import differ
from datarax_typed.mypy_plugin.shapes.functions.convolutions import dilated, moved, parted, several
from datarax_typed.mypy_plugin.shapes.functions.indexing import AT_PLACES
from datarax_typed.mypy_plugin.shapes.functions.kinds import (
    INTEGERS,
    Dtypes,
    common,
    given_dtype,
    inexact,
)
from datarax_typed.mypy_plugin.shapes.functions.neural import INITIALIZER, initial
from datarax_typed.mypy_plugin.shapes.values import (
    NOTHING,
    ArrayValue,
    Axis,
    Call,
    Constant,
    DtypeValue,
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

_FLOAT32: Final = DtypeValue(frozenset({"float32"}))
_SAME: Final = Constant("SAME")
_GROUPS: Final = Size.of(32)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# They change neither shapes nor dtypes.
_HARMLESS: Final = _names(
    "rngs precision epsilon use_fast_variance axis_name axis_index_groups momentum "
    "kernel_init bias_init scale_init embedding_init kernel_metadata bias_metadata "
    "scale_metadata embedding_metadata mask"
)


def _made(kind: str, options: Mapping[str, Value], **facts: Value) -> Made:
    require(options.keys() <= _HARMLESS)
    return Made(f"flax.nnx.{kind}", facts)


def _param(dtype: Value, *shape: Value) -> Made:
    axes = tuple(axis if isinstance(axis, Size) else None for axis in shape)
    return Made("flax.nnx.Param", {"value": ArrayValue(given_dtype(dtype, frozenset()), axes)})


def linear(
    in_features: Value,
    out_features: Value,
    *,
    use_bias: Value = YES,
    dtype: Value = NONE,
    param_dtype: Value = _FLOAT32,
    **options: Value,
) -> Value:
    """Return a layer that maps features to others."""
    return _made(
        "Linear",
        options,
        in_features=in_features,
        out_features=out_features,
        dtype=dtype,
        param_dtype=param_dtype,
        kernel=_param(param_dtype, in_features, out_features),
    )


def _call_linear(made: Made, inputs: Value, out_sharding: Value = NONE) -> Value:
    found = array(inputs)
    require(bool(found.shape))
    _check_features("Linear", made.facts["in_features"], found.shape[-1])
    before = found.shape if isinstance(found.shape[-1], Several) else found.shape[:-1]
    return ArrayValue(_dtypes(made, found.dtypes), (*before, _axis(made.facts["out_features"])))


def _axis(value: Value) -> Axis:
    return value if isinstance(value, Size) else None


def _check_features(name: str, expected: Value, actual: Axis | Several) -> None:
    if isinstance(expected, Size) and differ(expected, actual):
        message = f"{name}: expected {expected} features, got {actual}"
        raise ShapeError(message)


def _dtypes(made: Made, inputs: Dtypes) -> Dtypes:
    """Return the dtypes that a layer gives, for those of its input."""
    stored = given_dtype(made.facts["param_dtype"], frozenset())
    return given_dtype(made.facts["dtype"], inexact(common([inputs, stored])))


def linear_general(
    in_features: Value,
    out_features: Value,
    *,
    axis: Value = LAST,
    dtype: Value = NONE,
    param_dtype: Value = _FLOAT32,
    use_bias: Value = YES,
    **options: Value,
) -> Value:
    """Return a layer that maps some axes to others."""
    return _made(
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
        _check_features("LinearGeneral", one, axis)
    shape = (*found.shape[:-count], *map(_axis, wanted))
    return ArrayValue(_dtypes(made, found.dtypes), shape)


def _each(value: Value) -> tuple[Value, ...]:
    return value.items if isinstance(value, Items) else (value,)


def conv(  # noqa: PLR0913 - the real parameters
    in_features: Value,
    out_features: Value,
    kernel_size: Value,
    strides: Value = ONE,
    *,
    padding: Value = _SAME,
    input_dilation: Value = ONE,
    kernel_dilation: Value = ONE,
    feature_group_count: Value = ONE,
    use_bias: Value = YES,
    dtype: Value = NONE,
    param_dtype: Value = _FLOAT32,
    **options: Value,
) -> Value:
    """Return a convolution."""
    return _made(
        "Conv",
        options,
        in_features=in_features,
        out_features=out_features,
        kernel_size=kernel_size,
        strides=strides,
        padding=padding,
        input_dilation=input_dilation,
        kernel_dilation=kernel_dilation,
        dtype=dtype,
        param_dtype=param_dtype,
    )


def _call_conv(made: Made, inputs: Value, out_sharding: Value = NONE) -> Value:
    found, facts = array(inputs), made.facts
    count = _window_rank(facts["kernel_size"])
    before, axes, features = parted("Conv", found.shape, count)
    _check_features("Conv", facts["in_features"], features)
    window, strides, dilation, holes = (
        several(facts[name], count)
        for name in ("kernel_size", "strides", "kernel_dilation", "input_dilation")
    )
    padding = facts["padding"]
    is_known = all(hole == Size.of(1) for hole in holes)
    require(padding != Constant("CAUSAL") or count == 1)
    unknown = (None,) * count
    after = moved(axes, dilated(window, dilation), strides, padding) if is_known else unknown
    shape = (*before, *after, _axis(facts["out_features"]))
    return ArrayValue(_dtypes(made, found.dtypes), shape)


def _window_rank(size: Value) -> int:
    if isinstance(size, Size):
        return 1
    if not isinstance(size, Items):
        raise NotKnownError
    return len(size.items)


def conv_transpose(  # noqa: PLR0913 - the real parameters
    in_features: Value,
    out_features: Value,
    kernel_size: Value,
    strides: Value = NONE,
    *,
    padding: Value = _SAME,
    kernel_dilation: Value = NONE,
    use_bias: Value = YES,
    dtype: Value = NONE,
    param_dtype: Value = _FLOAT32,
    transpose_kernel: Value = NO,
    **options: Value,
) -> Value:
    """Return a convolution that makes axes longer."""
    require(transpose_kernel == NO and (is_none(kernel_dilation) or kernel_dilation == ONE))
    return _made(
        "ConvTranspose",
        options,
        in_features=in_features,
        out_features=out_features,
        kernel_size=kernel_size,
        strides=strides,
        padding=padding,
        dtype=dtype,
        param_dtype=param_dtype,
    )


def _call_conv_transpose(made: Made, inputs: Value) -> Value:
    found, facts = array(inputs), made.facts
    count = _window_rank(facts["kernel_size"])
    before, axes, features = parted("ConvTranspose", found.shape, count)
    _check_features("ConvTranspose", facts["in_features"], features)
    window, strides = (several(facts[name], count) for name in ("kernel_size", "strides"))
    after = [_longer(*sizes, facts["padding"]) for sizes in zip(axes, window, strides, strict=True)]
    shape = (*before, *after, _axis(facts["out_features"]))
    return ArrayValue(_dtypes(made, found.dtypes), shape)


def _longer(axis: Axis, window: Axis, stride: Axis, padding: Value) -> Axis:
    if axis is None or stride is None or window is None:
        return None
    if padding == _SAME:
        return axis * stride
    return axis * stride + (window - stride).most(0) if padding == Constant("VALID") else None


def norm(kind: str) -> Function:
    """Return what makes a layer that normalises features."""

    def function(
        num_features: Value,
        *,
        use_bias: Value = YES,
        use_scale: Value = YES,
        dtype: Value = NONE,
        param_dtype: Value = _FLOAT32,
        **options: Value,
    ) -> Value:
        options.pop("use_running_average", None)
        axes = {name: options.pop(name, LAST) for name in ("axis", "reduction_axes")}
        axes["feature_axes"] = options.pop("feature_axes", LAST)
        return _made(
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
        _check_features(name, made.facts["num_features"], found.shape[-1])
    dtypes = _dtypes(made, found.dtypes)
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
    param_dtype: Value = _FLOAT32,
    **options: Value,
) -> Value:
    """Return a layer that has a vector for each number."""
    return _made(
        "Embed",
        options,
        num_embeddings=num_embeddings,
        features=features,
        dtype=dtype,
        param_dtype=param_dtype,
        embedding=_param(param_dtype, num_embeddings, features),
    )


def _call_embed(made: Made, inputs: Value, out_sharding: Value = NONE) -> Value:
    found = array(inputs)
    if found.dtypes and not found.dtypes & INTEGERS:
        message = f"Embed: an index is an integer, not {min(found.dtypes)}"
        raise ShapeError(message, is_dtype=True)
    stored = given_dtype(made.facts["param_dtype"], frozenset())
    dtypes = given_dtype(made.facts["dtype"], stored)
    return ArrayValue(dtypes, (*found.shape, _axis(made.facts["features"])))


def attention(  # noqa: PLR0913 - the real parameters
    num_heads: Value,
    in_features: Value,
    qkv_features: Value = NONE,
    out_features: Value = NONE,
    num_kv_heads: Value = NONE,
    in_kv_features: Value = NONE,
    *,
    dtype: Value = NONE,
    param_dtype: Value = _FLOAT32,
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


_OF_ATTENTION: Final = _HARMLESS | _names(
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
    _check_features("MultiHeadAttention", made.facts["in_features"], found.shape[-1])
    for value in (keys, values):
        if isinstance(value, ArrayValue) and value.shape and value is not inputs_q:
            expected = made.facts["in_kv_features"]
            _check_features("MultiHeadAttention", expected, value.shape[-1])
    require(not isinstance(found.shape[-1], Several))
    shape: Shape = (*found.shape[:-1], _axis(made.facts["out_features"]))
    # The values decide about the dtype too, if they are others.
    dtypes = _dtypes(made, found.dtypes) if values is inputs_q else frozenset[str]()
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
    "flax.nnx.Conv": _calling(_call_conv),
    "flax.nnx.ConvTranspose": _calling(_call_conv_transpose),
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
