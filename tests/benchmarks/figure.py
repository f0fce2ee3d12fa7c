"""The figure of growth: three panels, and the same bytes from the same numbers."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tests.benchmarks.rows import Outcome, Result

_PANELS: Final = {
    "batch": "records in a batch",
    "stages": "stages of a chain",
    "fields": "fields of a record",
}
_COLOURS: Final = {"ours": "#0b6e4f", "by hand": "#c1666b", "datarax": "#8d99ae"}
_STYLES: Final = {"call": "-", "first-call": "--"}


def draw(outcomes: Sequence[Outcome], path: Path) -> None:
    """Write the figure as SVG.

    Raises:
        ValueError: no row of growth was measured.
    """
    curves = dict(_curves(outcomes))
    if not curves:
        raise ValueError("--figure: expected rows of growth, got none; add --rows growth")
    # No random ids: the same numbers give the same file.
    with rc_context({"svg.hashsalt": "growth", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(10, 3.6), layout="constrained")
        for axes, (panel, label) in zip(figure.subplots(1, 3), _PANELS.items(), strict=True):
            _draw_panel(axes, {kind: r for (name, kind), r in curves.items() if name == panel})
            axes.set_xlabel(label)
        figure.axes[0].set_ylabel("seconds")
        lines = {str(line.get_label()): line for axes in figure.axes for line in axes.lines}
        figure.legend(handles=lines.values(), loc="outside upper center", ncols=6)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def _curves(outcomes: Sequence[Outcome]) -> Iterator[tuple[tuple[str, str], Result]]:
    for outcome in outcomes:
        family, _, rest = outcome.row.name.partition("/")
        if family == "growth" and outcome.result is not None:
            panel, _, kind = rest.partition("/")
            yield (panel, kind), outcome.result


def _draw_panel(axes: Axes, curves: dict[str, Result]) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.grid(alpha=0.3)
    for kind, result in curves.items():
        for name, series in result.series.items():
            label = f"{name}, {kind.replace('-', ' ')}"
            sizes, seconds = list(series), list(series.values())
            axes.plot(sizes, seconds, _STYLES[kind], color=_COLOURS[name], label=label, marker=".")
