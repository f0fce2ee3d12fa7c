"""Operators of images: `h w c`, floats in [0, 1]."""

from datarax_typed.operators.image.brightness import BrightnessOperator, BrightnessOperatorConfig
from datarax_typed.operators.image.contrast import ContrastOperator, ContrastOperatorConfig
from datarax_typed.operators.image.learned_image import LearnedImageOperator
from datarax_typed.operators.image.rotation import RotationOperator, RotationOperatorConfig
from datarax_typed.operators.image.to_float import ToFloatOperator, ToFloatOperatorConfig

__all__ = [
    "BrightnessOperator",
    "BrightnessOperatorConfig",
    "ContrastOperator",
    "ContrastOperatorConfig",
    "LearnedImageOperator",
    "RotationOperator",
    "RotationOperatorConfig",
    "ToFloatOperator",
    "ToFloatOperatorConfig",
]
