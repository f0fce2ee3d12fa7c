"""The operators that do what the steps by hand do, and batches for them."""

from collections.abc import Callable, Sequence
from typing import Final, Literal, TypeAlias

import jax
import jax.numpy as jnp
from flax import nnx

from datarax_typed import (
    Batch,
    BrightnessOperator,
    BrightnessOperatorConfig,
    ContrastOperator,
    ContrastOperatorConfig,
    OperatorModule,
    RotationOperator,
    RotationOperatorConfig,
    chain,
)
from tests.benchmarks.by_hand import Fields, Step

Size: TypeAlias = Literal["small", "big"]
Mode: TypeAlias = Literal["deterministic", "stochastic/by-index", "stochastic/fresh"]

SIZES: Final[dict[Size, tuple[int, int, int, int]]] = {
    "small": (64, 28, 28, 1),
    "big": (128, 224, 224, 3),
}
MODES: Final[tuple[Mode, ...]] = ("deterministic", "stochastic/by-index", "stochastic/fresh")


def fields(shape: tuple[int, int, int, int]) -> Fields:
    """Return images of random values, and a label each, that no operator reads."""
    data = {"image": jax.random.uniform(jax.random.key(0), shape), "label": jnp.arange(shape[0])}
    jax.block_until_ready(data)
    return data


def batch_for(mode: Mode, data: Fields) -> Batch[Fields]:
    """Return the batch; with an index only where the mode is to draw by it."""
    index = jnp.arange(data["label"].shape[0]) if mode == "stochastic/by-index" else None
    batch = Batch(data, index=index)
    jax.block_until_ready(batch)
    return batch


def operator_for(mode: Mode, steps: Sequence[Step]) -> OperatorModule:
    """Return one operator, or the chain of several."""
    stages = [_make(mode, step, number) for number, step in enumerate(steps)]
    return stages[0] if len(stages) == 1 else chain(*stages)


def _make(mode: Mode, step: Step, seed: int) -> OperatorModule:
    if mode == "deterministic":
        return _FIXED[step.name](step.value)
    return _DRAWN[step.name](step.low, step.high, nnx.Rngs(augment=seed))


_FIXED: Final[dict[str, Callable[[float], OperatorModule]]] = {
    "brightness": lambda value: BrightnessOperator(
        BrightnessOperatorConfig(field_key="image", delta=value)
    ),
    "contrast": lambda value: ContrastOperator(
        ContrastOperatorConfig(field_key="image", factor=value)
    ),
    "rotation": lambda value: RotationOperator(
        RotationOperatorConfig(field_key="image", angle_degrees=value)
    ),
}
_DRAWN: Final[dict[str, Callable[[float, float, nnx.Rngs], OperatorModule]]] = {
    "brightness": lambda low, high, rngs: BrightnessOperator(
        BrightnessOperatorConfig(
            field_key="image", delta_range=(low, high), stochastic=True, stream_name="augment"
        ),
        rngs=rngs,
    ),
    "contrast": lambda low, high, rngs: ContrastOperator(
        ContrastOperatorConfig(
            field_key="image", factor_range=(low, high), stochastic=True, stream_name="augment"
        ),
        rngs=rngs,
    ),
    "rotation": lambda low, high, rngs: RotationOperator(
        RotationOperatorConfig(
            field_key="image",
            angle_degrees_range=(low, high),
            stochastic=True,
            stream_name="augment",
        ),
        rngs=rngs,
    ),
}
