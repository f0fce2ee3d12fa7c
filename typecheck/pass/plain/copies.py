"""A copy of an operator is of the operator's own class."""

from dataclasses import dataclass
from typing import Annotated, TypeVar, assert_type

import jax.numpy as jnp
from annotated_types import Gt
from jax import Array
from jaxtyping import Float

from datarax_typed import Batch, ModalityOperator, ModalityOperatorConfig, OperatorModule


@dataclass(frozen=True)
class GlowConfig(ModalityOperatorConfig):
    strength: Annotated[float, Gt(0)] = 1.0


class Glow(ModalityOperator[GlowConfig]):
    def transform(self, image: Float[Array, "h w c"]) -> Float[Array, "h w c"]:
        return image * self.config.strength

    @property
    def is_strong(self) -> bool:
        return self.config.strength > 1


AnyT = TypeVar("AnyT", bound=OperatorModule[ModalityOperatorConfig])


def renamed(operator: AnyT, name: str) -> AnyT:
    return operator.copy(name=name)


glow = Glow(GlowConfig(field_key="image"))
assert_type(glow.clone(), Glow)
assert_type(glow.copy(), Glow)
assert_type(glow.copy(name="second").is_strong, bool)
assert_type(renamed(glow, "third"), Glow)
assert_type(glow.config, GlowConfig)
assert_type(glow.clone().config.strength, float)

images = Batch({"image": jnp.ones((1, 2, 2, 3))})
assert float(glow.copy(config=GlowConfig(field_key="image", strength=2.0))(images).data["image"].max()) == 2
