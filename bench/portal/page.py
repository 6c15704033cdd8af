"""The page: the figures in a table, and the goals in words."""

from collections.abc import Callable

from spread import MEGABYTE, Spread, machine

from portal.figures import Figures

RATIO = 1.3
REQUESTS = 20
LIMIT = 200  # megabytes
_QUIET = 0.5
_BUSY = """
The machine was busy with other work (load average {load:.1f} before the start), so the times
are too long and vary widely. Ratios of one run, processor time, requests and memory are valid."""

_PAGE = """\
# Scale on a research portal

<!-- Written by `make bench`; do not edit. -->

For administrators of large portals. Afterwards you know the requests, the time and the memory of
`puhuri apply` without changes, by number of projects. [Requests in a run](portal.md) has the
formula for the requests.

Every project has {members} members, and every person is in one project only: the worst case, because a
page of members has a hundred people.

{table}

Medians of {runs} runs, with minimum and maximum in brackets, on
{machine}.{busy}

## What is measured

- **A no-op** reads the portal, plans, and applies the plan, which is empty here. Reading the
  document is not included.
- **The same requests alone** are the requests of the no-op, sent with httpx2 and four at a time.
  The answers are read and dropped. They follow in the same run, in a separate process. The ratio
  compares the two times of one run.
- **At the pace of Waldur**, the portal answers 57 requests a second, one after another. That is
  what a Waldur 7.0.7 was measured to answer to one token, with four requests at a time.
- **At once**, the portal has every answer ready. No real portal is as fast: the figures show the
  time of the program itself.
- **Peak memory** is the maximum of the process, with interpreter, libraries, document and no-op.

The portal is the test portal of this project, over loopback, in a separate process. Its memory is
not counted.

## Goals

{goals}

## Repeat it

`make bench` measures all figures and writes this page. `tox -e bench -- portal` measures only this
page.
"""


def text(figures: list[Figures], runs: int, load: float = 0.0) -> str:
    """Return the page; `load` is the load average before the first run."""
    return _PAGE.format(
        members=figures[0].members,
        table=table(figures),
        runs=runs,
        machine=machine(),
        busy=_BUSY.format(load=load) if load > _QUIET else "",
        goals="\n".join(goals(figures)),
    )


def table(figures: list[Figures]) -> str:
    """Return the figures as a Markdown table, one column a size."""
    rows = [
        ["projects", *(f"{size.projects:,}" for size in figures)],
        ["---", *("---:" for _ in figures)],
        _row("members in all", figures, lambda size: f"{size.projects * size.members:,}"),
        _row("**requests of a no-op**", figures, lambda size: str(size.requests)),
        _row("those that are pages of a list", figures, lambda size: str(size.pages)),
        _row("answers, MB", figures, lambda size: f"{_megabytes_read(size):.1f}"),
        _row("a no-op at the pace of Waldur, s", figures, lambda size: _two(size.paced.of("wall"))),
        _row("the same requests alone, s", figures, lambda size: _two(size.paced.raw_of("wall"))),
        _row("**ratio**", figures, lambda size: _two(size.paced.ratio)),
        _row("a no-op, answered at once, s", figures, lambda size: _two(size.instant.of("wall"))),
        _row("the same requests alone, s", figures, lambda size: _two(size.instant.raw_of("wall"))),
        _row(
            "own processor time of a no-op, s", figures, lambda size: _two(size.instant.of("cpu"))
        ),
        _row("memory before the first request, MB", figures, lambda size: _whole(size.loaded)),
        _row("**peak memory, MB**", figures, lambda size: _whole(size.peak)),
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def goals(figures: list[Figures]) -> list[str]:
    """Return each goal at its size, and whether it is met."""
    smallest, largest = figures[0], figures[-1]
    ratio, peak = smallest.paced.ratio.median, largest.peak.median
    others = smallest.requests - smallest.pages
    return [
        f"A no-op with {smallest.projects:,} projects, or as many as the goal says:",
        "",
        f"- At most {REQUESTS} requests and one for each page: {others} and {smallest.pages}. "
        + _met(others <= REQUESTS),
        f"- In {RATIO} times the same requests alone, at the pace of Waldur: {ratio:.2f}. "
        + _met(ratio <= RATIO),
        f"- The process under {LIMIT} MB with {largest.projects:,} projects: {peak:.0f} MB. "
        + _met(peak < LIMIT),
    ]


def _megabytes_read(figures: Figures) -> float:
    return figures.instant.raw_of("bytes").median / MEGABYTE


def _met(holds: bool) -> str:  # noqa: FBT001
    return "**Met.**" if holds else "**Not met.**"


def _row(title: str, figures: list[Figures], cell: Callable[[Figures], str]) -> list[str]:
    return [title, *(cell(size) for size in figures)]


def _two(figure: Spread) -> str:
    return f"{figure.median:.2f} ({figure.low:.2f}-{figure.high:.2f})"


def _whole(figure: Spread) -> str:
    return f"{figure.median:.0f} ({figure.low:.0f}-{figure.high:.0f})"
