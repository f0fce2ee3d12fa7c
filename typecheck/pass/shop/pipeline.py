"""A pipeline of configs and operators of other modules."""

from collections.abc import Sequence
from dataclasses import replace

import jax.numpy as jnp
import shop.settings
from flax import nnx
from shop import settings
from shop.operators import Crop
from shop.settings import Size, brightness, crop, drawn_crop, rotations

from datarax_typed import (
    Batch,
    BrightnessOperator,
    CompositeOperatorModule,
    RotationOperator,
    ToFloatOperator,
    ToFloatOperatorConfig,
    chain,
)


# 1: everything from elsewhere
def pipeline(rngs: nnx.Rngs) -> CompositeOperatorModule:
    return chain(
        ToFloatOperator(ToFloatOperatorConfig(field_key=settings.IMAGE)),
        Crop(drawn_crop, rngs=rngs),
        BrightnessOperator(brightness, rngs=rngs),
        *(RotationOperator(config) for config in rotations),
    )


# 2: the right streams
Crop(crop)
Crop(shop.settings.drawn_crop, rngs=nnx.Rngs(augment=0))
BrightnessOperator(settings.brightness, rngs=nnx.Rngs(0))

# 3: what is replaced, is replaced well
Crop(replace(drawn_crop, stream_name="crop"), rngs=nnx.Rngs(crop=0))
Crop(replace(settings.drawn_crop, stochastic=False, stream_name=None))
Crop(crop, rngs=nnx.Rngs(0)).copy(config=drawn_crop)
replace(crop, size=Size.SMALL, label="small", margins=(0.25, settings.STRENGTHS[-1]))


# 4: a sweep
def sweep(strengths: Sequence[float]) -> list[BrightnessOperator]:
    return [
        BrightnessOperator(replace(brightness, delta_range=(-s, s)), rngs=nnx.Rngs(augment=seed))
        for seed, s in enumerate(strengths)
    ]


def main(arguments: Sequence[str]) -> None:
    sweep(settings.STRENGTHS)
    batch = Batch({"image": jnp.zeros((1, 4, 4, 3), jnp.uint8)})
    print(pipeline(nnx.Rngs(0))(batch).data["image"].shape, arguments)
