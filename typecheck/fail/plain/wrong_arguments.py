"""Configs and operators that are given what they do not take."""

from dataclasses import dataclass
from typing import Annotated

import jax.numpy as jnp
from annotated_types import Gt
from jaxtyping import Array, Float

from datarax_typed import (
    BrightnessOperator,
    BrightnessOperatorConfig,
    ContrastOperatorConfig,
    CrossModalOperatorConfig,
    MapOperator,
    MapOperatorConfig,
    ModalityOperator,
    ModalityOperatorConfig,
    within,
)


@dataclass(frozen=True)
class GlowConfig(ModalityOperatorConfig):
    strength: Annotated[float, Gt(0)] = 1.0


class Glow(ModalityOperator[GlowConfig]):
    def transform(self, image: Float[Array, "h w c"]) -> Float[Array, "h w c"]:
        strength: float = self.config.strenght  # E: attr-defined: "GlowConfig" has no attribute "strenght"; maybe "strength"?
        return image * strength


def change(config: GlowConfig) -> None:
    config.strength = 2.0  # E: misc: Property "strength" defined in "GlowConfig" is read-only


GlowConfig()  # E: call-arg: Missing named argument "field_key" for "GlowConfig"
GlowConfig("image")  # E: call-arg: Missing named argument "field_key" for "GlowConfig" ;; arg-type: incompatible type "str"; expected "bool"
GlowConfig(field_key="image", strenght=2.0)  # E: call-arg: Unexpected keyword argument "strenght" for "GlowConfig"; did you mean "strength"?
GlowConfig(field_key="image", strength="2")  # E: arg-type: incompatible type "str"; expected "float"
GlowConfig(field_key=["image"])  # E: arg-type: incompatible type "list[str]"; expected "str"
GlowConfig(field_key="image", clip_range=1.0)  # E: arg-type: incompatible type "float"; expected "tuple[float, float] | None"
GlowConfig(field_key="image", stochastic="yes")  # E: arg-type: incompatible type "str"; expected "bool"
GlowConfig(field_key="image", precomputed_stats=[0.5])  # E: arg-type: incompatible type "list[float]"; expected "dict[str, Any] | None"
CrossModalOperatorConfig(input_fields="image", output_fields=["joint"])  # E: arg-type: incompatible type "str"; expected "list[str]"
CrossModalOperatorConfig(input_fields=["image", "text"])  # E: call-arg: Missing named argument "output_fields" for "CrossModalOperatorConfig"

glow = GlowConfig(field_key="image")
Glow(ModalityOperatorConfig(field_key="image"))  # E: arg-type: incompatible type "ModalityOperatorConfig"; expected "GlowConfig"
Glow()  # E: call-arg: Missing positional argument "config" in call to "Glow"
Glow(glow, seed=0)  # E: call-arg: Unexpected keyword argument "seed" for "Glow"
Glow(glow, rngs=0)  # E: arg-type: incompatible type "int"; expected "Rngs | None"
Glow(glow).config.delta  # E: attr-defined: "GlowConfig" has no attribute "delta"
BrightnessOperator(ContrastOperatorConfig(field_key="image"))  # E: arg-type: incompatible type "ContrastOperatorConfig"; expected "BrightnessOperatorConfig"
BrightnessOperator(BrightnessOperatorConfig(field_key="image"))(jnp.ones((2, 2)))  # E: arg-type: incompatible type "Array"; expected "Batch[Any]"
MapOperator(MapOperatorConfig())  # E: call-arg: Missing positional argument "function" in call to "MapOperator"
MapOperator(MapOperatorConfig(), len)  # E: arg-type: incompatible type "Callable[[Sized], int]"; expected "Callable[[Array], Array] | Module"
within(0, "1")  # E: arg-type: incompatible type "str"; expected "float"
