"""Colour operators, as every law is checked on them."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from flax import nnx

from datarax_typed.operators.image import (
    BrightnessOperator,
    BrightnessOperatorConfig,
    ContrastOperator,
    ContrastOperatorConfig,
    GammaOperator,
    GammaOperatorConfig,
    GaussianBlurOperator,
    GaussianBlurOperatorConfig,
    GaussianNoiseOperator,
    GaussianNoiseOperatorConfig,
    GrayscaleOperator,
    GrayscaleOperatorConfig,
    HueOperator,
    HueOperatorConfig,
    NormalizeOperator,
    NormalizeOperatorConfig,
    SaturationOperator,
    SaturationOperatorConfig,
    ToFloatOperator,
    ToFloatOperatorConfig,
)
from tests.operators.case import AnyOperator, Case

_DRAWN: Final[Mapping[str, Any]] = {"stochastic": True, "stream_name": "augment"}
_ANY: Final = {"image": "f32[h,w,c]"}
_COLOUR: Final = {"image": "f32[h,w,3]"}


def _drawn_and_learned(
    name: str,
    make: Callable[..., AnyOperator],  # called with options of the config
    spec: Mapping[str, str],
) -> Case:
    """Return the case of an operator whose magnitude is drawn for each record, and learned."""
    return Case(f"{name}-drawn-learned", partial(make, **_DRAWN, learnable=True), spec)


def _brightness(**options: Any) -> AnyOperator:  # fields of the config
    config = BrightnessOperatorConfig(field_key="image", **options)
    return BrightnessOperator(config, rngs=nnx.Rngs(augment=0))


def _contrast(**options: Any) -> AnyOperator:  # fields of the config
    config = ContrastOperatorConfig(field_key="image", **options)
    return ContrastOperator(config, rngs=nnx.Rngs(augment=0))


def _saturation(**options: Any) -> AnyOperator:  # fields of the config
    config = SaturationOperatorConfig(field_key="image", **options)
    return SaturationOperator(config, rngs=nnx.Rngs(augment=0))


def _hue(**options: Any) -> AnyOperator:  # fields of the config
    config = HueOperatorConfig(field_key="image", **options)
    return HueOperator(config, rngs=nnx.Rngs(augment=0))


def _gamma(**options: Any) -> AnyOperator:  # fields of the config
    config = GammaOperatorConfig(field_key="image", **options)
    return GammaOperator(config, rngs=nnx.Rngs(augment=0))


def _blur(**options: Any) -> AnyOperator:  # fields of the config
    config = GaussianBlurOperatorConfig(field_key="image", kernel_size=5, **options)
    return GaussianBlurOperator(config, rngs=nnx.Rngs(augment=0))


def _noise(**options: Any) -> AnyOperator:  # fields of the config
    config = GaussianNoiseOperatorConfig(field_key="image", **options)
    return GaussianNoiseOperator(config, rngs=nnx.Rngs(augment=0))


def _normalize(**options: Any) -> AnyOperator:  # fields of the config
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    config = NormalizeOperatorConfig(field_key="image", mean=mean, std=std, **options)
    return NormalizeOperator(config)


def _grayscale(**options: Any) -> AnyOperator:  # fields of the config
    return GrayscaleOperator(GrayscaleOperatorConfig(field_key="image", **options))


def _to_float(**options: Any) -> AnyOperator:  # fields of the config
    return ToFloatOperator(ToFloatOperatorConfig(field_key="image", **options))


CASES: Final[list[Case]] = [
    # The magnitude is the same code for all: one case shows it given.
    Case("brightness", partial(_brightness, delta=0.1), _ANY),
    _drawn_and_learned("brightness", _brightness, _ANY),
    _drawn_and_learned("contrast", _contrast, _ANY),
    _drawn_and_learned("saturation", _saturation, _COLOUR),
    _drawn_and_learned("hue", _hue, _COLOUR),
    _drawn_and_learned("gamma", _gamma, _ANY),
    _drawn_and_learned("gaussian-blur", _blur, _ANY),
    Case("gaussian-noise-learned", lambda: _noise(learnable=True), _ANY),
    Case("normalize-learned", lambda: _normalize(learnable=True), _COLOUR),
    Case("grayscale", _grayscale, _COLOUR),
    Case("to-float", _to_float, {"image": "u8[h,w,c]"}),
]
