"""The plot: one bar a way, in seconds: a no-op at each size, and a first apply."""

from pathlib import Path

import drawing  # before pyplot: it chooses how to draw
from matplotlib import pyplot
from matplotlib.axes import Axes

from speed.figures import Figures, Way

_FIRST = {
    Way.FIRST: "first apply",
    Way.WRITES: "(b) encoded already",
    Way.KUBECTL: "(c) kubectl apply",
    Way.LOOP: "(d) one after another",
}


def draw(figures: list[Figures], path: Path) -> None:
    """Draw the figures into an SVG file."""
    panels = [(f"No-op at {one.profiles:,} by {one.contributors}, s", one, _noop(one)) for one in figures]
    panels.append((f"First apply at {figures[0].profiles:,} by {figures[0].contributors}, s", figures[0], _FIRST))
    canvas, axes = pyplot.subplots(1, len(panels), figsize=(7, 1.8), layout="constrained")
    for one, (title, found, ways) in zip(axes, panels, strict=True):
        _bars(one, title, [(label, found.of(way, "wall").median) for way, label in ways.items() if found.runs[way]])
    drawing.save(canvas, path)


def _noop(figures: Figures) -> dict[Way, str]:
    return {Way.NOOP: "no-op", figures.raw: "(a) lists, raw"}


def _bars(axes: Axes, title: str, bars: list[tuple[str, float]]) -> None:
    labels, values = zip(*bars, strict=True)
    colours = ["tab:blue", *("0.75" for _ in values[1:])]
    drawn = axes.barh(labels, values, color=colours, height=0.6)
    axes.bar_label(drawn, fmt=lambda value: f"{value:.3g}", padding=2)
    axes.set_title(title, loc="left")
    axes.invert_yaxis()
    axes.set_xlim(0, 1.25 * max(values))
    axes.tick_params(length=0)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
