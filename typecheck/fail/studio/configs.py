"""Configs that are right by themselves; what is made of them elsewhere is not."""

from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, ClassVar, Final, TypeAlias

from annotated_types import Gt, Interval

from datarax_typed import ModalityOperatorConfig, Rule, exclusive

Share: TypeAlias = Annotated[float, Interval(ge=0, le=1)]
LARGEST: Final = 4


@dataclass(frozen=True)
class GlowConfig(ModalityOperatorConfig):
    """A config of a user."""

    strength: Annotated[float, Gt(0)] = field(default=0.1, kw_only=True)
    share: Share = field(default=1.0, kw_only=True)
    radius: int | None = field(default=None, kw_only=True)
    sigma: float | None = field(default=None, kw_only=True)

    rules: ClassVar[tuple[Rule, ...]] = (exclusive("radius", "sigma"),)


still = GlowConfig(field_key="image")
drawing = GlowConfig(field_key="image", stochastic=True, stream_name="glow")
of_radius: Final = GlowConfig(field_key="image", radius=LARGEST)
strong = partial(GlowConfig, field_key="image", strength=10.0)
brightness = ModalityOperatorConfig(field_key="image", stochastic=True, stream_name="aug")
