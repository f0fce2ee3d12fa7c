"""Data operators for JAX whose contracts are declared once and enforced early.

Every public name is here; its module, and with it JAX, is imported when the name is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datarax_typed.core.assert_shape import assert_shape as assert_shape
    from datarax_typed.core.config import DataraxModuleConfig as DataraxModuleConfig
    from datarax_typed.core.config import OperatorConfig as OperatorConfig
    from datarax_typed.core.contracts import contract as contract
    from datarax_typed.core.contracts import contracts_off as contracts_off
    from datarax_typed.core.cross_modal import CrossModalOperator as CrossModalOperator
    from datarax_typed.core.cross_modal import CrossModalOperatorConfig as CrossModalOperatorConfig
    from datarax_typed.core.domain import DomainConstraint as DomainConstraint
    from datarax_typed.core.domain import finite as finite
    from datarax_typed.core.domain import within as within
    from datarax_typed.core.element_batch import Batch as Batch
    from datarax_typed.core.element_batch import Element as Element
    from datarax_typed.core.modality import ModalityOperator as ModalityOperator
    from datarax_typed.core.modality import ModalityOperatorConfig as ModalityOperatorConfig
    from datarax_typed.core.module import DataraxModule as DataraxModule
    from datarax_typed.core.operator import OperatorModule as OperatorModule
    from datarax_typed.core.rules import Rule as Rule
    from datarax_typed.core.rules import at_most as at_most
    from datarax_typed.core.rules import distinct as distinct
    from datarax_typed.core.rules import excludes as excludes
    from datarax_typed.core.rules import exclusive as exclusive
    from datarax_typed.core.rules import increasing as increasing
    from datarax_typed.core.rules import less as less
    from datarax_typed.core.rules import requires as requires
    from datarax_typed.core.rules import same_length as same_length
    from datarax_typed.errors import AlignmentError as AlignmentError
    from datarax_typed.errors import BatchError as BatchError
    from datarax_typed.errors import CheckpointError as CheckpointError
    from datarax_typed.errors import CheckpointTypeError as CheckpointTypeError
    from datarax_typed.errors import ConfigError as ConfigError
    from datarax_typed.errors import ContractError as ContractError
    from datarax_typed.errors import DataraxError as DataraxError
    from datarax_typed.errors import DomainError as DomainError
    from datarax_typed.errors import FieldError as FieldError
    from datarax_typed.errors import OutputError as OutputError
    from datarax_typed.errors import Problem as Problem
    from datarax_typed.errors import RandomnessError as RandomnessError
    from datarax_typed.errors import SpecError as SpecError
    from datarax_typed.errors import StatisticsError as StatisticsError
    from datarax_typed.operators.audio import AddNoiseOperator as AddNoiseOperator
    from datarax_typed.operators.audio import AddNoiseOperatorConfig as AddNoiseOperatorConfig
    from datarax_typed.operators.audio import FrequencyMaskOperator as FrequencyMaskOperator
    from datarax_typed.operators.audio import (
        FrequencyMaskOperatorConfig as FrequencyMaskOperatorConfig,
    )
    from datarax_typed.operators.audio import GainOperator as GainOperator
    from datarax_typed.operators.audio import GainOperatorConfig as GainOperatorConfig
    from datarax_typed.operators.audio import LearnedAudioOperator as LearnedAudioOperator
    from datarax_typed.operators.audio import MelSpectrogramOperator as MelSpectrogramOperator
    from datarax_typed.operators.audio import (
        MelSpectrogramOperatorConfig as MelSpectrogramOperatorConfig,
    )
    from datarax_typed.operators.audio import SpectrogramOperator as SpectrogramOperator
    from datarax_typed.operators.audio import SpectrogramOperatorConfig as SpectrogramOperatorConfig
    from datarax_typed.operators.audio import TimeMaskOperator as TimeMaskOperator
    from datarax_typed.operators.audio import TimeMaskOperatorConfig as TimeMaskOperatorConfig
    from datarax_typed.operators.audio import TimeShiftOperator as TimeShiftOperator
    from datarax_typed.operators.audio import TimeShiftOperatorConfig as TimeShiftOperatorConfig
    from datarax_typed.operators.batch import BatchNormOperator as BatchNormOperator
    from datarax_typed.operators.batch import BatchNormOperatorConfig as BatchNormOperatorConfig
    from datarax_typed.operators.batch import CutMixOperator as CutMixOperator
    from datarax_typed.operators.batch import CutMixOperatorConfig as CutMixOperatorConfig
    from datarax_typed.operators.batch import MixUpOperator as MixUpOperator
    from datarax_typed.operators.batch import MixUpOperatorConfig as MixUpOperatorConfig
    from datarax_typed.operators.compose import CompositeOperatorConfig as CompositeOperatorConfig
    from datarax_typed.operators.compose import CompositeOperatorModule as CompositeOperatorModule
    from datarax_typed.operators.compose import DropOperator as DropOperator
    from datarax_typed.operators.compose import DropOperatorConfig as DropOperatorConfig
    from datarax_typed.operators.compose import MapOperator as MapOperator
    from datarax_typed.operators.compose import MapOperatorConfig as MapOperatorConfig
    from datarax_typed.operators.compose import MultiModalOperator as MultiModalOperator
    from datarax_typed.operators.compose import OneOfOperator as OneOfOperator
    from datarax_typed.operators.compose import OneOfOperatorConfig as OneOfOperatorConfig
    from datarax_typed.operators.compose import ProbabilisticOperator as ProbabilisticOperator
    from datarax_typed.operators.compose import (
        ProbabilisticOperatorConfig as ProbabilisticOperatorConfig,
    )
    from datarax_typed.operators.compose import RenameOperator as RenameOperator
    from datarax_typed.operators.compose import RenameOperatorConfig as RenameOperatorConfig
    from datarax_typed.operators.compose import SelectOperator as SelectOperator
    from datarax_typed.operators.compose import SelectOperatorConfig as SelectOperatorConfig
    from datarax_typed.operators.compose import chain as chain
    from datarax_typed.operators.cross_modal import AlignmentOperator as AlignmentOperator
    from datarax_typed.operators.cross_modal import (
        BatchContrastiveOperator as BatchContrastiveOperator,
    )
    from datarax_typed.operators.cross_modal import ContrastiveOperator as ContrastiveOperator
    from datarax_typed.operators.cross_modal import CrossAttentionOperator as CrossAttentionOperator
    from datarax_typed.operators.cross_modal import FiLMOperator as FiLMOperator
    from datarax_typed.operators.cross_modal import FusionOperator as FusionOperator
    from datarax_typed.operators.cross_modal import ResampleAlignOperator as ResampleAlignOperator
    from datarax_typed.operators.image import AffineOperator as AffineOperator
    from datarax_typed.operators.image import AffineOperatorConfig as AffineOperatorConfig
    from datarax_typed.operators.image import BrightnessOperator as BrightnessOperator
    from datarax_typed.operators.image import BrightnessOperatorConfig as BrightnessOperatorConfig
    from datarax_typed.operators.image import ContrastOperator as ContrastOperator
    from datarax_typed.operators.image import ContrastOperatorConfig as ContrastOperatorConfig
    from datarax_typed.operators.image import CropOperator as CropOperator
    from datarax_typed.operators.image import CropOperatorConfig as CropOperatorConfig
    from datarax_typed.operators.image import CutOutOperator as CutOutOperator
    from datarax_typed.operators.image import CutOutOperatorConfig as CutOutOperatorConfig
    from datarax_typed.operators.image import GammaOperator as GammaOperator
    from datarax_typed.operators.image import GammaOperatorConfig as GammaOperatorConfig
    from datarax_typed.operators.image import GaussianBlurOperator as GaussianBlurOperator
    from datarax_typed.operators.image import (
        GaussianBlurOperatorConfig as GaussianBlurOperatorConfig,
    )
    from datarax_typed.operators.image import GaussianNoiseOperator as GaussianNoiseOperator
    from datarax_typed.operators.image import (
        GaussianNoiseOperatorConfig as GaussianNoiseOperatorConfig,
    )
    from datarax_typed.operators.image import GrayscaleOperator as GrayscaleOperator
    from datarax_typed.operators.image import GrayscaleOperatorConfig as GrayscaleOperatorConfig
    from datarax_typed.operators.image import HorizontalFlipOperator as HorizontalFlipOperator
    from datarax_typed.operators.image import (
        HorizontalFlipOperatorConfig as HorizontalFlipOperatorConfig,
    )
    from datarax_typed.operators.image import HueOperator as HueOperator
    from datarax_typed.operators.image import HueOperatorConfig as HueOperatorConfig
    from datarax_typed.operators.image import LearnedImageOperator as LearnedImageOperator
    from datarax_typed.operators.image import NormalizeOperator as NormalizeOperator
    from datarax_typed.operators.image import NormalizeOperatorConfig as NormalizeOperatorConfig
    from datarax_typed.operators.image import PadOperator as PadOperator
    from datarax_typed.operators.image import PadOperatorConfig as PadOperatorConfig
    from datarax_typed.operators.image import ReshapeOperator as ReshapeOperator
    from datarax_typed.operators.image import ReshapeOperatorConfig as ReshapeOperatorConfig
    from datarax_typed.operators.image import ResizeOperator as ResizeOperator
    from datarax_typed.operators.image import ResizeOperatorConfig as ResizeOperatorConfig
    from datarax_typed.operators.image import RotationOperator as RotationOperator
    from datarax_typed.operators.image import RotationOperatorConfig as RotationOperatorConfig
    from datarax_typed.operators.image import SaturationOperator as SaturationOperator
    from datarax_typed.operators.image import SaturationOperatorConfig as SaturationOperatorConfig
    from datarax_typed.operators.image import ToFloatOperator as ToFloatOperator
    from datarax_typed.operators.image import ToFloatOperatorConfig as ToFloatOperatorConfig
    from datarax_typed.operators.image import VerticalFlipOperator as VerticalFlipOperator
    from datarax_typed.operators.image import (
        VerticalFlipOperatorConfig as VerticalFlipOperatorConfig,
    )
    from datarax_typed.operators.series import HeartRateOperator as HeartRateOperator
    from datarax_typed.operators.series import HeartRateOperatorConfig as HeartRateOperatorConfig
    from datarax_typed.operators.series import JitterOperator as JitterOperator
    from datarax_typed.operators.series import JitterOperatorConfig as JitterOperatorConfig
    from datarax_typed.operators.series import (
        LogCountsPerMillionOperator as LogCountsPerMillionOperator,
    )
    from datarax_typed.operators.series import (
        LogCountsPerMillionOperatorConfig as LogCountsPerMillionOperatorConfig,
    )
    from datarax_typed.operators.series import Moments as Moments
    from datarax_typed.operators.series import StandardizeOperator as StandardizeOperator
    from datarax_typed.operators.series import (
        StandardizeOperatorConfig as StandardizeOperatorConfig,
    )
    from datarax_typed.operators.series import WindowSliceOperator as WindowSliceOperator
    from datarax_typed.operators.series import (
        WindowSliceOperatorConfig as WindowSliceOperatorConfig,
    )
    from datarax_typed.operators.series import moments as moments
    from datarax_typed.operators.text import EmbedOperator as EmbedOperator
    from datarax_typed.operators.text import EmbedOperatorConfig as EmbedOperatorConfig
    from datarax_typed.operators.text import PadToOperator as PadToOperator
    from datarax_typed.operators.text import PadToOperatorConfig as PadToOperatorConfig
    from datarax_typed.operators.text import SpanMaskOperator as SpanMaskOperator
    from datarax_typed.operators.text import SpanMaskOperatorConfig as SpanMaskOperatorConfig
    from datarax_typed.operators.text import TokenMaskOperator as TokenMaskOperator
    from datarax_typed.operators.text import TokenMaskOperatorConfig as TokenMaskOperatorConfig
    from datarax_typed.operators.text import TruncateOperator as TruncateOperator
    from datarax_typed.operators.text import TruncateOperatorConfig as TruncateOperatorConfig
    from datarax_typed.protocols import Checkpointable as Checkpointable
    from datarax_typed.protocols import CheckpointableIterator as CheckpointableIterator
    from datarax_typed.protocols import DataSource as DataSource
    from datarax_typed.protocols import Metadata as Metadata
    from datarax_typed.protocols import Operator as Operator
    from datarax_typed.protocols import PyTree as PyTree
    from datarax_typed.protocols import Statistics as Statistics
    from datarax_typed.protocols import StatisticsProvider as StatisticsProvider

# The module of every public name. Type checkers read the imports above; a test holds both equal.
_HOMES = {
    "core.assert_shape": ("assert_shape",),
    "core.config": (
        "DataraxModuleConfig",
        "OperatorConfig",
    ),
    "core.contracts": (
        "contract",
        "contracts_off",
    ),
    "core.cross_modal": (
        "CrossModalOperator",
        "CrossModalOperatorConfig",
    ),
    "core.domain": (
        "DomainConstraint",
        "finite",
        "within",
    ),
    "core.element_batch": (
        "Batch",
        "Element",
    ),
    "core.modality": (
        "ModalityOperator",
        "ModalityOperatorConfig",
    ),
    "core.module": ("DataraxModule",),
    "core.operator": ("OperatorModule",),
    "core.rules": (
        "Rule",
        "at_most",
        "distinct",
        "excludes",
        "exclusive",
        "increasing",
        "less",
        "requires",
        "same_length",
    ),
    "errors": (
        "AlignmentError",
        "BatchError",
        "CheckpointError",
        "CheckpointTypeError",
        "ConfigError",
        "ContractError",
        "DataraxError",
        "DomainError",
        "FieldError",
        "OutputError",
        "Problem",
        "RandomnessError",
        "SpecError",
        "StatisticsError",
    ),
    "operators.audio": (
        "AddNoiseOperator",
        "AddNoiseOperatorConfig",
        "FrequencyMaskOperator",
        "FrequencyMaskOperatorConfig",
        "GainOperator",
        "GainOperatorConfig",
        "LearnedAudioOperator",
        "MelSpectrogramOperator",
        "MelSpectrogramOperatorConfig",
        "SpectrogramOperator",
        "SpectrogramOperatorConfig",
        "TimeMaskOperator",
        "TimeMaskOperatorConfig",
        "TimeShiftOperator",
        "TimeShiftOperatorConfig",
    ),
    "operators.batch": (
        "BatchNormOperator",
        "BatchNormOperatorConfig",
        "CutMixOperator",
        "CutMixOperatorConfig",
        "MixUpOperator",
        "MixUpOperatorConfig",
    ),
    "operators.compose": (
        "CompositeOperatorConfig",
        "CompositeOperatorModule",
        "DropOperator",
        "DropOperatorConfig",
        "MapOperator",
        "MapOperatorConfig",
        "MultiModalOperator",
        "OneOfOperator",
        "OneOfOperatorConfig",
        "ProbabilisticOperator",
        "ProbabilisticOperatorConfig",
        "RenameOperator",
        "RenameOperatorConfig",
        "SelectOperator",
        "SelectOperatorConfig",
        "chain",
    ),
    "operators.cross_modal": (
        "AlignmentOperator",
        "BatchContrastiveOperator",
        "ContrastiveOperator",
        "CrossAttentionOperator",
        "FiLMOperator",
        "FusionOperator",
        "ResampleAlignOperator",
    ),
    "operators.image": (
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
    ),
    "operators.series": (
        "HeartRateOperator",
        "HeartRateOperatorConfig",
        "JitterOperator",
        "JitterOperatorConfig",
        "LogCountsPerMillionOperator",
        "LogCountsPerMillionOperatorConfig",
        "Moments",
        "StandardizeOperator",
        "StandardizeOperatorConfig",
        "WindowSliceOperator",
        "WindowSliceOperatorConfig",
        "moments",
    ),
    "operators.text": (
        "EmbedOperator",
        "EmbedOperatorConfig",
        "PadToOperator",
        "PadToOperatorConfig",
        "SpanMaskOperator",
        "SpanMaskOperatorConfig",
        "TokenMaskOperator",
        "TokenMaskOperatorConfig",
        "TruncateOperator",
        "TruncateOperatorConfig",
    ),
    "protocols": (
        "Checkpointable",
        "CheckpointableIterator",
        "DataSource",
        "Metadata",
        "Operator",
        "PyTree",
        "Statistics",
        "StatisticsProvider",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__version__ = "0.1.0"


# Hidden from type checkers: to them, a name that is not imported above does not exist.
if not TYPE_CHECKING:
    __all__ = sorted(_HOME_OF)  # noqa: PLE0605  # a list of text all the same

    def __getattr__(name: str) -> object:
        if name not in _HOME_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(_HOME_OF)
