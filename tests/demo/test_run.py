"""The whole demo, once, with few steps."""

import re
import shlex
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np
import pytest
from flax import nnx
from PIL import Image

from datarax_typed.cli import main
from datarax_typed.demo.pipeline import pipeline
from datarax_typed.demo.run import CHECK, DemoFailedError, told_fall
from datarax_typed.demo.training import bit_equal, load


class Ran(NamedTuple):
    status: int
    out: Path
    text: str


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    out = tmp_path_factory.mktemp("demo") / "out"
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as printed:
        for variable in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
            patch.delenv(variable, raising=False)
        # As wide as the longest message, so that none of its lines is folded.
        patch.setenv("COLUMNS", "160")
        status = main(["demo", "--out", str(out), "--steps", "6"])
    lines = [line.rstrip() for line in printed.getvalue().splitlines()]
    return Ran(status, out, "\n".join(lines))


def test_every_part_is_shown(ran: Ran) -> None:
    assert ran.status == 0
    headings = [line for line in ran.text.splitlines() if line[:3] in {f"{n}  " for n in range(9)}]
    assert headings == [
        "1  The stages, traced before any data",
        "2  Operators and model learn together",
        "3  A restored run is the same run",
        "4  What the operators do",
        "5  Three mistakes, and the errors that a user gets",
    ]
    assert (
        "Bit-equal: 3 losses, their gradients, and all of the final state: parameters, optimiser, "
        "random streams and counts."
    ) in ran.text


def test_the_command_that_is_shown_works(ran: Ran, capsys: pytest.CaptureFixture[str]) -> None:
    assert CHECK in ran.text
    assert main(shlex.split(CHECK.replace("\\\n", ""))[1:]) == 0
    assert capsys.readouterr().out.endswith("All contracts hold.\n")


def test_the_loss_falls_and_operators_learn(ran: Ran) -> None:
    assert "in the first 1 of 6 steps" in ran.text
    lines = [line.split() for line in ran.text.splitlines() if line]
    rows = [line for line in lines if line and re.match(r"\w+Operator\.[\w.]+$", line[0])]
    names = [row[0].partition("Operator.")[2] for row in rows]
    assert names == [
        "crop_scale",
        "rotation_angle",
        "gain_db",
        "noise_db",
        "fusion_weights",
        "space.log_temperature",
    ]
    for _, *numbers in rows:
        at_first, (gradient, *at_last) = numbers[: len(numbers) // 2], numbers[len(numbers) // 2 :]
        assert float(gradient) > 0
        assert at_first != at_last


def test_the_errors_are_those_that_a_user_gets(ran: Ran) -> None:
    lines = ran.text.splitlines()
    shown = lines[lines.index("5  Three mistakes, and the errors that a user gets") + 2 :]
    assert shown == [
        "a config that breaks its rules, noticed when it is built:",
        "    ConfigError: RotationOperatorConfig is refused (3):",
        (
            "      - stream_name: expected a value, since stochastic=True, got None; "
            "give stream_name, or leave out stochastic"
        ),
        (
            "      - auxiliary_fields: expected no item equal to field_key, got ['mask', 'image']; "
            "remove 'image' from auxiliary_fields"
        ),
        (
            "      - angle_degrees_range: expected strictly increasing numbers, got (30.0, -30.0); "
            "put the smaller number first"
        ),
        "",
        "pictures without a colour axis, noticed when JAX traces:",
        "    ContractError: ToFloatOperator.transform at stages[0] does not fit its contract:",
        (
            '      - data["image"]: expected Bool[Array, "h w c"] | Real[Array, "h w c"], '
            "got uint8[64,64]"
        ),
        "",
        "a checkpoint of another model, noticed when it is restored:",
        (
            "    CheckpointError: CompositeOperatorModule: the state does not fit, "
            "nothing was restored:"
        ),
        (
            '      - state["stages"]["7"]["caption"]["words"]["embedding"]: '
            "expected float32[40,32], got float32[67,32]"
        ),
        "",
        "After each, nothing is half-changed.",
    ]


@pytest.mark.parametrize(("name", "least"), [("contact_sheet.png", 800), ("loss.png", 600)])
def test_pictures_are_written(ran: Ran, name: str, least: int) -> None:
    with Image.open(ran.out / name) as picture:
        assert least < picture.width < 3000
        assert least / 2 < picture.height < 3000
        assert np.ptp(np.asarray(picture.convert("L"))) > 200


def test_the_checkpoint_is_of_the_middle(ran: Ran) -> None:
    state = load(ran.out / "checkpoint.pkl")
    assert int(state["optimizer"]["step"]) == 3
    assert {type(leaf) for leaf in jax.tree.leaves(state)} <= {np.ndarray, np.generic, bool, int}
    assert {path.name for path in ran.out.iterdir()} == {
        "checkpoint.pkl",
        "contact_sheet.png",
        "loss.png",
    }


def test_a_loss_that_does_not_fall_is_told() -> None:
    assert told_fall([2.0, 1.0]) == (
        "Mean loss: 2.000 in the first 1 of 2 steps, 1.000 in the last (chance: 2.303)."
    )
    with pytest.raises(DemoFailedError, match="It did not fall; give more --steps"):
        told_fall([1.0, float("nan")])


def test_no_parameter_is_weakly_typed() -> None:
    leaves = jax.tree.leaves(nnx.state(pipeline(), nnx.Param))
    # After its first update it would not be any more, and the step would be compiled again.
    assert not any(leaf.weak_type for leaf in leaves)


def test_trees_are_compared_bit_by_bit() -> None:
    tree = {"a": np.zeros(2, np.float32), "b": np.array([np.nan], np.float32)}
    assert bit_equal(tree, {key: leaf.copy() for key, leaf in tree.items()})
    assert not bit_equal(tree, {**tree, "a": -tree["a"]})
    assert not bit_equal(tree, {**tree, "a": np.zeros(2, np.int32)})
    assert not bit_equal(tree, {**tree, "c": tree["a"]})
