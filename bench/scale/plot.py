"""The plot: time and memory over the number of profiles, both axes logarithmic."""

from pathlib import Path

import drawing  # before pyplot: it chooses how to draw
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullLocator

from scale.figures import Figures

_LINES = (
    ("yaml.load alone", "0.6", "--", lambda one: one.yaml_load.median),
    ("whole no-op", "black", "-", lambda one: one.of("noop").median),
    ("load and validate", "tab:blue", "-", lambda one: one.of("load").median),
    ("observe", "tab:orange", "-", lambda one: one.of("observe").median),
    ("plan", "tab:green", "-", lambda one: one.of("check", "plan").median),
)
LIMIT = 512


def draw(figures: list[Figures], path: Path) -> None:
    """Draw the figures into an SVG file."""
    canvas, (time, memory) = pyplot.subplots(1, 2, figsize=(7, 2.9), layout="constrained")
    sizes = [one.profiles for one in figures]
    for label, colour, dashes, value in _LINES:
        time.plot(
            sizes,
            [value(one) for one in figures],
            dashes,
            color=colour,
            label=label,
            marker="o",
            markersize=3,
        )
    time.legend(frameon=False, fontsize=7)
    _axes(time, "Time, s", sizes)
    memory.plot(
        sizes, [one.peak.median for one in figures], color="black", marker="o", markersize=3
    )
    memory.axhline(LIMIT, color="0.6", linestyle="--")
    memory.annotate(
        f"goal: {LIMIT} MB",
        (sizes[0], LIMIT),
        xytext=(0, 3),
        textcoords="offset points",
        color="0.4",
    )
    _axes(memory, "Peak memory of the process, MB", sizes)
    memory.set_ylim(10, 1000)
    drawing.save(canvas, path)


def _axes(axes: Axes, title: str, sizes: list[int]) -> None:
    axes.set_title(title, loc="left")
    axes.set_xlabel("profiles")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.grid(visible=True, color="0.9")
