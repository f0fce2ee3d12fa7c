"""datarax, called as its documentation says: outside of a trace, and under `nnx.jit`."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

from flax import nnx
from jaxtyping import Array

from tests.benchmarks.by_hand import Fields, Step
from tests.benchmarks.ours import Mode
from tests.benchmarks.timing import Call

if TYPE_CHECKING:
    from datarax.core.element_batch import Batch
    from datarax.core.operator import OperatorModule


class Program(Protocol):
    """A compiled program that says what memory it needs."""

    # Of a type that JAX keeps to itself.
    def memory_analysis(self) -> Any: ...


def is_installed() -> bool:
    """Return whether datarax can be imported."""
    return find_spec("datarax") is not None


def call(mode: Mode, steps: Sequence[Step], data: Fields, *, eager: bool = False) -> Call:
    """Return a call of its operator that returns the data of the batch."""
    return applied(operator_for(mode, steps), data, eager=eager)


def applied(operator: "OperatorModule", data: Fields, *, eager: bool = False) -> Call:
    """Return a call of an operator that returns the data of the batch."""
    whole = kept(operator, data, eager=eager)

    def run() -> Fields:
        return whole()[1].get_data()

    return run


def kept(
    operator: "OperatorModule", data: Fields, *, eager: bool = False
) -> Callable[[], "tuple[Batch, Batch]"]:
    """Return a call of an operator that returns the batch that went in, and the one that came."""
    from datarax.core.element_batch import Batch

    batch = Batch.from_parts(data, {})
    step = nnx.jit(_step)

    def run() -> tuple[Batch, Batch]:
        return batch, operator(batch) if eager else step(operator, batch)

    return run


def program(mode: Mode, steps: Sequence[Step], data: Fields) -> Program:
    """Return the compiled program of a call."""
    from datarax.core.element_batch import Batch

    lowered = nnx.jit(_step).lower(operator_for(mode, steps), Batch.from_parts(data, {}))
    compiled: Program = lowered.compile()
    return compiled


def _step(operator: "OperatorModule", batch: "Batch") -> "Batch":
    return operator(batch)


def operator_for(mode: Mode, steps: Sequence[Step]) -> "OperatorModule":
    """Return one operator, or the composite of several."""
    from datarax.operators.composite_operator import (
        CompositeOperatorConfig,
        CompositeOperatorModule,
        CompositionStrategy,
    )

    stochastic = mode != "deterministic"
    stages = [_make(step, number, stochastic=stochastic) for number, step in enumerate(steps)]
    if len(stages) == 1:
        return stages[0]
    return CompositeOperatorModule(
        CompositeOperatorConfig(
            strategy=CompositionStrategy.SEQUENTIAL,
            operators=stages,
            stochastic=stochastic,
            stream_name="augment" if stochastic else None,
        ),
        rngs=nnx.Rngs(0, augment=len(steps)),
    )


def map_all(function: Callable[[Array], Array]) -> "OperatorModule":
    """Return the operator that maps every field."""
    from datarax.operators.map_operator import MapOperator, MapOperatorConfig

    return MapOperator(
        MapOperatorConfig(),
        fn=lambda value, key: function(value),
        rngs=nnx.Rngs(0),
    )


def _make(step: Step, seed: int, *, stochastic: bool) -> "OperatorModule":
    from datarax.operators.modality import image

    rngs = nnx.Rngs(0, augment=seed)
    stream = "augment" if stochastic else None
    drawn = (step.low, step.high)
    if step.name == "brightness":
        brightness = image.BrightnessOperatorConfig(
            field_key="image",
            brightness_delta=step.value,
            brightness_range=drawn,
            stochastic=stochastic,
            stream_name=stream,
        )
        return image.BrightnessOperator(brightness, rngs=rngs)
    if step.name == "contrast":
        contrast = image.ContrastOperatorConfig(
            field_key="image",
            contrast_factor=step.value,
            contrast_range=drawn,
            stochastic=stochastic,
            stream_name=stream,
        )
        return image.ContrastOperator(contrast, rngs=rngs)
    rotation = image.RotationOperatorConfig(
        field_key="image",
        angle_range=drawn if stochastic else (step.value, step.value),
        stochastic=stochastic,
        stream_name=stream,
    )
    return image.RotationOperator(rotation, rngs=rngs)
