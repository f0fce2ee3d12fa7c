"""A training script: augmented images, a model, a loss."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, ClassVar, Final, TypedDict

import jax
import jax.numpy as jnp
from annotated_types import Gt, Interval
from flax import nnx
from jaxtyping import Array, Float, Int, Key

from datarax_typed import (
    Batch,
    BrightnessOperator,
    BrightnessOperatorConfig,
    ModalityOperator,
    ModalityOperatorConfig,
    OperatorConfig,
    OperatorModule,
    PyTree,
    Rule,
    ToFloatOperator,
    ToFloatOperatorConfig,
    chain,
    increasing,
    requires,
)

SEED: Final = 0


# 1: the schema of a record
class Photo(TypedDict):
    image: Float[Array, "h w c"]
    label: Int[Array, ""]


# 2: a config of the whole training, which is one like any other
@dataclass(frozen=True)
class TrainingConfig(OperatorConfig):
    rate: Annotated[float, Gt(0)] = 1e-3
    decay: Annotated[float, Interval(ge=0, lt=1)] | None = None
    warm_up: Annotated[int, Gt(0)] | None = None
    milestones: tuple[Annotated[int, Gt(0)], ...] = (1, 2)
    augmentation: tuple[ModalityOperatorConfig, ...] = ()

    rules: ClassVar[tuple[Rule, ...]] = (increasing("milestones"), requires("decay", "warm_up"))


TRAINING: Final = TrainingConfig(
    rate=3e-4,
    decay=0.5,
    warm_up=10,
    augmentation=(
        BrightnessOperatorConfig(field_key="image", stochastic=True, stream_name="augment"),
    ),
)


# 3: an operator that always draws
@dataclass(frozen=True)
class NoiseConfig(ModalityOperatorConfig):
    stochastic: bool = True
    stream_name: str | None = "augment"
    deviation: Annotated[float, Gt(0)] = field(default=0.1, kw_only=True)


class Noise(ModalityOperator[NoiseConfig]):
    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Key[Array, ""]:
        return key

    def transform(
        self, image: Float[Array, "h w c"], random_params: Key[Array, ""]
    ) -> Float[Array, "h w c"]:
        return image + self.config.deviation * jax.random.normal(random_params, image.shape)


# 4: a pipeline, of a seed
def augmentation(seed: int) -> OperatorModule:
    rngs = nnx.Rngs(augment=seed)
    return chain(
        ToFloatOperator(ToFloatOperatorConfig(field_key="image")),
        Noise(NoiseConfig(field_key="image", deviation=0.01), rngs=rngs),
        BrightnessOperator(
            BrightnessOperatorConfig(field_key="image", stochastic=True, stream_name="augment"),
            rngs=rngs,
        ),
    )


# 5: a pipeline of configs in a config
def configured(config: TrainingConfig, rngs: nnx.Rngs) -> Iterator[OperatorModule]:
    for part in config.augmentation:
        if isinstance(part, BrightnessOperatorConfig):
            yield BrightnessOperator(part, rngs=rngs)
        elif isinstance(part, NoiseConfig):
            yield Noise(part, rngs=rngs)


# 6: a schedule whose settings follow from each other
def longer(config: TrainingConfig, factor: int) -> TrainingConfig:
    longest = max(config.milestones)
    return replace(
        config,
        milestones=tuple(factor * milestone for milestone in config.milestones),
        warm_up=None if config.decay is None else longest,
    )


def loss(model: nnx.Linear, images: Float[Array, "b h w c"]) -> Float[Array, ""]:
    result: Array = jnp.mean(model(images.mean((1, 2))) ** 2)
    return result


def main(arguments: Sequence[str]) -> None:
    operator = augmentation(SEED)
    batch = operator(Batch({"image": jnp.ones((1, 2, 2, 3))}))
    model = nnx.Linear(3, 1, rngs=nnx.Rngs(params=SEED))
    print(loss(model, batch.data["image"]), longer(TRAINING, 2), arguments)
    print(len(list(configured(TRAINING, nnx.Rngs(augment=SEED)))))
