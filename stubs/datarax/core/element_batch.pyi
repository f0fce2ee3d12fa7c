from typing import Self

import jax
from flax import nnx

class Batch(nnx.Module):
    @classmethod
    def from_parts(
        cls,
        data: dict[str, jax.Array],
        states: dict[str, jax.Array],
        *,
        validate: bool = True,
    ) -> Self: ...
    def get_data(self) -> dict[str, jax.Array]: ...
