"""Which tests a run leaves out, where several runs on several Pythons share the work.

What is marked `one_python` takes long and hardly depends on the Python, or on the JAX for it. With
`DATARAX_TYPED_SHARE=1/2` in the environment, every second one of them runs; with `2/2`, the others.
Without, all of them run.
"""

import re
from collections.abc import Hashable, Sequence
from typing import Final, TypeVar

VARIABLE: Final = "DATARAX_TYPED_SHARE"
MARKER: Final = "one_python"

_SHARE: Final = re.compile(r"([1-9]\d*)/([1-9]\d*)")

T = TypeVar("T", bound=Hashable)


def left_out(units: Sequence[T], share: str) -> set[T]:
    """Return the units that others have the share of.

    Args:
        units: what is run together, or not at all; in the same order for all.
        share: such as "1/2", the first of two.

    Raises:
        ValueError: it is no share.
    """
    match = _SHARE.fullmatch(share)
    number, count = (int(match[1]), int(match[2])) if match else (1, 0)
    if number > count:
        raise ValueError(f"{VARIABLE}: expected a share such as '1/2', got {share!r}")
    return {unit for at, unit in enumerate(dict.fromkeys(units)) if at % count != number - 1}


__all__ = ["MARKER", "VARIABLE", "left_out"]
