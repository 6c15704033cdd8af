"""The plot: one bar a way, in seconds on a logarithmic scale.

A no-op at each size, and a first apply.
"""

from collections.abc import Mapping
from pathlib import Path

import drawing  # before pyplot: it chooses how to draw
from matplotlib import pyplot
from matplotlib.axes import Axes

from speed.figures import Figures, Way

_WIDTH, _ROW, _TITLE = 7.0, 0.21, 0.38  # inches
_MARGIN = 0.2  # inches; a viewer may have a wider font than this machine
_ROOM = 2.5  # times the longest bar, for the number behind it
_TICKS = {
    0.01: "0.01 s",
    0.1: "0.1 s",
    1: "1 s",
    10: "10 s",
    60: "1 min",
    600: "10 min",
    3600: "1 h",
}
_OURS = "profiles-management"
_FIRST = {
    Way.FIRST: _OURS,
    Way.WRITES: "(d) the same writes alone",
    Way.KUBECTL: "(e) kubectl apply",
    Way.LOOP: "(f) one request after another",
}


def draw(figures: list[Figures], path: Path) -> None:
    """Draw the figures into an SVG file, one panel below the other, all on one scale."""
    panels = [(f"Is there anything to do? {_size(one)}", _bars(one, _noop(one))) for one in figures]
    if figures[0].runs[Way.FIRST]:
        panels.append((f"First apply. {_size(figures[0])}", _bars(figures[0], _FIRST)))
    heights = [_TITLE + _ROW * len(bars) for _, bars in panels]
    canvas, grid = pyplot.subplots(
        len(panels),
        figsize=(_WIDTH, sum(heights)),
        height_ratios=[len(bars) for _, bars in panels],  # the titles come on top of these
        layout="constrained",
        sharex=True,
        squeeze=False,
    )
    engine = canvas.get_layout_engine()
    assert engine is not None
    engine.set(w_pad=_MARGIN)
    for axes, (title, bars) in zip(grid.flat, panels, strict=True):
        _panel(axes, title, bars)
    _scale(grid.flat[-1], [seconds for _, bars in panels for seconds in bars.values()])
    drawing.save(canvas, path)


def _noop(figures: Figures) -> dict[Way, str]:
    return {
        Way.NOOP: _OURS,
        figures.raw: "(a) the same lists alone",
        Way.LOOK: "(b) one request after another",
        Way.DIFF: "(c) kubectl diff",
    }


def _size(figures: Figures) -> str:
    return f"{figures.profiles:,} profiles of {figures.contributors} contributors"


def _bars(figures: Figures, ways: Mapping[Way, str]) -> dict[str, float]:
    return {
        label: figures.of(way, "wall").median for way, label in ways.items() if figures.runs[way]
    }


def _panel(axes: Axes, title: str, bars: Mapping[str, float]) -> None:
    colours = ["tab:blue" if label == _OURS else "0.75" for label in bars]
    drawn = axes.barh(list(bars), list(bars.values()), color=colours, height=0.65)
    axes.bar_label(drawn, fmt=lambda value: f"{value:.3g} s", padding=3)
    axes.set_title(title, loc="left")
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.set_axisbelow(True)
    axes.grid(axis="x", color="0.9")
    axes.spines[["left", "bottom"]].set_visible(False)


def _scale(axes: Axes, seconds: list[float]) -> None:
    """Draw all panels on one scale that shows a second and some minutes alike."""
    axes.set_xscale("log")
    shortest = max((tick for tick in _TICKS if tick < min(seconds)), default=min(_TICKS))
    axes.set_xlim(shortest, _ROOM * max(seconds))
    shown = {
        tick: label for tick, label in _TICKS.items() if shortest <= tick <= _ROOM * max(seconds)
    }
    axes.set_xticks(list(shown), list(shown.values()), minor=False)
    axes.set_xticks([], minor=True)
