"""Operators of users, written in all the ways that the library allows."""

from abc import abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, ClassVar, Generic, Protocol

import jax
import jax.numpy as jnp
from annotated_types import Gt
from flax import nnx
from jaxtyping import Array, Float, Key
from typing_extensions import TypedDict, TypeVar, override

from datarax_typed import (
    Batch,
    ConfigError,
    CrossModalOperator,
    CrossModalOperatorConfig,
    Element,
    ModalityOperator,
    ModalityOperatorConfig,
    OperatorConfig,
    OperatorModule,
    PyTree,
    RandomnessError,
    chain,
)
from datarax_typed.protocols import Metadata, Statistics

Image = Float[Array, "h w c"]
still = ModalityOperatorConfig(field_key="image")
drawing = ModalityOperatorConfig(field_key="image", stochastic=True, stream_name="aug")
images = Batch({"image": jnp.ones((1, 2, 2, 3))})


# 1: transform alone
class Invert(ModalityOperator):
    def transform(self, image: Image) -> Image:
        return 1 - image


Invert(still)(images)


# 2: random numbers that are there or not, a record at a time
class Glow(ModalityOperator[ModalityOperatorConfig]):
    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Float[Array, ""]:
        return jax.random.uniform(key)

    def transform(self, image: Image, random_params: Float[Array, ""] | None = None) -> Image:
        return image if random_params is None else image + random_params


Glow(still)
Glow(drawing, rngs=nnx.Rngs(aug=0))


# 3: one key a batch, always drawn
class Noise(ModalityOperator[ModalityOperatorConfig]):
    def generate_random_params(
        self, rng: Key[Array, ""], data_shapes: PyTree
    ) -> Float[Array, "batch"]:
        return jax.random.uniform(rng, data_shapes["image"][:1])

    def transform(self, image: Image, random_params: Float[Array, ""]) -> Image:
        return image * random_params


Noise(drawing, rngs=nnx.Rngs(0))


