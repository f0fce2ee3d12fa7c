"""Edits of the text of an annotation in one module that change what is reported in another."""

from collections.abc import Mapping
from typing import Final

from tests.typecheck_edits import Edit

_FOLDER: Final = "shapes/fail/lab"
_ARRAYS: Final = f"{_FOLDER}/arrays.py"
_STEPS: Final = f"{_FOLDER}/steps.py"
_USE: Final = f"{_FOLDER}/use.py"
_SHAPE: Final = "datarax-shape"

SHAPE_EDITS: Final[Mapping[str, Edit]] = {
    "a function's shape": Edit(
        _ARRAYS,
        'def embed(rows: Float[Array, "b 3"]',
        'def embed(rows: Float[Array, "b 4"]',
        gone=((_USE, "axis 1 is 4, not 3"),),
        come=(
            (_USE, "embed(three_wide)", _SHAPE, "axis 1 is 3, not 4"),
            (_STEPS, "return embed(rows)", _SHAPE, "axis 1 is 3, not 4"),
        ),
    ),
    "a result's shape": Edit(
        _STEPS,
        'Float[Array, "n 8"]:',
        'Float[Array, "n 7"]:',
        gone=((_USE, "axis 0 is 8, not 3"),),
        come=(
            (_USE, "three(features(rows)[0])", _SHAPE, "axis 0 is 7, not 3"),
            (_STEPS, "return widened(rows)", _SHAPE, "axis 1 is 8, not 7"),
        ),
    ),
    "an alias's shape": Edit(
        _ARRAYS,
        'Image: TypeAlias = Float[Array, "h w 3"]',
        'Image: TypeAlias = Float[Array, "h w 1"]',
        gone=((_USE, "axis 2 is 1, not 3"),),
        come=((_USE, "grey(colour)", _SHAPE, "axis 2 is 3, not 1"),),
    ),
    "a schema's shape": Edit(
        _ARRAYS,
        'class Photo(TypedDict):\n    image: Float[Array, "64 64 3"]',
        'class Photo(TypedDict):\n    image: Float[Array, "32 32 3"]',
        gone=((_USE, "axis 0 is 64, not 32"),),
    ),
    "a record's shape": Edit(
        _ARRAYS,
        '    mean: Float[Array, "3"]\n\n\ndef embed',
        '    mean: Float[Array, "4"]\n\n\ndef embed',
        gone=((_USE, "axis 0 is 4, not 3"),),
        come=(
            (_USE, "three(moments(mean).mean)", _SHAPE, "axis 0 is 4, not 3"),
            (_STEPS, "return Moments(mean)", _SHAPE, "axis 0 is 3, not 4"),
        ),
    ),
}

__all__ = ["SHAPE_EDITS"]
