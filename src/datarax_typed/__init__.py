"""Data operators for JAX whose contracts are declared once and enforced early.

Every public name is here; its module, and with it JAX, is imported when the name is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
    from datarax_typed.core.rules import distinct as distinct
    from datarax_typed.core.rules import excludes as excludes
    from datarax_typed.core.rules import exclusive as exclusive
    from datarax_typed.core.rules import increasing as increasing
    from datarax_typed.core.rules import requires as requires
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
    from datarax_typed.errors import StatisticsError as StatisticsError
    from datarax_typed.operators.audio import LearnedAudioOperator as LearnedAudioOperator
    from datarax_typed.operators.compose import CompositeOperatorConfig as CompositeOperatorConfig
    from datarax_typed.operators.compose import CompositeOperatorModule as CompositeOperatorModule
    from datarax_typed.operators.compose import MapOperator as MapOperator
    from datarax_typed.operators.compose import MapOperatorConfig as MapOperatorConfig
    from datarax_typed.operators.compose import MultiModalOperator as MultiModalOperator
    from datarax_typed.operators.compose import chain as chain
    from datarax_typed.operators.cross_modal import (
        BatchContrastiveOperator as BatchContrastiveOperator,
    )
    from datarax_typed.operators.cross_modal import ContrastiveOperator as ContrastiveOperator
    from datarax_typed.operators.cross_modal import CrossAttentionOperator as CrossAttentionOperator
    from datarax_typed.operators.cross_modal import FusionOperator as FusionOperator
    from datarax_typed.operators.image import BrightnessOperator as BrightnessOperator
    from datarax_typed.operators.image import BrightnessOperatorConfig as BrightnessOperatorConfig
    from datarax_typed.operators.image import ContrastOperator as ContrastOperator
    from datarax_typed.operators.image import ContrastOperatorConfig as ContrastOperatorConfig
    from datarax_typed.operators.image import LearnedImageOperator as LearnedImageOperator
    from datarax_typed.operators.image import RotationOperator as RotationOperator
    from datarax_typed.operators.image import RotationOperatorConfig as RotationOperatorConfig
    from datarax_typed.operators.image import ToFloatOperator as ToFloatOperator
    from datarax_typed.operators.image import ToFloatOperatorConfig as ToFloatOperatorConfig
    from datarax_typed.operators.text import TokenMaskOperator as TokenMaskOperator
    from datarax_typed.operators.text import TokenMaskOperatorConfig as TokenMaskOperatorConfig
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
        "distinct",
        "excludes",
        "exclusive",
        "increasing",
        "requires",
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
        "StatisticsError",
    ),
    "operators.audio": ("LearnedAudioOperator",),
    "operators.compose": (
        "CompositeOperatorConfig",
        "CompositeOperatorModule",
        "MapOperator",
        "MapOperatorConfig",
        "MultiModalOperator",
        "chain",
    ),
    "operators.cross_modal": (
        "BatchContrastiveOperator",
        "ContrastiveOperator",
        "CrossAttentionOperator",
        "FusionOperator",
    ),
    "operators.image": (
        "BrightnessOperator",
        "BrightnessOperatorConfig",
        "ContrastOperator",
        "ContrastOperatorConfig",
        "LearnedImageOperator",
        "RotationOperator",
        "RotationOperatorConfig",
        "ToFloatOperator",
        "ToFloatOperatorConfig",
    ),
    "operators.text": (
        "TokenMaskOperator",
        "TokenMaskOperatorConfig",
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
