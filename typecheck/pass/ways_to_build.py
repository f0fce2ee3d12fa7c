"""Configs built in roundabout ways, all of them right."""

import dataclasses
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import Enum, IntEnum
from functools import partial
from typing import Annotated, Any, ClassVar, Final, Literal, TypeVar

from annotated_types import Gt, Interval, MinLen
from typing_extensions import Self

from datarax_typed import ConfigError, OperatorConfig, Rule, exclusive, requires


@dataclass(frozen=True)
class BlurConfig(OperatorConfig):
    """A config that refuses much."""

    radius: Annotated[int, Gt(0)] | None = None
    sigma: float | None = None
    chance: Annotated[float, Interval(ge=0, le=1)] = field(default=1.0, kw_only=True)
    title: Annotated[str, MinLen(1)] = field(default="blur", kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (exclusive("radius", "sigma"),)

    @classmethod
    def of_radius(cls, radius: int) -> Self:
        """Return a config of a radius."""
        return cls(radius=radius)

    def stronger(self) -> Self:
        """Return a config of twice the radius."""
        return replace(self, radius=2 * (self.radius or 1))


@dataclass(frozen=True)
class WeakConfig(BlurConfig):
    """A subclass with another constructor."""

    chance: Annotated[float, Interval(ge=0, le=1)] = field(default=0.5, kw_only=True)


# 1: a partial whose wrong keyword is overridden
wrong = partial(BlurConfig, chance=1.5)
wrong(chance=0.5)
partial(wrong, chance=0.25)()

# 2: a partial that is not finished
begun = partial(BlurConfig, stochastic=True)
begun(stream_name="aug")
partial(BlurConfig, radius=3)(radius=None, sigma=0.5)

# 3: a partial of what is not known
options: dict[str, Any] = {"radius": 3}
partial(BlurConfig, **options)()
partial(BlurConfig, sigma=0.5)(**{**options, "radius": None})

# 4: positions
BlurConfig(False, None, None, True, "aug", "scan", 3, None)
BlurConfig(False, None, None, False, None)
begun(stream_name="aug", radius=2)


# 5: a class that is a parameter: a subclass may have other rules
def made(cls: type[BlurConfig]) -> BlurConfig:
    return cls(radius=3)


made(WeakConfig)

C = TypeVar("C", bound=OperatorConfig)


def generic(cls: type[C], **values: Any) -> C:
    return cls(**values)


def drawing(cls: type[C]) -> C:
    return cls(stochastic=True, stream_name="aug")


generic(BlurConfig, radius=1)
drawing(WeakConfig)

# 6: a class that is chosen
chosen: Callable[..., OperatorConfig] = BlurConfig if options else WeakConfig
chosen(radius=1)
either = BlurConfig if len(options) > 3 else OperatorConfig
either(stochastic=False)

# 7: a class in a table
TABLE: Final[dict[str, type[OperatorConfig]]] = {"blur": BlurConfig, "weak": WeakConfig}
TABLE["blur"](stream_name="aug")

# 8: replace mends what would be wrong together
of_radius = BlurConfig(radius=3)
replace(of_radius, radius=None, sigma=0.5)
replace(of_radius, radius=1)
dataclasses.replace(of_radius, stochastic=True, stream_name="aug")
replace(replace(of_radius, radius=None), sigma=0.5)


# 9: replace of what is not known
def with_sigma(config: BlurConfig) -> BlurConfig:
    return replace(config, sigma=0.5)


def with_anything(config: BlurConfig, **values: Any) -> BlurConfig:
    return replace(config, **values)


with_sigma(BlurConfig())
with_anything(of_radius, radius=None, sigma=1.0)
BlurConfig.of_radius(3).stronger()


# 10: replace of a config that two branches make
def branched(flag: bool) -> BlurConfig:
    config = BlurConfig(radius=3) if flag else BlurConfig()
    if flag:
        return config
    return replace(config, sigma=0.5)


branched(True)
branched(False)


# 11: a variable whose config changes on the way
def step_by_step() -> BlurConfig:
    config = BlurConfig(radius=3)
    config = replace(config, radius=None)
    return replace(config, sigma=0.5)


step_by_step()


# 12: enum members with values that are right
class Size(IntEnum):
    SMALL = 1
    LARGE = 8


class Title(str, Enum):
    BLUR = "blur"


class Chance(float, Enum):
    HALF = 0.5


BlurConfig(radius=Size.LARGE, title=Title.BLUR, chance=Chance.HALF)
BlurConfig(radius=Size.SMALL.value, title=Title.BLUR.value)
BlurConfig(radius=len(Size))

# 13: constants and what follows from them
SIDE: Final = 4
RATE: Final[float] = 0.125
BlurConfig(radius=SIDE**2 // 2 - 7, chance=RATE * 8)
BlurConfig(radius=-(-SIDE), chance=1 - RATE, title="a" * SIDE)
BlurConfig(chance=abs(-RATE), radius=SIDE % 3)


# 14: a name of a Literal type with several values
def of_a_literal(radius: Literal[1, 2, None]) -> BlurConfig:
    return BlurConfig(radius=radius, sigma=0.5 if radius is None else None)


of_a_literal(None)
of_a_literal(2)


# 15: a name that a comparison narrows
def of_a_number(radius: int) -> BlurConfig:
    if radius == 0:
        return BlurConfig()
    return BlurConfig(radius=radius)


of_a_number(0)

# 16: what is wrong on purpose, and said to be
with suppress(ConfigError):
    BlurConfig(radius=-1)  # type: ignore[datarax-config]  # shows the error
with suppress(ConfigError):
    BlurConfig(
        radius=3,
        sigma=0.5,  # type: ignore[datarax-config]  # shows the error
    )
with suppress(ConfigError):
    BlurConfig(title=3, chance=1.5)  # type: ignore[arg-type, datarax-config]  # shows both


# 17: code that is never reached
def never() -> BlurConfig:
    return BlurConfig()
    return BlurConfig(radius=-1)  # type: ignore[unreachable]  # shows that nothing is said of it


never()


# 18: a config as a default, as a class attribute, in a container
def by_default(config: BlurConfig = BlurConfig(radius=1)) -> list[BlurConfig]:
    return [config, *(BlurConfig(radius=radius) for radius in (1, 2)), replace(config, radius=2)]


class Holder:
    CONFIG: ClassVar[BlurConfig] = BlurConfig(sigma=1.0)
    configs = tuple(BlurConfig(sigma=sigma / 2) for sigma in range(3))


by_default()
replace(Holder.CONFIG, sigma=2.0)
replace(Holder.configs[0], sigma=3.0)


# 19: a requirement that is met by a default
@dataclass(frozen=True)
class StreamConfig(OperatorConfig):
    """A stream by default."""

    stream_name: Annotated[str, MinLen(1)] | None = "aug"
    seed: int | None = None

    rules: ClassVar[tuple[Rule, ...]] = (requires("seed", "stream_name"),)


StreamConfig(stochastic=True)
StreamConfig(seed=0)
StreamConfig(seed=None, stream_name=None)


# 20: a config that is compared, hashed and printed
print(StreamConfig(seed=1) == replace(StreamConfig(), seed=1), hash(of_radius), of_radius)

# 21: a value that is cast on the way
BlurConfig(radius=int(2.5), chance=float("0.5"), title=str("blur"))
BlurConfig(radius=round(2.5) or None, chance=float(True))
