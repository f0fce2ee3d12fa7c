from enum import Enum

from datarax.core.operator import OperatorModule
from flax import nnx

class CompositionStrategy(Enum):
    SEQUENTIAL = ...

class CompositeOperatorConfig:
    def __init__(
        self,
        *,
        stochastic: bool = False,
        stream_name: str | None = None,
        strategy: CompositionStrategy | None = None,
        operators: list[OperatorModule] | None = None,
    ) -> None: ...

class CompositeOperatorModule(OperatorModule):
    def __init__(
        self, config: CompositeOperatorConfig, *, rngs: nnx.Rngs | None = None
    ) -> None: ...
