from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar

import jax
from jax.typing import ArrayLike

_Params = TypeVar("_Params")

# A PyTree of arrays, of any structure.
_Tree: TypeAlias = Any

Schedule: TypeAlias = Callable[[ArrayLike], ArrayLike]
ScalarOrSchedule: TypeAlias = float | jax.Array | Schedule

class TransformInitFn(Protocol):
    def __call__(self, params: _Tree) -> _Tree: ...

class TransformUpdateFn(Protocol):
    def __call__(
        self, updates: _Params, state: _Tree, params: _Tree | None = None
    ) -> tuple[_Params, _Tree]: ...

class GradientTransformation(NamedTuple):
    init: TransformInitFn
    update: TransformUpdateFn

class GradientTransformationExtraArgs(GradientTransformation): ...

def adam(
    learning_rate: ScalarOrSchedule,
    b1: ArrayLike = 0.9,
    b2: ArrayLike = 0.999,
    eps: ArrayLike = 1e-8,
) -> GradientTransformationExtraArgs: ...
def adamw(
    learning_rate: ScalarOrSchedule,
    b1: ArrayLike = 0.9,
    b2: ArrayLike = 0.999,
    eps: ArrayLike = 1e-8,
    *,
    weight_decay: ScalarOrSchedule = 1e-4,
) -> GradientTransformationExtraArgs: ...
def apply_updates(params: _Params, updates: _Params) -> _Params: ...
def softmax_cross_entropy_with_integer_labels(
    logits: ArrayLike, labels: ArrayLike, axis: int | tuple[int, ...] = -1
) -> jax.Array: ...
def cosine_distance(
    predictions: ArrayLike,
    targets: ArrayLike,
    epsilon: ArrayLike = 0.0,
    axis: int | tuple[int, ...] | None = -1,
) -> jax.Array: ...
def squared_error(predictions: ArrayLike, targets: ArrayLike | None = None) -> jax.Array: ...
