"""What is known of a config travels with it to another module."""

from dataclasses import replace
from functools import partial

import studio.configs
from flax import nnx
from studio import configs as ours
from studio.configs import LARGEST, GlowConfig, drawing, of_radius, still, strong
from studio.glow import Glow

GlowConfig(field_key="image", strength=-LARGEST)  # E@40: datarax-config: GlowConfig is refused: strength: expected a number > 0, got -4
GlowConfig(field_key="image", share=LARGEST)  # E: datarax-config: GlowConfig is refused: share: expected a number <= 1, got 4
GlowConfig(field_key="image", radius=1, sigma=0.5)  # E: datarax-config: GlowConfig is refused: radius and sigma: expected at most one of them, got both
studio.configs.GlowConfig(field_key="")  # E: datarax-config: GlowConfig is refused: field_key: expected a length of at least 1, got ''
replace(of_radius, sigma=0.5)  # E: datarax-config: GlowConfig is refused: radius and sigma: expected at most one of them, got both
replace(ours.still, stochastic=True)  # E: datarax-config: GlowConfig is refused: stream_name: expected a value, since stochastic=True, got None
replace(still, strength=0)  # E: datarax-config: GlowConfig is refused: strength: expected a number > 0, got 0
strong(share=2.0)  # E: datarax-config: GlowConfig is refused: share: expected a number <= 1, got 2.0
partial(strong, radius=1)(sigma=0.5)  # E: datarax-config: GlowConfig is refused: radius and sigma: expected at most one of them, got both

Glow(drawing)  # E@6: datarax-operator: Glow cannot be made: rngs: expected random numbers, since its config says stochastic=True, got None; give rngs=nnx.Rngs(glow=0)
Glow(ours.drawing)  # E: datarax-operator: Glow cannot be made: rngs: expected random numbers, since its config says stochastic=True, got None
Glow(studio.configs.drawing, rngs=None)  # E@35: datarax-operator: Glow cannot be made: rngs: expected random numbers, since its config says stochastic=True, got None
Glow(drawing, rngs=nnx.Rngs(augment=0))  # E@20: datarax-operator: Glow cannot be made: rngs: expected the random stream 'glow', got 'augment'; give rngs=nnx.Rngs(glow=0)
Glow(replace(drawing, stream_name="light"), rngs=nnx.Rngs(glow=0))  # E: datarax-operator: Glow cannot be made: rngs: expected the random stream 'light', got 'glow'; give rngs=nnx.Rngs(light=0)
Glow(config=drawing)  # E: datarax-operator: Glow cannot be made: rngs: expected random numbers, since its config says stochastic=True, got None
Glow(still).copy(config=drawing)  # E: datarax-operator: Glow cannot be made: rngs: expected random numbers, since its config says stochastic=True, got None
