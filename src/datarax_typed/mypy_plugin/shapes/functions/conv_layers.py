"""Convolutions of flax.nnx."""

from typing import Final

from datarax_typed.mypy_plugin.shapes.functions.arguments import (
    NO,
    NONE,
    ONE,
    YES,
    NotKnownError,
    array,
    is_none,
    require,
)
from datarax_typed.mypy_plugin.shapes.functions.convolutions import dilated, moved, parted, several
from datarax_typed.mypy_plugin.shapes.functions.layer_facts import (
    FLOAT32,
    axis_of,
    check_features,
    dtypes_of,
    made_layer,
)
from datarax_typed.mypy_plugin.shapes.values import (
    ArrayValue,
    Axis,
    Constant,
    Items,
    Made,
    Size,
    Value,
)

_SAME: Final = Constant("SAME")


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
    param_dtype: Value = FLOAT32,
    **options: Value,
) -> Value:
    """Return a convolution."""
    return made_layer(
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


def call_conv(made: Made, inputs: Value, out_sharding: Value = NONE) -> Value:
    """Return what a convolution gives."""
    found, facts = array(inputs), made.facts
    count = _window_rank(facts["kernel_size"])
    before, axes, features = parted("Conv", found.shape, count)
    check_features("Conv", facts["in_features"], features)
    window, strides, dilation, holes = (
        several(facts[name], count)
        for name in ("kernel_size", "strides", "kernel_dilation", "input_dilation")
    )
    padding = facts["padding"]
    is_known = all(hole == Size.of(1) for hole in holes)
    require(padding != Constant("CAUSAL") or count == 1)
    unknown = (None,) * count
    after = moved(axes, dilated(window, dilation), strides, padding) if is_known else unknown
    shape = (*before, *after, axis_of(facts["out_features"]))
    return ArrayValue(dtypes_of(made, found.dtypes), shape)


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
    param_dtype: Value = FLOAT32,
    transpose_kernel: Value = NO,
    **options: Value,
) -> Value:
    """Return a convolution that makes axes longer."""
    require(transpose_kernel == NO and (is_none(kernel_dilation) or kernel_dilation == ONE))
    return made_layer(
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


def call_conv_transpose(made: Made, inputs: Value) -> Value:
    """Return what a convolution gives that makes axes longer."""
    found, facts = array(inputs), made.facts
    count = _window_rank(facts["kernel_size"])
    before, axes, features = parted("ConvTranspose", found.shape, count)
    check_features("ConvTranspose", facts["in_features"], features)
    window, strides = (several(facts[name], count) for name in ("kernel_size", "strides"))
    after = [_longer(*sizes, facts["padding"]) for sizes in zip(axes, window, strides, strict=True)]
    shape = (*before, *after, axis_of(facts["out_features"]))
    return ArrayValue(dtypes_of(made, found.dtypes), shape)


def _longer(axis: Axis, window: Axis, stride: Axis, padding: Value) -> Axis:
    if axis is None or stride is None or window is None:
        return None
    if padding == _SAME:
        return axis * stride
    return axis * stride + (window - stride).most(0) if padding == Constant("VALID") else None


__all__ = ["call_conv", "call_conv_transpose", "conv", "conv_transpose"]
