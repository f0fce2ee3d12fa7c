"""A project of a user as it might be: what mypy is timed on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

# Twenty parts of four modules each: 250 lines, of which 25 make a config or an operator.
PARTS: Final = 20

_CONFIGS: Final = '''\
"""The configs of part {n}."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, ClassVar, Final, Literal, TypeAlias

from annotated_types import Ge, Gt, Interval, Len, MinLen

from datarax_typed import (
    BrightnessOperatorConfig,
    ModalityOperatorConfig,
    OperatorConfig,
    RotationOperatorConfig,
    Rule,
    exclusive,
    increasing,
    requires,
)

Share: TypeAlias = Annotated[float, Interval(ge=0, le=1)]
IMAGE: Final = "image_{n}"
STREAM: Final = "augment_{n}"
STRENGTHS: Final = (0.{n}1, 0.{n}2, 0.{n}4)


class Size(int, Enum):
    """Sizes of a crop."""

    SMALL = 2{n}
    LARGE = 4{n}


@dataclass(frozen=True)
class CropConfig{n}(ModalityOperatorConfig):
    """What is cut out, and where."""

    size: Annotated[int, Gt(0)] = field(default=Size.SMALL.value, kw_only=True)
    scale: Annotated[float, Gt(0)] | None = None
    ratio: Share | None = None
    margins: tuple[Share, Share] = field(default=(0.0, 1.0), kw_only=True)
    label: Annotated[str, MinLen(1)] | None = field(default=None, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (
        increasing("margins"),
        exclusive("scale", "ratio"),
        requires("ratio", "label"),
    )


@dataclass(frozen=True)
class NoiseConfig{n}(ModalityOperatorConfig):
    """How much noise is added."""

    strength: Annotated[float, Gt(0)] = 0.1
    kinds: Annotated[tuple[Literal["white", "pink"], ...], Len(1, 4)] = ("white",)
    weights: dict[str, Share] = field(default_factory=dict)


@dataclass(frozen=True)
class MixConfig{n}(OperatorConfig):
    """How two images are mixed."""

    left: Annotated[str, MinLen(1)] = "left"
    right: Annotated[str, MinLen(1)] = "right"
    alpha: Annotated[float, Ge(0), Gt(-1)] = 0.5


crop = CropConfig{n}(field_key=IMAGE, size=Size.LARGE)
drawn_crop = CropConfig{n}(field_key=IMAGE, stochastic=True, stream_name=STREAM, ratio=None)
wide_crop = CropConfig{n}(field_key=IMAGE, size=8 * {m}, margins=(0.1, 0.9), scale=2.0)
noise = NoiseConfig{n}(field_key=IMAGE, stochastic=True, stream_name=STREAM, strength=0.{n}5)
pink = NoiseConfig{n}(
    field_key=IMAGE,
    stochastic=True,
    stream_name="noise",
    kinds=("pink", "white"),
    weights={{"pink": 0.5, "white": 1 / {m}}},
    clip_range=(-1.0, 1.0),
)
mix = MixConfig{n}(left="image", right=IMAGE, alpha=STRENGTHS[0])
brightness = BrightnessOperatorConfig(
    field_key=IMAGE,
    stochastic=True,
    stream_name=STREAM,
    delta_range=(-STRENGTHS[0], STRENGTHS[0]),
)
rotation = RotationOperatorConfig(field_key=IMAGE, angle_degrees=10.0 + {m})
'''

_OPERATORS: Final = '''\
"""The operators of part {n}."""

from typing import TypedDict

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float, Int, Key

from datarax_typed import ModalityOperator, PyTree
from studio.part{n}.configs import CropConfig{n}, NoiseConfig{n}


class Photo{n}(TypedDict):
    """What an element holds."""

    image: Float[Array, "h w c"]
    label: Int[Array, ""]


class Crop{n}(ModalityOperator[CropConfig{n}]):
    """Cuts a square out of an image."""

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Int[Array, "2"]:
        height, width, _ = element_shapes[self.config.field_key]
        room = min(height, width) - self.config.size
        return jax.random.randint(key, (2,), 0, room + 1)

    def transform(
        self, image: Float[Array, "h w c"], random_params: Int[Array, "2"] | None = None
    ) -> Float[Array, "size size c"]:
        size = self.config.size
        if random_params is None:
            return image[:size, :size]
        top, left = random_params
        return jax.lax.dynamic_slice(image, (top, left, 0), (size, size, image.shape[2]))


class Noise{n}(ModalityOperator[NoiseConfig{n}]):
    """Adds noise of a learned colour."""

    def __init__(
        self, config: NoiseConfig{n}, *, rngs: nnx.Rngs | None = None, name: str | None = None
    ) -> None:
        super().__init__(config, rngs=rngs, name=name)
        self.tint = nnx.Param(jnp.ones(3))

    def sample_params(self, key: Key[Array, ""], element_shapes: PyTree) -> Float[Array, ""]:
        return jax.random.uniform(key, maxval=self.config.strength)

    def transform(
        self, image: Float[Array, "h w 3"], random_params: Float[Array, ""]
    ) -> Float[Array, "h w 3"]:
        return image + random_params * jnp.broadcast_to(self.tint[...], image.shape)
'''

_PIPELINE: Final = '''\
"""The pipelines of part {n}."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from flax import nnx

from datarax_typed import (
    BrightnessOperator,
    BrightnessOperatorConfig,
    CompositeOperatorModule,
    ContrastOperator,
    ContrastOperatorConfig,
    RotationOperator,
    ToFloatOperator,
    ToFloatOperatorConfig,
    chain,
)
from studio.part{n} import configs
from studio.part{n}.configs import IMAGE, STREAM, brightness, crop, drawn_crop, rotation
from studio.part{n}.operators import Crop{n}, Noise{n}


def pipeline(rngs: nnx.Rngs) -> CompositeOperatorModule:
    """Return all steps of part {n}."""
    return chain(
        ToFloatOperator(ToFloatOperatorConfig(field_key=IMAGE)),
        Crop{n}(drawn_crop, rngs=rngs),
        BrightnessOperator(brightness, rngs=rngs),
        RotationOperator(rotation, name="turn"),
        Noise{n}(configs.noise, rngs=rngs),
    )


def still(*, strong: bool = False) -> CompositeOperatorModule:
    """Return the steps that do not draw."""
    delta = 0.5 if strong else 0.{n}5
    return chain(
        Crop{n}(crop),
        BrightnessOperator(BrightnessOperatorConfig(field_key=IMAGE, delta=delta)),
        ContrastOperator(ContrastOperatorConfig(field_key=IMAGE, factor=1.0 + delta)),
    )


def sweep(strengths: Sequence[float]) -> list[BrightnessOperator]:
    """Return an operator for each strength."""
    return [
        BrightnessOperator(replace(brightness, delta_range=(-s, s)), rngs=nnx.Rngs(augment_{n}=i))
        for i, s in enumerate(strengths)
    ]


quiet = partial(BrightnessOperatorConfig, field_key=IMAGE, stochastic=True)
drawing = Noise{n}(configs.pink, rngs=nnx.Rngs(noise={m}), name="noise {n}")
copied = drawing.copy(config=configs.noise, rngs=nnx.Rngs(augment_{n}=1))
small = replace(crop, size=configs.Size.SMALL, label=f"small {{STREAM}}")
wide, tight = Crop{n}(configs.wide_crop), Crop{n}(small)
quick = quiet(stream_name=STREAM)
dark = BrightnessOperator(BrightnessOperatorConfig(field_key=IMAGE, delta=-0.{n}))
'''

_DATA: Final = '''\
"""Reading the records of part {n}: nothing of it makes a config."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Record:
    """A line of a file."""

    name: str
    label: int
    tags: list[str] = field(default_factory=list)
    scores: dict[str, float] = field(default_factory=dict)

    @property
    def best(self) -> str | None:
        """The tag of the highest score."""
        if not self.scores:
            return None
        return max(self.scores, key=lambda tag: self.scores[tag])


def records(path: Path) -> Iterator[Record]:
    """Yield the records of a file."""
    for number, line in enumerate(path.read_text().splitlines()):
        if not line.strip():
            continue
        try:
            read = json.loads(line)
        except ValueError as error:
            raise ValueError(f"{{path}}:{{number}}: {{error}}") from error
        yield Record(str(read["name"]), int(read["label"]), list(map(str, read.get("tags", ()))))


def counted(found: Sequence[Record], at_least: int = {m}) -> Mapping[str, int]:
    """Return how often each tag that is not rare occurs."""
    counts = Counter(tag for record in found for tag in record.tags)
    return {{tag: count for tag, count in counts.most_common() if count >= at_least}}


def split(found: Sequence[Record], share: float = 0.{n}9) -> tuple[list[Record], list[Record]]:
    """Return what is trained with, and what is tested with."""
    ordered = sorted(found, key=lambda record: (record.label, record.name))
    at = round(len(ordered) * share)
    return ordered[:at], ordered[at:]
'''

_MODULES: Final = {
    "__init__": '"""Part {n}."""\n',
    "configs": _CONFIGS,
    "operators": _OPERATORS,
    "pipeline": _PIPELINE,
    "data": _DATA,
}


def modules() -> Iterator[tuple[str, str]]:
    """Yield the path and the text of every module."""
    yield "studio/__init__.py", '"""A studio."""\n'
    for number in range(1, PARTS + 1):
        for name, text in _MODULES.items():
            part = f"{number:02}"
            yield f"studio/part{part}/{name}.py", text.format(n=part, m=number)


def write(folder: Path) -> None:
    """Write the project into a folder."""
    for name, text in modules():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


__all__ = ["PARTS", "modules", "write"]