# 4: apply, with nothing but what it wants
class Label(OperatorModule):
    def apply(
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: PyTree = None,
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        return {**data, "label": jnp.ones(())}, state, metadata


Label(OperatorConfig())(images)


# 5: a base that is not finished, and never made
class Base(ModalityOperator[ModalityOperatorConfig]):
    factor: ClassVar[float] = 1.0

    @abstractmethod
    def times(self, image: Image) -> Image: ...


class Twice(Base):
    factor = 2.0

    @override
    def times(self, image: Image) -> Image:
        return image * self.factor

    def transform(self, image: Image) -> Image:
        return self.times(image)


Twice(still)(images)


# 6: a base that draws, and a subclass that says what for
class Drawing(ModalityOperator[ModalityOperatorConfig]):
    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Float[Array, ""]:
        return jax.random.normal(key)


class Shift(Drawing):
    def transform(self, image: Image, random_params: Float[Array, ""] | None = None) -> Image:
        return image if random_params is None else image + random_params


class Shifted(Shift):
    """Nothing of its own."""


Shift(drawing, rngs=nnx.Rngs(aug=1))
Shifted(still)

# 7: what is inherited from a mixin that is no operator
class Clips:
    def transform(self, image: Image) -> Image:
        return jnp.clip(image, 0, 1)


class Clip(Clips, ModalityOperator):
    """All that it does is the mixin's."""


Clip(still)


# 8: a whole batch at once
class Mix(OperatorModule):
    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        return batch.replace(data=jax.tree.map(lambda leaf: leaf[::-1], batch.data))


Mix(OperatorConfig())(images)


# 9: a whole batch at once, with random numbers of its own
class Shuffle(OperatorModule):
    def apply_batch(self, batch: Batch, stats: Statistics | None = None) -> Batch:
        assert self._stream is not None
        order = jax.random.permutation(self._stream(), len(batch))
        return batch.replace(data=jax.tree.map(lambda leaf: leaf[order], batch.data))


Shuffle(OperatorConfig(stochastic=True, stream_name="order"), rngs=nnx.Rngs(order=0))


# 10: a constructor that makes its own random numbers
class Own(Glow):
    def __init__(self, config: ModalityOperatorConfig) -> None:
        super().__init__(config, rngs=nnx.Rngs(7))


Own(drawing)


# 11: a constructor that makes its own config
class Fixed(Glow):
    def __init__(self, key: str, *, rngs: nnx.Rngs | None = None) -> None:
        config = ModalityOperatorConfig(field_key=key, stochastic=True, stream_name="aug")
        super().__init__(config, rngs=nnx.Rngs(0) if rngs is None else rngs)


Fixed("image")
Fixed("image", rngs=nnx.Rngs(1))


# 12: a constructor that turns what it is given into what it needs
class Named(Glow):
    def __init__(self, config: ModalityOperatorConfig | str, seed: int = 0) -> None:
        if isinstance(config, str):
            config = ModalityOperatorConfig(field_key=config)
        super().__init__(config, rngs=nnx.Rngs(seed))


Named("image")
Named(drawing)


# 13: parameters, and random numbers to make them
@dataclass(frozen=True)
class DenseConfig(ModalityOperatorConfig):
    width: Annotated[int, Gt(0)] = field(default=2, kw_only=True)


class Dense(ModalityOperator[DenseConfig]):
    def __init__(self, config: DenseConfig, *, rngs: nnx.Rngs) -> None:
        super().__init__(config, rngs=rngs)
        self.linear = nnx.Linear(3, config.width, rngs=rngs)

    def transform(self, image: Image) -> Image:
        result: Array = self.linear(image)
        return result


Dense(DenseConfig(field_key="image"), rngs=nnx.Rngs(params=0))


# 14: random numbers that are not known
def with_rngs(rngs: nnx.Rngs | None, seed: int, **streams: int) -> list[Glow]:
    return [
        Glow(drawing, rngs=rngs),
        Glow(drawing, rngs=nnx.Rngs(seed)),
        Glow(drawing, rngs=nnx.Rngs(**streams)),
        Glow(drawing, rngs=nnx.Rngs(noise=seed, **streams)),
        Glow(drawing, rngs=rngs or nnx.Rngs(noise=0, default=1)),
    ]


with_rngs(nnx.Rngs(aug=0), 0, aug=1)


# 15: random numbers that are changed on the way
def forked() -> Glow:
    rngs = nnx.Rngs(noise=0)
    rngs = nnx.Rngs(aug=1)
    return Glow(drawing, rngs=rngs)


def from_another(rngs: nnx.Rngs) -> Glow:
    return Glow(drawing, rngs=rngs.fork())


forked()
from_another(nnx.Rngs(0))


# 16: a config that is not known, or known in part
def with_config(config: ModalityOperatorConfig, stochastic: bool, name: str | None) -> list[Glow]:
    return [
        Glow(config),
        Glow(ModalityOperatorConfig(field_key="image", stochastic=stochastic, stream_name=name)),
    ]


with_config(still, False, None)


# 17: a stream whose name is not known
def of_a_stream(name: str, rngs: nnx.Rngs) -> Glow:
    config = ModalityOperatorConfig(field_key="image", stochastic=True, stream_name=name)
    return Glow(config, rngs=nnx.Rngs(aug=0) if name == "aug" else rngs)


of_a_stream("aug", nnx.Rngs(0))
Glow(ModalityOperatorConfig(field_key="image", stochastic=True, stream_name=str("aug")), rngs=nnx.Rngs(aug=0))


# 18: random numbers that come with the config
def paired(draws: bool) -> Glow:
    return Glow(drawing if draws else still, rngs=nnx.Rngs(aug=0) if draws else None)


paired(True)
paired(False)

# 19: partials, finished later
begun = partial(Glow, drawing)
begun(rngs=nnx.Rngs(aug=0))
partial(Glow, rngs=nnx.Rngs(aug=0))(drawing)
partial(Glow, rngs=nnx.Rngs(noise=0))(drawing, rngs=nnx.Rngs(aug=0))


# 20: star arguments
def of_anything(*args: Any, **kwargs: Any) -> Glow:
    return Glow(*args, **kwargs)


def of_a_table(table: dict[str, Any]) -> Glow:
    return Glow(drawing, **table)


of_anything(drawing, rngs=nnx.Rngs(aug=0))
of_a_table({"rngs": nnx.Rngs(aug=0)})

# 21: copies keep the random numbers
original = Glow(drawing, rngs=nnx.Rngs(aug=0))
original.copy(config=ModalityOperatorConfig(field_key="image", stochastic=True, stream_name="aug"))
original.copy(config=still)
original.copy(name="second").clone()
Glow(still).copy(config=drawing, rngs=nnx.Rngs(0))
Glow(still, rngs=nnx.Rngs(aug=0)).copy(config=drawing)


def copied(operator: Glow, rngs: nnx.Rngs | None) -> list[Glow]:
    return [operator.copy(config=drawing), operator.copy(config=drawing, rngs=rngs)]


copied(original, None)


# 22: a generic operator, and an operator of any config
ConfigT = TypeVar("ConfigT", bound=ModalityOperatorConfig, default=ModalityOperatorConfig)


class Any_(ModalityOperator[ConfigT], Generic[ConfigT]):
    def transform(self, image: Image) -> Image:
        return image


class OfDense(Any_[DenseConfig]):
    """Of one config."""


Any_(still)
Any_(DenseConfig(field_key="image"))
OfDense(DenseConfig(field_key="image", width=3))


# 23: a subclass of the config is a config of the operator
@dataclass(frozen=True)
class WideConfig(DenseConfig):
    width: Annotated[int, Gt(0)] = field(default=8, kw_only=True)


Dense(WideConfig(field_key="image"), rngs=nnx.Rngs(0))
Invert(WideConfig(field_key="image"))


# 24: across modalities
class Sum(CrossModalOperator):
    def transform(self, left: Float[Array, "n"], right: Float[Array, "n"]) -> Float[Array, "n"]:
        return left + right


Sum(CrossModalOperatorConfig(input_fields=["a", "b"], output_fields=["c"]))


# 25: statistics, with a schema of their own
class Mean(TypedDict):
    mean: Float[Array, "c"]


class Centre(ModalityOperator):
    def transform(self, image: Image, stats: Mean) -> Image:
        return image - stats["mean"]


Centre(ModalityOperatorConfig(field_key="image", precomputed_stats={"mean": jnp.zeros(3)}))


# 26: methods of other names are one's own business
class Free(ModalityOperator):
    def transform(self, image: Image) -> Image:
        return self.apply_twice(image)

    def apply_twice(self, image: Image) -> Image:
        return image

    def _helper(self, value: Any) -> Any:
        return value


Free(still)


# 27: classes that look like operators
class Transformer(Protocol):
    def transform(self, value: Array) -> Array: ...


class Lookalike:
    def __init__(self, config: OperatorConfig, rngs: nnx.Rngs | None = None) -> None:
        self.config = config

    def transform(self, value: Array) -> Array:
        return value


look: Transformer = Lookalike(drawing)


# 28: operators that are chosen at run time
OPERATORS: Mapping[str, type[Glow]] = {"glow": Glow, "own": Own}


def chosen(name: str, config: ModalityOperatorConfig) -> Glow:
    return OPERATORS[name](config)


def made(operator: type[Glow], config: ModalityOperatorConfig) -> Glow:
    return operator(config, rngs=nnx.Rngs(0))


chosen("own", drawing)
made(Glow, drawing)
chain(*[operator(still) for operator in (Invert, Twice, Clip)])


# 29: wrong on purpose, and said to be
with suppress(RandomnessError):
    Glow(drawing)  # type: ignore[datarax-operator]  # shows the error
with suppress(ConfigError):
    Dense(still, rngs=nnx.Rngs(0))  # type: ignore[arg-type]  # shows the error

# 30: an element, and a batch of elements
Batch.stack([Element({"image": jnp.zeros((2, 2, 3))})])
