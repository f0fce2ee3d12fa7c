"""Edits of one module that change what is reported in another: of rules, constraints, constants."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from tests.typecheck_expectations import Expectation

_seconds = count(1)


@dataclass(frozen=True, slots=True)
class Edit:
    """A text in one module, replaced.

    Attributes:
        file: the module.
        old: the text, once in it.
        new: what stands there after the edit, once too.
        gone: which reports are gone then: module, part of the message.
        come: which reports have come then: module, a text on the line, code, part of the message.
    """

    file: str
    old: str
    new: str
    gone: tuple[tuple[str, str], ...] = ()
    come: tuple[tuple[str, str, str, str], ...] = ()

    def apply(self, folder: Path) -> None:
        """Edit the module in a folder of programs."""
        _rewrite(folder / self.file, self.old, self.new)

    def undo(self, folder: Path) -> None:
        """Take the edit back."""
        _rewrite(folder / self.file, self.new, self.old)

    def expected(self, before: Iterable[Expectation], folder: Path) -> list[Expectation]:
        """Return what is expected after the edit, given what was before it."""
        kept = [one for one in before if not self._takes_away(one)]
        return kept + [
            Expectation(file, _line(folder / file, text), code, part)
            for file, text, code, part in self.come
        ]

    def _takes_away(self, one: Expectation) -> bool:
        return any(one.file == file and part in one.part for file, part in self.gone)


def _rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1, f"{path}: expected {old!r} once"
    path.write_text(text.replace(old, new))
    # mypy takes a file of the same size and of the same second for the same file.
    later = path.stat().st_mtime + next(_seconds)
    os.utime(path, (later, later))


def _line(path: Path, text: str) -> int:
    found = [at for at, line in enumerate(path.read_text().splitlines(), 1) if text in line]
    assert len(found) == 1, f"{path}: expected one line with {text!r}"
    return found[0]


_MAY_DRAW: Final = '''random_params: Float[Array, ""] | None = None
    ) -> Float[Array, "h w c"]:
        """Return the lighter image."""
        light = self.config.strength if random_params is None else random_params
        return image + light
'''
_MUST_DRAW: Final = '''random_params: Float[Array, ""]
    ) -> Float[Array, "h w c"]:
        """Return the lighter image."""
        return image + random_params
'''

RULE_EDITS: Final = {
    "a rule": Edit(
        "fail/studio/configs.py",
        'exclusive("radius", "sigma")',
        'Rule("requires", ("radius", "sigma"))',
        gone=(
            ("fail/studio/train.py", "radius and sigma: expected at most one"),
            ("fail/studio/app.py", "radius and sigma: expected at most one"),
            ("fail/studio/requests.py", "radius and sigma: expected at most one"),
        ),
        come=(
            (
                "fail/studio/configs.py",
                "of_radius: Final",
                "datarax-config",
                "GlowConfig is refused: sigma: expected a value, since radius=4, got None",
            ),
        ),
    ),
    "a constraint": Edit(
        "pass/shop/settings.py",
        "size: Annotated[int, Gt(0)] = field(default=Size.SMALL.value, kw_only=True)",
        "size: Annotated[int, Gt(3)] = field(default=Size.LARGE.value, kw_only=True)",
        come=(
            (
                "pass/shop/pipeline.py",
                "replace(crop, size=Size.SMALL",
                "datarax-config",
                "CropConfig is refused: size: expected a number > 3, got",
            ),
        ),
    ),
    "an alias beside the class": Edit(
        "fail/studio/configs.py",
        "Annotated[float, Interval(ge=0, le=1)]",
        "Annotated[float, Interval(ge=0, le=4)]",
        gone=(
            ("fail/studio/train.py", "share: expected a number <= 1"),
            ("fail/studio/requests.py", "share: expected a number <= 1"),
        ),
    ),
    "an alias elsewhere": Edit(
        "fail/units.py",
        "Annotated[float, Interval(ge=-1, le=1)]",
        "Annotated[float, Interval(ge=-2, le=2)]",
        gone=(
            ("fail/field_aliases.py", "delta: expected a number >= -1, got -2.0"),
            ("fail/field_aliases.py", "span[1]: expected a number <= 1, got 1.5"),
        ),
    ),
    "a constant": Edit(
        "fail/limits.py",
        "LOWEST: Final = -1.5",
        "LOWEST: Final = -0.5",
        gone=(("fail/values_named.py", "gain: expected a number >= -1, got -1.5"),),
    ),
    "a config": Edit(
        "pass/shop/settings.py",
        "drawn_crop = CropConfig(field_key=IMAGE, stochastic=True, stream_name=STREAM)",
        'drawn_crop = CropConfig(field_key=IMAGE, stochastic=True, stream_name="draw")',
        come=(
            (
                "pass/shop/pipeline.py",
                "Crop(shop.settings.drawn_crop, rngs=nnx.Rngs(augment=0))",
                "datarax-operator",
                "Crop cannot be made: rngs: expected the random stream 'draw', got 'augment'",
            ),
        ),
    ),
    "an operator": Edit(
        "fail/studio/glow.py",
        _MAY_DRAW,
        _MUST_DRAW,
        come=(
            (
                "fail/studio/train.py",
                "Glow(still).copy(config=drawing)",
                "datarax-operator",
                "Glow cannot be made: config: expected stochastic=True",
            ),
            (
                "fail/studio/requests.py",
                'Glow(GlowConfig(field_key="image"))',
                "datarax-operator",
                "Glow cannot be made: config: expected stochastic=True",
            ),
        ),
    ),
}

__all__ = ["RULE_EDITS", "Edit"]
