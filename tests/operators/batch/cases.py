"""The cases of operators of a whole batch."""

from typing import Final

from flax import nnx

from datarax_typed.operators.batch import (
    BatchNormOperator,
    BatchNormOperatorConfig,
    CutMixOperator,
    CutMixOperatorConfig,
    MixUpOperator,
    MixUpOperatorConfig,
)
from tests.operators.case import Case

_PHOTO: Final = {"image": "f32[h,w,c]", "label": "f32[classes]"}
_SIZES: Final = {"h": 6, "w": 5, "c": 3, "classes": 4}


def _mix_up() -> MixUpOperator:
    config = MixUpOperatorConfig(field_key="image", label_fields=["label"])
    return MixUpOperator(config, rngs=nnx.Rngs(augment=2))


def _cut_mix() -> CutMixOperator:
    config = CutMixOperatorConfig(
        field_key="image", label_fields=["label"], auxiliary_fields=["mask"]
    )
    return CutMixOperator(config, rngs=nnx.Rngs(augment=2))


def _batch_norm(*, learnable: bool = False) -> BatchNormOperator:
    config = BatchNormOperatorConfig(
        field_key="image", learnable=learnable, num_features=3 if learnable else None
    )
    return BatchNormOperator(config)


CASES: Final[list[Case]] = [
    Case("mix-up", _mix_up, _PHOTO, _SIZES),
    Case("cut-mix", _cut_mix, {**_PHOTO, "mask": "bool[h,w]"}, _SIZES),
    Case("batch-norm-learnable", lambda: _batch_norm(learnable=True), {"image": "f32[h,w,3]"}),
]
