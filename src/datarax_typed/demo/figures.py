"""The two pictures that the demo writes: a contact sheet, and the loss."""

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from datarax_typed.core.element_batch import Batch
from datarax_typed.demo.data import Scene, Vocabulary
from datarax_typed.demo.model import Prepared

MASK_COLOUR: Final = "#00e5ff"
BOX_COLOUR: Final = "#ffb300"
SOUND_COLOUR: Final = "#3f51b5"
QUIET_COLOUR: Final = "#9e9e9e"
_DPI: Final = 110


def contact_sheet(
    path: Path,
    before: Batch[Scene],
    after: Batch[Prepared],
    vocabulary: Vocabulary,
    rate_hz: int,
) -> None:
    """Write a picture of records before and after the operators, one a column.

    Args:
        path: the PNG file.
        before: the records.
        after: the same records after the operators.
        vocabulary: the words of their tokens.
        rate_hz: samples of sound a second.
    """
    count = len(before)
    figure = Figure(figsize=(2.3 * count, 7.6), layout="constrained")
    figure.suptitle("Before and after the operators: masks and boxes move along", fontsize=15)
    rows = figure.subplots(3, count, height_ratios=[3, 3, 1], squeeze=False)
    for column in range(count):
        old, new = before[column].data, after[column].data
        _draw_scene(rows[0, column], old, vocabulary)
        _draw_scene(rows[1, column], new, vocabulary)
        _draw_sound(rows[2, column], old, new, rate_hz)
    for row, label in enumerate(("before", "after", "sound")):
        rows[row, 0].set_ylabel(label, fontsize=13)
    figure.legend(handles=_legend(), loc="outside lower center", ncols=4, frameon=False)
    figure.savefig(path, dpi=_DPI)


def _draw_scene(axes: Axes, scene: Scene | Prepared, vocabulary: Vocabulary) -> None:
    axes.imshow(np.asarray(scene["image"]))
    mask = np.asarray(scene["mask"])
    if mask.any() and not mask.all():
        axes.contour(mask, levels=[0.5], colors=MASK_COLOUR, linewidths=1.5)
    for x_min, y_min, x_max, y_max in np.asarray(scene["boxes"]) - 0.5:
        size = (x_max - x_min, y_max - y_min)
        axes.add_patch(Rectangle((x_min, y_min), *size, fill=False, color=BOX_COLOUR, lw=1.5))
    caption = vocabulary.decode(np.asarray(scene["tokens"]))
    axes.set_title(fill(caption, 26), fontsize=9, family="monospace")
    axes.set(xticks=[], yticks=[])


def _draw_sound(axes: Axes, old: Scene, new: Prepared, rate_hz: int) -> None:
    milliseconds = np.arange(old["sound"].shape[0]) / rate_hz * 1e3
    axes.plot(milliseconds, np.asarray(new["sound"]), color=SOUND_COLOUR, linewidth=0.4)
    axes.plot(milliseconds, np.asarray(old["sound"]), color=QUIET_COLOUR, linewidth=0.4)
    axes.set(ylim=(-2, 2), yticks=[])
    axes.set_xlabel("ms", fontsize=8)
    axes.tick_params(labelsize=7)


def _legend() -> list[Line2D]:
    names = {
        "mask": MASK_COLOUR,
        "box": BOX_COLOUR,
        "sound before": QUIET_COLOUR,
        "sound after": SOUND_COLOUR,
    }
    return [Line2D([], [], color=colour, label=name) for name, colour in names.items()]


def loss_curve(path: Path, losses: Sequence[float], restored: Sequence[float], batch: int) -> None:
    """Write a picture of the loss, and of the loss after a restored checkpoint on top of it.

    Args:
        path: the PNG file.
        losses: of every step of the training that was never interrupted.
        restored: of the last steps again, after a restore in the middle.
        batch: how many captions each scene is compared with.
    """
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    saved = len(losses) - len(restored)
    steps = np.arange(1, len(losses) + 1)
    axes.plot(steps, losses, color=SOUND_COLOUR, linewidth=3, alpha=0.35, label="uninterrupted")
    axes.plot(steps[saved:], restored, color="#d84315", linewidth=1, label="after the restore")
    axes.axvline(saved + 0.5, color=QUIET_COLOUR, linestyle="--", label="checkpoint")
    axes.axhline(np.log(batch), color=QUIET_COLOUR, linestyle=":", label=f"chance: ln {batch}")
    axes.set(xlabel="step", ylabel="contrastive loss (nats)", ylim=(0, None))
    axes.set_title("Operators and model learn together; a restored run is the same run")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    figure.savefig(path, dpi=_DPI)


__all__ = ["contact_sheet", "loss_curve"]
