"""Where two results differ, as a text for a reader."""

import re
from math import prod
from typing import Final, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Shaped

from datarax_typed.core.describe import describe_value
from datarax_typed.core.element_batch import Batch
from datarax_typed.core.metadata import is_array
from datarax_typed.protocols import PyTree

# Relative to the largest value of an array, by the bytes of a number.
_TOLERANCE: Final = {2: 2e-2, 4: 2e-5, 8: 1e-10}
_LEAST_SCALE: Final = 1e-2
_SHOWN_AT_MOST: Final = 12
_OF_A_RECORD: Final = re.compile(r'\["(data|state)"\](?=\[)')

Values: TypeAlias = Shaped[np.ndarray, "..."]


def difference(
    left: PyTree, right: PyTree, names: tuple[str, str], *, exact: bool = False
) -> str | None:
    """Return where two trees differ, with both values; None if they agree.

    Args:
        left: one tree.
        right: the other.
        names: what they are: `("eager", "compiled")`.
        exact: whether floats must be equal to the last bit, not up to rounding.
    """
    old, new = _leaves(left), _leaves(right)
    for path in {**old, **new}:
        if path not in old or path not in new:
            has, lacks = names if path in old else names[::-1]
            return f"{path}: {has} has it, {lacks} does not"
        if found := _difference(old[path], new[path], names, exact=exact):
            return f"{path}{found}"
    return None


def _leaves(tree: PyTree) -> dict[str, PyTree]:
    return {_path(path): leaf for path, leaf in jax.tree_util.tree_leaves_with_path(tree)}


def _path(path: tuple[PyTree, ...]) -> str:
    """Return a path as messages show it: `data["image"]`, `["image"]`."""
    text = jax.tree_util.keystr(path).replace("'", '"')
    whole = _OF_A_RECORD.match(text)
    return f"{whole[1]}{text[whole.end() :]}" if whole else text


def _difference(left: PyTree, right: PyTree, names: tuple[str, str], *, exact: bool) -> str | None:
    if not (is_array(left) and is_array(right)):
        same = type(left) is type(right) and left == right
        return None if same else f": {names[0]} {left!r}, {names[1]} {right!r}"
    if left.shape != right.shape or left.dtype != right.dtype:
        return f": {names[0]} {describe_value(left)}, {names[1]} {describe_value(right)}"
    if jnp.issubdtype(left.dtype, jax.dtypes.prng_key):
        left, right = jax.random.key_data(left), jax.random.key_data(right)
    wrong = _wrong(np.asarray(left), np.asarray(right), exact=exact)
    if not wrong.any():
        return None
    place = tuple(map(int, np.unravel_index(int(np.argmax(wrong)), wrong.shape)))
    index = f"[{', '.join(map(str, place))}]" if place else ""
    values = [str(np.asarray(array)[place]) for array in (left, right)]
    more = f" (and {wrong.sum() - 1} more)" if wrong.sum() > 1 else ""
    return f"{index}: {names[0]} {values[0]}, {names[1]} {values[1]}{more}"


def _wrong(left: Values, right: Values, *, exact: bool) -> Values:
    # Also of JAX's small floats, which NumPy does not count among its own.
    if exact or left.dtype.kind in "biuOSU" or not left.size:
        return np.asarray((left != right) & ~((left != left) & (right != right)))
    wide = np.complex128 if left.dtype.kind == "c" else np.float64
    a, b = left.astype(wide), right.astype(wide)
    finite = np.abs(np.where(np.isfinite(a), a, 0))
    allowed = _TOLERANCE.get(left.dtype.itemsize, 1e-5) * max(float(finite.max()), _LEAST_SCALE)
    both_nan = np.isnan(a) & np.isnan(b)
    with np.errstate(invalid="ignore"):
        return np.asarray(~((np.abs(a - b) <= allowed) | (a == b) | both_nan))


def shown(batch: Batch) -> str:
    """Return the data of a batch as a reader sees it: the values if they are few."""
    return ", ".join(f"{path[2:-2]} {_shown(leaf)}" for path, leaf in _leaves(batch.data).items())


def _shown(leaf: PyTree) -> str:
    text = describe_value(leaf)
    if prod(leaf.shape) > _SHOWN_AT_MOST or not is_array(leaf):
        return text
    values = np.array2string(np.asarray(leaf), precision=4, separator=", ", threshold=64)
    return f"{text} = {' '.join(values.split())}"


__all__ = ["difference", "shown"]
