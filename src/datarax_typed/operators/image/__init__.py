"""Operators of images: `h w c`, floats in [0, 1]."""

from datarax_typed.operators.image.affine import AffineOperator, AffineOperatorConfig
from datarax_typed.operators.image.brightness import BrightnessOperator, BrightnessOperatorConfig
from datarax_typed.operators.image.contrast import ContrastOperator, ContrastOperatorConfig
from datarax_typed.operators.image.crop import CropOperator, CropOperatorConfig
from datarax_typed.operators.image.cut_out import CutOutOperator, CutOutOperatorConfig
from datarax_typed.operators.image.flip import (
    HorizontalFlipOperator,
    HorizontalFlipOperatorConfig,
    VerticalFlipOperator,
    VerticalFlipOperatorConfig,
)
from datarax_typed.operators.image.gamma import GammaOperator, GammaOperatorConfig
from datarax_typed.operators.image.gaussian_blur import (
    GaussianBlurOperator,
    GaussianBlurOperatorConfig,
)
from datarax_typed.operators.image.gaussian_noise import (
    GaussianNoiseOperator,
    GaussianNoiseOperatorConfig,
)
from datarax_typed.operators.image.grayscale import GrayscaleOperator, GrayscaleOperatorConfig
from datarax_typed.operators.image.hue import HueOperator, HueOperatorConfig
from datarax_typed.operators.image.learned_image import LearnedImageOperator
from datarax_typed.operators.image.normalize import NormalizeOperator, NormalizeOperatorConfig
from datarax_typed.operators.image.pad import PadOperator, PadOperatorConfig
from datarax_typed.operators.image.reshape import ReshapeOperator, ReshapeOperatorConfig
from datarax_typed.operators.image.resize import ResizeOperator, ResizeOperatorConfig
from datarax_typed.operators.image.rotation import RotationOperator, RotationOperatorConfig
from datarax_typed.operators.image.saturation import SaturationOperator, SaturationOperatorConfig
from datarax_typed.operators.image.to_float import ToFloatOperator, ToFloatOperatorConfig

__all__ = [
    "AffineOperator",
    "AffineOperatorConfig",
    "BrightnessOperator",
    "BrightnessOperatorConfig",
    "ContrastOperator",
    "ContrastOperatorConfig",
    "CropOperator",
    "CropOperatorConfig",
    "CutOutOperator",
    "CutOutOperatorConfig",
    "GammaOperator",
    "GammaOperatorConfig",
    "GaussianBlurOperator",
    "GaussianBlurOperatorConfig",
    "GaussianNoiseOperator",
    "GaussianNoiseOperatorConfig",
    "GrayscaleOperator",
    "GrayscaleOperatorConfig",
    "HorizontalFlipOperator",
    "HorizontalFlipOperatorConfig",
    "HueOperator",
    "HueOperatorConfig",
    "LearnedImageOperator",
    "NormalizeOperator",
    "NormalizeOperatorConfig",
    "PadOperator",
    "PadOperatorConfig",
    "ReshapeOperator",
    "ReshapeOperatorConfig",
    "ResizeOperator",
    "ResizeOperatorConfig",
    "RotationOperator",
    "RotationOperatorConfig",
    "SaturationOperator",
    "SaturationOperatorConfig",
    "ToFloatOperator",
    "ToFloatOperatorConfig",
    "VerticalFlipOperator",
    "VerticalFlipOperatorConfig",
]
