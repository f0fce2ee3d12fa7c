"""Rows of tracing: what contracts add to it, operator by operator."""

from collections.abc import Callable, Iterator

import jax
import jax.numpy as jnp
from flax import nnx

from datarax_typed import (
    Batch,
    CrossModalOperatorConfig,
    FusionOperator,
    LearnedImageOperator,
    ModalityOperatorConfig,
    OperatorModule,
    PyTree,
    ToFloatOperator,
    ToFloatOperatorConfig,
    TokenMaskOperator,
    TokenMaskOperatorConfig,
    contracts_off,
)
from tests.benchmarks.by_hand import BRIGHTNESS, CONTRAST, DARKNESS, DULLNESS, ROTATION
from tests.benchmarks.ours import operator_for
from tests.benchmarks.rows import Result, Row
from tests.benchmarks.timing import Call, Effort, Spread, race, ratio

_CHAIN = (BRIGHTNESS, CONTRAST, ROTATION, DARKNESS, DULLNESS)
_OPERATORS: dict[str, Callable[[], OperatorModule]] = {
    "to-float": lambda: ToFloatOperator(ToFloatOperatorConfig(field_key="image")),
    "brightness": lambda: operator_for("deterministic", [BRIGHTNESS]),
    "brightness-by-index": lambda: operator_for("stochastic/by-index", [BRIGHTNESS]),
    "contrast": lambda: operator_for("deterministic", [CONTRAST]),
    "rotation": lambda: operator_for("deterministic", [ROTATION]),
    "learned-image": lambda: LearnedImageOperator(ModalityOperatorConfig(field_key="image")),
    "token-mask": lambda: TokenMaskOperator(
        TokenMaskOperatorConfig(
            field_key="tokens", stochastic=True, stream_name="augment", mask_id=1
        ),
        rngs=nnx.Rngs(augment=0),
    ),
    "fusion": lambda: FusionOperator(
        CrossModalOperatorConfig(input_fields=["left", "right"], output_fields=["both"])
    ),
    "chain-of-5": lambda: operator_for("deterministic", _CHAIN),
}


def rows() -> Iterator[Row]:
    """Yield the rows."""
    for name, make in _OPERATORS.items():
        yield Row(f"tracing/{name}", _run(make))


def _run(make: Callable[[], OperatorModule]) -> Callable[[Effort], Result]:
    def run(effort: Effort) -> Result:
        trace = _tracing(make(), _batch())

        def without() -> None:
            with contracts_off():
                trace()

        times = race({"ours": trace, "without": without}, effort, wait=False)
        contestants = {name: Spread.of(values) for name, values in times.items()}
        return Result(ratio(times, "ours", "without"), "ratio", contestants)

    return run


def _batch() -> Batch[PyTree]:
    data = {
        "image": jnp.ones((4, 28, 28, 1)),
        "tokens": jnp.ones((4, 16), jnp.int32),
        "left": jnp.ones((4, 8)),
        "right": jnp.ones((4, 8)),
    }
    return Batch(data, index=jnp.arange(4))


def _tracing(operator: OperatorModule, batch: Batch[PyTree]) -> Call:
    """Return a call that traces the operator; JAX remembers nothing of the last time."""
    graphdef, state = nnx.split(operator)

    def trace() -> None:
        def step(state: PyTree, batch: Batch[PyTree]) -> PyTree:
            return nnx.merge(graphdef, state).apply_batch(batch).data

        jax.eval_shape(step, state, batch)

    return trace
