"""Random numbers that an operator needs, and is not given."""

from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Final, TypeAlias

import jax
from annotated_types import Gt
from flax import nnx
from jaxtyping import Array, Float, Key

from datarax_typed import ModalityOperator, ModalityOperatorConfig, PyTree


@dataclass(frozen=True)
class GlowConfig(ModalityOperatorConfig):
    """A config with a constraint."""

    strength: Annotated[float, Gt(0)] = field(default=0.1, kw_only=True)


class Glow(ModalityOperator[GlowConfig]):
    """Adds light, or random light."""

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Float[Array, ""]:
        """Return how much light a record gets."""
        return jax.random.uniform(key, maxval=self.config.strength)

    def transform(
        self, image: Float[Array, "h w c"], random_params: Float[Array, ""] | None = None
    ) -> Float[Array, "h w c"]:
        """Return the lighter image."""
        return image + (self.config.strength if random_params is None else random_params)


class Brighter(Glow):
    """A subclass without a word of its own."""


class Twofold(Glow):
    """A subclass with a constructor of its own."""

    def __init__(self, config: GlowConfig, factor: float, *, rngs: nnx.Rngs | None = None) -> None:
        super().__init__(config, rngs=rngs)
        self.factor = factor


Light: TypeAlias = Glow
config = GlowConfig(field_key="image", stochastic=True, stream_name="aug")
rngs = nnx.Rngs(augment=0)

Glow(config)  # E@6: datarax-operator: Glow cannot be made: rngs: expected random numbers, since its config says stochastic=True, got None; give rngs=nnx.Rngs(aug=0)
Glow(config, rngs=None)  # E@19: datarax-operator: Glow cannot be made: rngs: expected random numbers, since its config says stochastic=True, got None; give rngs=nnx.Rngs(aug=0)
Glow(config, name="first")  # E: datarax-operator: Glow cannot be made: rngs: expected random numbers, since its config says stochastic=True, got None
Glow(config, rngs=nnx.Rngs(augment=0))  # E@19: datarax-operator: Glow cannot be made: rngs: expected the random stream 'aug', got 'augment'; give rngs=nnx.Rngs(aug=0)
Glow(config, rngs=nnx.Rngs())  # E: datarax-operator: Glow cannot be made: rngs: expected the random stream 'aug'
Glow(config, rngs=nnx.Rngs(params=0, dropout=1))  # E: datarax-operator: Glow cannot be made: rngs: expected the random stream 'aug', got 'params', 'dropout'
Glow(config, rngs=rngs)  # E: datarax-operator: Glow cannot be made: rngs: expected the random stream 'aug', got 'augment'
Glow(GlowConfig(field_key="image", stochastic=True, stream_name="noise"))  # E: datarax-operator: Glow cannot be made: rngs: expected random numbers, since its config says stochastic=True, got None; give rngs=nnx.Rngs(noise=0)
Brighter(config)  # E: datarax-operator: Brighter cannot be made: rngs: expected random numbers, since its config says stochastic=True, got None
Light(config)  # E: datarax-operator: Glow cannot be made: rngs: expected random numbers, since its config says stochastic=True, got None
Twofold(config, 2.0)  # E: datarax-operator: Twofold cannot be made: rngs: expected random numbers, since its config says stochastic=True, got None
Twofold(config, factor=2.0, rngs=nnx.Rngs(noise=0))  # E: datarax-operator: Twofold cannot be made: rngs: expected the random stream 'aug', got 'noise'
partial(Glow, config)()  # E: datarax-operator: Glow cannot be made: rngs: expected random numbers, since its config says stochastic=True, got None
partial(Glow, rngs=nnx.Rngs(noise=0))(config)  # E: datarax-operator: Glow cannot be made: rngs: expected the random stream 'aug', got 'noise'
stages = [Glow(GlowConfig(field_key="image")), Glow(config)]  # E: datarax-operator: Glow cannot be made: rngs: expected random numbers, since its config says stochastic=True, got None


def of_a_class(cls: type[Glow] = Glow) -> Glow:
    """A class object is called."""
    return cls(config)  # E: datarax-operator: Glow cannot be made: rngs: expected random numbers, since its config says stochastic=True, got None


def an_arm(flag: bool) -> Glow:
    """One of the two configs draws."""
    still = GlowConfig(field_key="image")
    return Glow(config if flag else still)  # E: datarax-operator: Glow cannot be made: rngs: expected random numbers, since its config says stochastic=True, got None


class Studio:
    """A config as a constant of a class."""

    CONFIG: Final = GlowConfig(field_key="image", stochastic=True, stream_name="aug")


Glow(Studio.CONFIG)  # E: datarax-operator: Glow cannot be made: rngs: expected random numbers, since its config says stochastic=True, got None
