"""Each hook reports where it should, and one that fails takes nothing else with it."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.mypy_plugin import broken_mypy
from tests.mypy_plugin.broken_mypy import PARTS
from tests.typecheck_expectations import Report, mypy_reports
from tests.typecheck_mypy import mypy_options, write_config

# One mistake for each hook, with its name.
PROGRAM = """\
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Annotated, ClassVar, TypeAlias

import jax
from annotated_types import Gt
from flax import nnx
from jaxtyping import Array, Float

from datarax_typed import ModalityOperator, ModalityOperatorConfig, Rule, exclusive

Positive: TypeAlias = Annotated[float, Gt(0)]


@dataclass(frozen=True)
class GlowConfig(ModalityOperatorConfig):
    strength: Annotated[float, Gt(0)] = field(default=1.0, kw_only=True)
    share: Positive = field(default=1.0, kw_only=True)


@dataclass(frozen=True)
class WideConfig(GlowConfig):
    rules: ClassVar[tuple[Rule, ...]] = (exclusive("share", "strenght"),)  # class


class Glow(ModalityOperator[GlowConfig]):
    def transform(self, image: Float[Array, "h w c"]) -> Float[Array, "h w c"]:
        return image

    def sample_params(self, key: jax.Array, element_shapes: object) -> jax.Array:
        return key


class Wide(Glow):
    def transform(self, image):  # type: ignore[no-untyped-def]  # method
        return image


number: int = "text"  # plain
drawing = GlowConfig(field_key="image", stochastic=True, stream_name="aug")
GlowConfig(field_key="")  # inherited
GlowConfig(field_key="image", strength=-1.0)  # constraint
GlowConfig(field_key="image", share=-1.0)  # alias
replace(drawing, stream_name=None)  # replace
begun = partial(GlowConfig, field_key="")
begun()  # partial
Glow(drawing)  # operator
noise = nnx.Rngs(noise=0)
Glow(drawing, rngs=noise)  # streams
Glow(GlowConfig(field_key="image")).copy(config=drawing)  # copy
"""
# Each with the column of the argument.
REPORTED = """\
class: 61: WideConfig has rules over unknown fields: rules: exclusive: expected a field of \
WideConfig, got 'strenght'; did you mean 'strength'?
method: 5: Wide.transform: expected annotations, got none for 'image' and the return value; \
what is not annotated is not checked
inherited: 22: GlowConfig is refused: field_key: expected a length of at least 1, got '' \
(rule: MinLen(min_length=1))
constraint: 40: GlowConfig is refused: strength: expected a number > 0, got -1.0 (rule: Gt(gt=0))
alias: 37: GlowConfig is refused: share: expected a number > 0, got -1.0 (rule: Gt(gt=0))
replace: 30: GlowConfig is refused: stream_name: expected a value, since stochastic=True, got \
None; give stream_name, or leave out stochastic (rule: requires('stochastic', 'stream_name'))
partial: 1: GlowConfig is refused: field_key: expected a length of at least 1, got '' \
(rule: MinLen(min_length=1))
operator: 6: Glow cannot be made: rngs: expected random numbers, since its config says \
stochastic=True, got None; give rngs=nnx.Rngs(aug=0)
streams: 20: Glow cannot be made: rngs: expected the random stream 'aug', got 'noise'; \
give rngs=nnx.Rngs(aug=0)
copy: 49: Glow cannot be made: rngs: expected random numbers, since its config says \
stochastic=True, got None; give rngs=nnx.Rngs(aug=0)
"""
LINES = PROGRAM.splitlines()
MISTAKES = {
    line.rpartition("  # ")[2]: number for number, line in enumerate(LINES, 1) if "  # " in line
}
# What is not reported where a part fails.
LOST: Mapping[str, set[str]] = {
    "type_names": {"alias"},
    "type_name": {"constraint", "alias"},
    "alias": {"alias"},
    "base_classes": {"class", "method"},
    "config_class": {"class"},
    "operator_class": {"method"},
    # Of a module's own functions and methods: `partial` is none.
    "functions": {"inherited", "constraint", "alias", "replace", "operator", "streams", "copy"},
    "config": {"inherited", "constraint", "alias", "replace", "operator", "streams", "copy"},
    "replacement": {"replace"},
    "operator": {"operator", "streams", "copy"},
    "generators": {"streams"},
    "partial": {"partial"},
    "methods": {"copy"},
    "partial_call": {"partial"},
    "copy": {"copy"},
}


@dataclass(frozen=True)
class Run:
    """What became of a run of mypy."""

    status: int
    reports: list[Report]
    said: list[str]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, mypy_cache: Path) -> Run:
    """mypy over a copy of the program for each part, which fails in it; and over a whole one."""
    folder = tmp_path_factory.mktemp("hooks")
    write_config(folder)
    for name in ("whole", *(f"broken_{part}" for part in PARTS)):
        (folder / f"{name}.py").write_text(PROGRAM)
    command = [sys.executable, str(broken_mypy.__file__), *mypy_options(mypy_cache), "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return Run(done.returncode, mypy_reports(done.stdout), done.stderr.splitlines())


def found(run: Run, module: str) -> set[int]:
    return {report.line for report in run.reports if report.file == f"{module}.py"}


def test_mypy_ends_normally(run: Run) -> None:
    assert run.status == 1
    assert len({report.file for report in run.reports}) == len(PARTS) + 1


def test_all_mistakes_are_reported_at_the_line_and_column_of_the_argument(run: Run) -> None:
    shown = [
        f"{LINES[report.line - 1].rpartition('  # ')[2]}: {report.column}: {report.message}"
        for report in run.reports
        if report.file == "whole.py" and report.code.startswith("datarax-")
    ]
    assert shown == REPORTED.splitlines()


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_fails_takes_nothing_else_with_it(part: str, run: Run) -> None:
    lost = {name for name, line in MISTAKES.items() if line not in found(run, f"broken_{part}")}
    assert lost == LOST[part]
    assert "plain" not in lost


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_fails_is_said(part: str, run: Run) -> None:
    said = {line for line in run.said if f"{part} is broken" in line}
    (only,) = said
    start, _, place = only.partition(" (in ")
    assert start == (
        "datarax_typed.mypy_plugin: a check failed within the plugin and was left out; "
        "everything else was checked. Please report this to the authors of datarax-typed, with "
        f"the code that was checked and this line: RuntimeError: {part} is broken"
    )
    assert place.startswith("broken, line ")
