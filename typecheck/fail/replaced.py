"""What is changed in a config, by `dataclasses.replace` and by `copy`, together with the rest."""

import dataclasses
from dataclasses import dataclass, field, replace
from typing import Annotated, ClassVar

from annotated_types import Gt
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed import ModalityOperator, ModalityOperatorConfig, Rule, exclusive


@dataclass(frozen=True)
class SharpenConfig(ModalityOperatorConfig):
    """Two fields of which one is given at most, and a constrained one."""

    radius: int | None = field(default=None, kw_only=True)
    sigma: float | None = field(default=None, kw_only=True)
    amount: Annotated[float, Gt(0)] = field(default=1.0, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (exclusive("radius", "sigma"),)


class Sharpen(ModalityOperator[SharpenConfig]):
    """Multiplies; what it does is not the point."""

    def transform(self, image: Float[Array, "h w c"]) -> Float[Array, "h w c"]:
        """Return the image times the amount."""
        return image * self.config.amount


plain = SharpenConfig(field_key="image")
of_radius = SharpenConfig(field_key="image", radius=3)
sharpen = Sharpen(of_radius)

replace(plain, amount=0.0)  # E@23: datarax-config: SharpenConfig is refused: amount: expected a number > 0, got 0.0
replace(plain, stochastic=True)  # E@27: datarax-config: SharpenConfig is refused: stream_name: expected a value, since stochastic=True, got None
replace(of_radius, sigma=0.5)  # E@26: datarax-config: SharpenConfig is refused: radius and sigma: expected at most one of them, got both
dataclasses.replace(of_radius, sigma=1.5)  # E: datarax-config: SharpenConfig is refused: radius and sigma: expected at most one of them, got both
replace(plain, field_key="")  # E: datarax-config: SharpenConfig is refused: field_key: expected a length of at least 1, got ''
replace(plain, auxiliary_fields=["image"])  # E: datarax-config: SharpenConfig is refused: auxiliary_fields: expected no item equal to field_key, got ['image']
replace(replace(plain, radius=2), sigma=2.5)  # E: datarax-config: SharpenConfig is refused: radius and sigma: expected at most one of them, got both
replace(SharpenConfig(field_key="image", sigma=0.5), radius=1)  # E: datarax-config: SharpenConfig is refused: radius and sigma: expected at most one of them, got both
Sharpen(replace(of_radius, amount=-1.0))  # E: datarax-config: SharpenConfig is refused: amount: expected a number > 0, got -1.0
sharpen.copy(config=replace(of_radius, sigma=3.5))  # E: datarax-config: SharpenConfig is refused: radius and sigma: expected at most one of them, got both


def unknown_original(config: SharpenConfig) -> SharpenConfig:
    """What is given is enough to refuse it."""
    return replace(config, amount=-2.0)  # E: datarax-config: SharpenConfig is refused: amount: expected a number > 0, got -2.0


def both_are_given(config: SharpenConfig) -> SharpenConfig:
    """Both fields of the rule are given."""
    return replace(config, radius=3, sigma=4.5)  # E: datarax-config: SharpenConfig is refused: radius and sigma: expected at most one of them, got both


class Noisy(ModalityOperator[SharpenConfig]):
    """An operator that draws random numbers."""

    def sample_params(self, key: Array, element_shapes: object) -> Float[Array, ""]:
        """Return one."""
        return key * 0.0 + 1.0

    def transform(
        self, image: Float[Array, "h w c"], random_params: Float[Array, ""] | None = None
    ) -> Float[Array, "h w c"]:
        """Return the image as it is."""
        return image


noisy = Noisy(plain)
drawing = SharpenConfig(field_key="image", stochastic=True, stream_name="noise")

noisy.copy(config=drawing)  # E: datarax-operator: Noisy cannot be made: rngs: expected random numbers, since its config says stochastic=True, got None; give rngs=nnx.Rngs(noise=0)
noisy.copy(config=drawing, rngs=nnx.Rngs(augment=0))  # E: datarax-operator: Noisy cannot be made: rngs: expected the random stream 'noise', got 'augment'; give rngs=nnx.Rngs(noise=0)
noisy.copy(config=ModalityOperatorConfig(field_key="image"))  # E: datarax-operator: Noisy cannot be made: config: expected SharpenConfig, got ModalityOperatorConfig
