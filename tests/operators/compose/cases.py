"""The catalogue of compositions, and of what changes fields."""

import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed import (
    CompositeOperatorConfig,
    CompositeOperatorModule,
    MapOperator,
    MapOperatorConfig,
    MultiModalOperator,
    chain,
)
from datarax_typed.operators.compose import (
    DropOperator,
    DropOperatorConfig,
    OneOfOperator,
    OneOfOperatorConfig,
    ProbabilisticOperator,
    ProbabilisticOperatorConfig,
    RenameOperator,
    RenameOperatorConfig,
    SelectOperator,
    SelectOperatorConfig,
)
from datarax_typed.operators.compose.merging import Merge
from datarax_typed.operators.image import (
    BrightnessOperator,
    BrightnessOperatorConfig,
    ContrastOperator,
    ContrastOperatorConfig,
)
from tests.operators.case import AnyOperator, Case

IMAGE = {"image": "f32[h,w,3]"}
PAIR = {"image": "f32[h,w,3]", "depth": "f32[h,w,1]"}
WORDS = {"image": "f32[h,w,3]", "tokens": "i32[n]", "label": "i32[]"}


def brightness(key: str = "image", *, target: str | None = None) -> BrightnessOperator:
    config = BrightnessOperatorConfig(field_key=key, target_key=target, delta=0.2)
    return BrightnessOperator(config)


def contrast(
    key: str = "image", *, target: str | None = None, learnable: bool = False
) -> ContrastOperator:
    config = ContrastOperatorConfig(
        field_key=key, target_key=target, factor=1.5, learnable=learnable
    )
    return ContrastOperator(config)


def noisy(seed: int = 0, *, target: str | None = None) -> BrightnessOperator:
    config = BrightnessOperatorConfig(
        field_key="image",
        target_key=target,
        stochastic=True,
        stream_name="augment",
        delta_range=(-0.2, 0.2),
    )
    return BrightnessOperator(config, rngs=nnx.Rngs(seed))


def parallel(merge: Merge, *operators: AnyOperator) -> CompositeOperatorModule:
    return CompositeOperatorModule(
        CompositeOperatorConfig(strategy="parallel", merge=merge), operators
    )


def ensemble(*operators: AnyOperator) -> CompositeOperatorModule:
    return CompositeOperatorModule(CompositeOperatorConfig(strategy="ensemble"), operators)


def perhaps(operator: AnyOperator, p: float = 0.5) -> ProbabilisticOperator:
    return ProbabilisticOperator(
        ProbabilisticOperatorConfig(p=p), operator, rngs=nnx.Rngs(augment=7)
    )


def one_of(*operators: AnyOperator, weights: list[float] | None = None) -> OneOfOperator:
    return OneOfOperator(OneOfOperatorConfig(weights=weights), operators, rngs=nnx.Rngs(augment=5))


def squared(value: Float[Array, "h w c"]) -> Float[Array, "h w c"]:
    return jnp.square(value)


class Dense(nnx.Module):
    """Mixes the channels of every pixel."""

    def __init__(self) -> None:
        self.inner = nnx.Linear(3, 2, rngs=nnx.Rngs(0))

    def __call__(self, image: Float[Array, "h w 3"]) -> Float[Array, "h w 2"]:
        return self.inner(image)


def side_by_side() -> MultiModalOperator:
    return MultiModalOperator(
        CompositeOperatorConfig(),
        {"image": noisy(), "depth": contrast("depth", learnable=True)},
    )


def nested() -> CompositeOperatorModule:
    """One of each within another."""
    augmented = perhaps(one_of(noisy(), brightness()))
    renamed = RenameOperator(RenameOperatorConfig(mapping={"image": "left"}))
    views = parallel("update", chain(augmented, renamed), brightness(target="right"))
    return chain(views, SelectOperator(SelectOperatorConfig(fields=["left", "right"])))


CASES: list[Case] = [
    Case("chain-stochastic-learnable", lambda: chain(noisy(), contrast(learnable=True)), IMAGE),
    Case(
        "composite-update",
        lambda: parallel("update", noisy(target="bright"), contrast(target="sharp")),
        IMAGE,
    ),
    Case("composite-ensemble", lambda: ensemble(noisy(), contrast(learnable=True)), IMAGE),
    Case("multi-modal", side_by_side, PAIR),
    Case("probabilistic-learnable", lambda: perhaps(contrast(learnable=True), p=0.9), IMAGE),
    Case(
        "one-of-weighted",
        lambda: one_of(noisy(), contrast(learnable=True), weights=[1.0, 2.0]),
        IMAGE,
    ),
    Case("map-module", lambda: MapOperator(MapOperatorConfig(fields=["image"]), Dense()), IMAGE),
    Case("select", lambda: SelectOperator(SelectOperatorConfig(fields=["image", "tokens"])), WORDS),
    Case("drop", lambda: DropOperator(DropOperatorConfig(fields=["label"])), WORDS),
    Case(
        "rename",
        lambda: RenameOperator(RenameOperatorConfig(mapping={"tokens": "text.ids"})),
        WORDS,
    ),
    Case("nested", nested, IMAGE),
]
