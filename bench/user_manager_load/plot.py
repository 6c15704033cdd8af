"""The plot: the median time of each call over the number of users."""

from pathlib import Path

import drawing  # before pyplot: it chooses how to draw
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullLocator

from user_manager_load.page import by_database
from user_manager_load.run import Figures


def draw(figures: list[Figures], path: Path) -> None:
    """Draw the figures into an SVG file, one plot a database."""
    databases = by_database(figures)
    canvas, plots = pyplot.subplots(
        1, len(databases), figsize=(7, 2.9), layout="constrained", sharey=True, squeeze=False
    )
    for axes, (database, rows) in zip(plots[0], databases.items(), strict=True):
        _draw(axes, database, rows)
    plots[0][-1].legend(frameon=False, fontsize=6)
    drawing.save(canvas, path)


def _draw(axes: Axes, database: str, rows: list[Figures]) -> None:
    sizes = [row.users for row in rows]
    for call in rows[0].calls:
        times = [row.calls[call]["p50"] * 1000 for row in rows]
        axes.plot(sizes, times, label=call, marker="o", markersize=3)
    axes.set_title(f"{database}: median, ms", loc="left")
    axes.set_xlabel("users")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_locator(NullLocator())
