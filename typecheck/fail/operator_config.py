"""Configs that an operator cannot work with."""

from dataclasses import dataclass, field
from typing import Any

import jax
from flax import nnx
from jaxtyping import Array, Float, Key

from datarax_typed import (
    CrossModalOperatorConfig,
    ModalityOperator,
    ModalityOperatorConfig,
    OperatorConfig,
    OperatorModule,
    PyTree,
)
from datarax_typed.protocols import Metadata, Statistics


@dataclass(frozen=True)
class NoiseConfig(ModalityOperatorConfig):
    """A config of its own."""

    deviation: float = field(default=0.1, kw_only=True)


class Noise(ModalityOperator[NoiseConfig]):
    """Always draws: `random_params` has no default, and is never None."""

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Key[Array, ""]:
        """Return a key of a record."""
        return key

    def transform(
        self, image: Float[Array, "h w c"], random_params: Key[Array, ""]
    ) -> Float[Array, "h w c"]:
        """Return the image with noise."""
        noise = jax.random.normal(random_params, image.shape, image.dtype)
        return image + noise * self.config.deviation


class Shuffle(OperatorModule[OperatorConfig]):
    """Always draws, in an `apply` of its own."""

    def generate_random_params(
        self, rng: Key[Array, ""], data_shapes: PyTree
    ) -> Float[Array, "batch"]:
        """Return a number a record."""
        return jax.random.uniform(rng, data_shapes["image"][:1])

    def apply(  # type: ignore[override]  # it always draws, so it is never called without
        self,
        data: PyTree,
        state: PyTree,
        metadata: Metadata | None,
        random_params: Float[Array, ""],
        stats: Statistics | None = None,
    ) -> tuple[PyTree, PyTree, Metadata | None]:
        """Return the data times a number."""
        return {**data, "image": data["image"] * random_params}, state, metadata


class Mute(ModalityOperator[ModalityOperatorConfig]):
    """Never draws."""

    def transform(self, image: Float[Array, "h w c"]) -> Float[Array, "h w c"]:
        """Return darkness."""
        return image * 0


class Anything(ModalityOperator[NoiseConfig]):
    """A constructor that takes more than the class can work with."""

    def __init__(self, config: Any, *, rngs: nnx.Rngs | None = None) -> None:
        super().__init__(config, rngs=rngs)

    def transform(self, image: Float[Array, "h w c"]) -> Float[Array, "h w c"]:
        """Return the image."""
        return image


still = NoiseConfig(field_key="image")
drawing = ModalityOperatorConfig(field_key="image", stochastic=True, stream_name="aug")
named = NoiseConfig(field_key="image", stream_name="aug")

Noise(still)  # E@7: datarax-operator: Noise cannot be made: config: expected stochastic=True, since transform needs random_params, got stochastic=False; give stochastic=True and a stream_name
Noise(named, rngs=nnx.Rngs(aug=0))  # E@7: datarax-operator: Noise cannot be made: config: expected stochastic=True, since transform needs random_params, got stochastic=False
Noise(NoiseConfig(field_key="image"))  # E@7: datarax-operator: Noise cannot be made: config: expected stochastic=True, since transform needs random_params, got stochastic=False
Noise(config=still)  # E: datarax-operator: Noise cannot be made: config: expected stochastic=True, since transform needs random_params, got stochastic=False
Shuffle(OperatorConfig())  # E: datarax-operator: Shuffle cannot be made: config: expected stochastic=True, since apply needs random_params, got stochastic=False
Mute(drawing, rngs=nnx.Rngs(aug=0))  # E@6: datarax-operator: Mute cannot be made: config: expected stochastic=False, since Mute writes neither sample_params() nor generate_random_params(), got stochastic=True; write one of them
Anything(drawing, rngs=nnx.Rngs(aug=0))  # E@10: datarax-operator: Anything cannot be made: config: expected NoiseConfig, got ModalityOperatorConfig
Anything(CrossModalOperatorConfig(input_fields=["a"], output_fields=["b"]))  # E: datarax-operator: Anything cannot be made: config: expected NoiseConfig, got CrossModalOperatorConfig
Noise(drawing, rngs=nnx.Rngs(aug=0))  # E: arg-type: Argument 1 to "Noise" has incompatible type "ModalityOperatorConfig"; expected "NoiseConfig"
Mute(OperatorConfig())  # E: arg-type: Argument 1 to "Mute" has incompatible type "OperatorConfig"; expected "ModalityOperatorConfig"
