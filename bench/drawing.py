"""Drawing for all plots: SVG with real text; the same figures always give the same file."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

mpl.use("svg")
mpl.rcParams.update(
    {
        "svg.hashsalt": "scale",
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.size": 8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titleweight": "bold",
        "axes.titlesize": 8,
    }
)


def save(canvas: Figure, path: Path) -> None:
    """Write a figure as SVG and release it."""
    from matplotlib import pyplot  # noqa: PLC0415 - after the settings

    canvas.savefig(path, metadata={"Date": None, "Creator": None})
    pyplot.close(canvas)
    path.write_text("\n".join(line.rstrip() for line in path.read_text().splitlines()) + "\n")
