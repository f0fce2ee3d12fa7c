"""Statistics in configs: arrays, numbers and functions are values that nobody looks into."""

import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array

from datarax_typed import (
    BrightnessOperator,
    BrightnessOperatorConfig,
    ModalityOperatorConfig,
    OperatorConfig,
    PyTree,
)


def mean(data: PyTree) -> dict[str, Array]:
    return {"mean": jnp.mean(data["image"])}


class Mean(nnx.Module):
    def __call__(self, data: PyTree) -> dict[str, Array]:
        return mean(data)


# 1: arrays of either kind, numbers, and tables of numbers
OperatorConfig(precomputed_stats={"mean": jnp.zeros(3), "std": np.ones(3)})
OperatorConfig(precomputed_stats={"mean": 0.5, "count": 3, "seen": True, "c": 1j})
OperatorConfig(precomputed_stats={"mean": [0.1, 0.2], "table": [[1, 2], [3, 4]], "pair": (1, 2)})
OperatorConfig(precomputed_stats={"image": {"mean": np.float32(0.5)}, "empty": {}})
OperatorConfig(precomputed_stats={})

# 2: a function, a module, or none
OperatorConfig(batch_stats_fn=mean)
OperatorConfig(batch_stats_fn=Mean(), precomputed_stats=None)
OperatorConfig(batch_stats_fn=lambda data: mean(data))
OperatorConfig(batch_stats_fn=None, precomputed_stats={"mean": 0.0})

# 3: an operator with statistics, and its copy without
brighter = BrightnessOperator(
    BrightnessOperatorConfig(field_key="image", precomputed_stats={"mean": jnp.zeros(3)})
)
brighter.copy(config=BrightnessOperatorConfig(field_key="image", batch_stats_fn=mean))


# 4: statistics that another function reads
def load(seen: bool) -> dict[str, Array] | None:
    return {"mean": jnp.zeros(3)} if seen else None


def configured(seen: bool) -> ModalityOperatorConfig:
    stats = load(seen)
    return ModalityOperatorConfig(
        field_key="image",
        precomputed_stats=stats,
        batch_stats_fn=mean if stats is None else None,
    )


configured(True)
configured(False)
