"""What functions of another module do with the configs and operators: checked where they do it."""

from dataclasses import replace
from functools import partial

from studio.configs import GlowConfig, drawing, of_radius
from studio.glow import Glow


def brighter(config: GlowConfig) -> GlowConfig:
    """Change a config that is not known."""
    return replace(config, share=2.0)  # E@34: datarax-config: GlowConfig is refused: share: expected a number <= 1, got 2.0


def blurred(config: GlowConfig) -> GlowConfig:
    """Give both fields of a rule."""
    return replace(config, radius=1, sigma=2.5)  # E@44: datarax-config: GlowConfig is refused: radius and sigma: expected at most one of them, got both


def softer() -> GlowConfig:
    """Change a config of another module."""
    return replace(of_radius, sigma=3.5)  # E@37: datarax-config: GlowConfig is refused: radius and sigma: expected at most one of them, got both


def of_a_class(cls: type[GlowConfig] = GlowConfig) -> GlowConfig:
    """Make a config of a class that is given."""
    return cls(field_key="image", share=3.0)  # E@41: datarax-config: GlowConfig is refused: share: expected a number <= 1, got 3.0


def in_parts() -> GlowConfig:
    """Make a config in two steps."""
    return partial(GlowConfig, field_key="image")(share=1.5)  # E@57: datarax-config: GlowConfig is refused: share: expected a number <= 1, got 1.5


def glow() -> Glow:
    """Make an operator."""
    return Glow(drawing)  # E: datarax-operator: Glow cannot be made: rngs: expected random numbers, since its config says stochastic=True, got None


def still_glow() -> Glow:
    """Make an operator that need not draw."""
    return Glow(GlowConfig(field_key="image"))


def another() -> Glow:
    """Change nothing of an operator but its config."""
    return still_glow().copy(config=replace(drawing, strength=-2.0))  # E@63: datarax-config: GlowConfig is refused: strength: expected a number > 0, got -2.0
