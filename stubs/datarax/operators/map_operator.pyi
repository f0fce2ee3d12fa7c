from collections.abc import Callable

import jax
from datarax.core.operator import OperatorModule
from flax import nnx

class MapOperatorConfig:
    def __init__(self, *, subtree: dict[str, None] | None = None) -> None: ...

class MapOperator(OperatorModule):
    def __init__(
        self,
        config: MapOperatorConfig,
        fn: Callable[[jax.Array, jax.Array], jax.Array],
        *,
        rngs: nnx.Rngs | None = None,
        name: str | None = None,
    ) -> None: ...
