"""A third module, which takes what the second one took from the first."""

from flax import nnx
from studio.configs import GlowConfig
from studio.glow import Glow
from studio.settings import chosen, named, quiet

from datarax_typed import BrightnessOperator

GlowConfig(field_key=named, radius=3, sigma=0.5)  # E: datarax-config: GlowConfig is refused: radius and sigma: expected at most one of them, got both
GlowConfig(field_key="image", strength=quiet)  # E: datarax-config: GlowConfig is refused: strength: expected a number > 0, got -0.5
BrightnessOperator(chosen)  # E: arg-type: "BrightnessOperator" has incompatible type "GlowConfig"
