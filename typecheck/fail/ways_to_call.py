"""All ways to build a config: positions, partials, aliases, class objects, class methods."""

from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, ClassVar, TypeAlias

from annotated_types import Gt, Interval
from typing_extensions import Self

from datarax_typed import OperatorConfig, Rule, exclusive


@dataclass(frozen=True)
class BlurConfig(OperatorConfig):
    """Two fields of which one is given at most, and a constrained one."""

    radius: int | None = None
    sigma: Annotated[float, Gt(0)] | None = None
    chance: Annotated[float, Interval(ge=0, le=1)] = field(default=1.0, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (exclusive("radius", "sigma"),)

    @classmethod
    def strong(cls) -> Self:
        """Return a config that is refused."""
        return cls(sigma=-1.0)  # E: datarax-config: BlurConfig is refused: sigma: expected a number > 0, got -1.0


Blur: TypeAlias = BlurConfig
Alias = BlurConfig
half = partial(BlurConfig, chance=0.5)
of_radius = partial(BlurConfig, radius=3)
made: type[BlurConfig] = BlurConfig

BlurConfig(False, None, None, False, None, "vmap", 3, 0.5)  # E: datarax-config: BlurConfig is refused: radius and sigma: expected at most one of them, got both
BlurConfig(False, None, None, True)  # E@31: datarax-config: BlurConfig is refused: stream_name: expected a value, since stochastic=True, got None
BlurConfig(False, None, None, True, "")  # E@37: datarax-config: BlurConfig is refused: stream_name: expected a length of at least 1, got ''
Blur(sigma=0)  # E: datarax-config: BlurConfig is refused: sigma: expected a number > 0, got 0
Alias(chance=-0.1)  # E: datarax-config: BlurConfig is refused: chance: expected a number >= 0, got -0.1
half(sigma=-0.5)  # E: datarax-config: BlurConfig is refused: sigma: expected a number > 0, got -0.5
of_radius(sigma=0.5)  # E: datarax-config: BlurConfig is refused: radius and sigma: expected at most one of them, got both
partial(BlurConfig, chance=1.5)()  # E: datarax-config: BlurConfig is refused: chance: expected a number <= 1, got 1.5
partial(BlurConfig, chance=0.5)(chance=2)  # E: datarax-config: BlurConfig is refused: chance: expected a number <= 1, got 2
partial(of_radius, sigma=2.0)()  # E: datarax-config: BlurConfig is refused: radius and sigma: expected at most one of them, got both
made(sigma=-2.0)  # E: datarax-config: BlurConfig is refused: sigma: expected a number > 0, got -2.0
print(BlurConfig(chance=7))  # E@25: datarax-config: BlurConfig is refused: chance: expected a number <= 1, got 7
configs = [BlurConfig(radius=1), BlurConfig(sigma=-3.0)]  # E: datarax-config: BlurConfig is refused: sigma: expected a number > 0, got -3.0
by_name = {"weak": BlurConfig(sigma=-4.0)}  # E: datarax-config: BlurConfig is refused: sigma: expected a number > 0, got -4.0
chances = [BlurConfig(chance=2.0, radius=radius) for radius in (1, 2)]  # E: datarax-config: BlurConfig is refused: chance: expected a number <= 1, got 2.0
later = lambda: BlurConfig(sigma=-5.0)  # E: datarax-config: BlurConfig is refused: sigma: expected a number > 0, got -5.0


def of_a_class(cls: type[BlurConfig] = BlurConfig) -> BlurConfig:
    """A subclass that can be called the same way keeps the constraint, or narrows it."""
    return cls(sigma=-6.0)  # E: datarax-config: BlurConfig is refused: sigma: expected a number > 0, got -6.0


def by_default(config: BlurConfig = BlurConfig(sigma=0.0)) -> BlurConfig:  # E: datarax-config: BlurConfig is refused: sigma: expected a number > 0, got 0.0
    """A default is built when the function is made."""
    return config


def in_a_walrus() -> bool:
    """An expression within an expression."""
    return (config := BlurConfig(sigma=-7.0)).cacheable and config.stochastic  # E: datarax-config: BlurConfig is refused: sigma: expected a number > 0, got -7.0


class Holder:
    """A config as the attribute of a class."""

    def __init__(self) -> None:
        self.config = BlurConfig(chance=3.0)  # E: datarax-config: BlurConfig is refused: chance: expected a number <= 1, got 3.0
