"""The geometry of images in the catalogue of operators."""

from collections.abc import Mapping
from typing import Final

from flax import nnx

from datarax_typed.core.modality import ModalityOperatorConfig
from datarax_typed.operators.image import (
    AffineOperator,
    AffineOperatorConfig,
    CropOperator,
    CropOperatorConfig,
    CutOutOperator,
    CutOutOperatorConfig,
    HorizontalFlipOperator,
    HorizontalFlipOperatorConfig,
    LearnedImageOperator,
    PadOperator,
    PadOperatorConfig,
    ReshapeOperator,
    ReshapeOperatorConfig,
    ResizeOperator,
    ResizeOperatorConfig,
    RotationOperator,
    RotationOperatorConfig,
    VerticalFlipOperator,
    VerticalFlipOperatorConfig,
)
from tests.operators.case import Case

LABELS: Final = ["mask", "boxes"]
IMAGE: Final[Mapping[str, str]] = {"image": "f32[h,w,c]"}
LABELLED: Final[Mapping[str, str]] = {**IMAGE, "mask": "bool[h,w]", "boxes": "f32[n,4]"}
# Many places for a crop, so that records and seeds differ.
ROOMY: Final[Mapping[str, int]] = {"h": 19, "w": 23}


def _rngs() -> nnx.Rngs:
    return nnx.Rngs(augment=7)


CASES: Final[list[Case]] = [
    Case(
        "horizontal-flip-stochastic",
        lambda: HorizontalFlipOperator(
            HorizontalFlipOperatorConfig(
                field_key="image", auxiliary_fields=LABELS, stochastic=True, stream_name="augment"
            ),
            rngs=_rngs(),
        ),
        LABELLED,
    ),
    Case(
        "vertical-flip-stochastic",
        lambda: VerticalFlipOperator(
            VerticalFlipOperatorConfig(
                field_key="image", auxiliary_fields=LABELS, stochastic=True, stream_name="augment"
            ),
            rngs=_rngs(),
        ),
        LABELLED,
    ),
    Case(
        "rotation-learnable-stochastic",
        lambda: RotationOperator(
            RotationOperatorConfig(
                field_key="image", learnable=True, stochastic=True, stream_name="augment"
            ),
            rngs=_rngs(),
        ),
        IMAGE,
    ),
    Case(
        "learned-image",
        lambda: LearnedImageOperator(
            ModalityOperatorConfig(field_key="image", auxiliary_fields=LABELS)
        ),
        LABELLED,
    ),
    Case(
        "affine-learnable-stochastic",
        lambda: AffineOperator(
            AffineOperatorConfig(
                field_key="image",
                learnable=True,
                stochastic=True,
                stream_name="augment",
                translate_x_range=(-0.1, 0.1),
                scale_range=(0.8, 1.2),
            ),
            rngs=_rngs(),
        ),
        IMAGE,
    ),
    Case(
        "resize-smaller",
        lambda: ResizeOperator(
            ResizeOperatorConfig(field_key="image", auxiliary_fields=LABELS, size=(13, 19))
        ),
        LABELLED,
        ROOMY,
    ),
    Case(
        "crop-stochastic",
        lambda: CropOperator(
            CropOperatorConfig(
                field_key="image",
                auxiliary_fields=LABELS,
                size=(4, 6),
                stochastic=True,
                stream_name="augment",
            ),
            rngs=_rngs(),
        ),
        LABELLED,
        ROOMY,
    ),
    Case(
        "pad-reflect",
        lambda: PadOperator(
            PadOperatorConfig(
                field_key="image",
                auxiliary_fields=LABELS,
                padding=(1, 0, 2, 3),
                padding_mode="reflect",
            )
        ),
        LABELLED,
        ROOMY,
    ),
    Case(
        "reshape",
        lambda: ReshapeOperator(ReshapeOperatorConfig(field_key="image", shape=(-1, 3))),
        {"image": "f32[h,w,3]"},
    ),
    Case(
        "cut-out",
        lambda: CutOutOperator(
            CutOutOperatorConfig(field_key="image", auxiliary_fields=LABELS, size=(3, 4), fill=0.5),
            rngs=_rngs(),
        ),
        LABELLED,
        ROOMY,
    ),
]
