"""The page: the figures in a table, and the goals in words."""

from collections.abc import Callable

from spread import Spread, machine

from scale.figures import Figures, growth

LIMIT = 512
HALF = 0.5
NOISE = 1.1
_QUIET = 0.5
_BUSY = """
The machine was busy with other work (load average {load:.1f} before the start), so the times
are too long and vary widely. Ratios of one run, processor time, requests and memory are valid."""

_PAGE = """\
# Scale

<!-- Written by `make bench`; do not edit. -->

For administrators of large clusters. Afterwards you know the time and memory of a run, by number of
profiles.

The figures are for reading the document, observing the cluster and planning. Every profile has
{contributors} contributors and a quota. Every person is in one profile only, so that no result of
one profile can be reused for another. This gives up to {objects:,} objects.

![Time and memory over the number of profiles](../images/scale.svg)

{table}

Medians of {runs} runs, with minimum and maximum in brackets, on {machine}.{busy}

## What is measured

- **Load and validate** is `documents.load`: it reads a YAML file and returns a validated document.
- **`yaml.load` alone** reads the same file with PyYAML's `CSafeLoader`, with Python's garbage
  collector on. It follows in the same run, in a separate process. The ratio compares the two times
  of one run.
- **Observe** lists every kind over HTTP, in pages, and keeps the fields for planning. **Plan**
  checks the document again, compares it with the cluster, and applies the plan, which is empty
  here.
- **A whole no-op** is observe and plan: `create_or_update_profiles` on a cluster that already
  matches.
- **Own processor time** is the processor time of the process. Other work on the machine affects it
  less.
- **Requests** are counted by the server. One request lists each kind, one reads each ClusterRole,
  and the others are further pages of 5,000 objects.
- **Peak memory** is the maximum of the process, with interpreter, libraries, document and no-op.
  Each run has a separate process.

The cluster is the in-memory API of the tests, over loopback, in a separate process. Its memory is
not counted. Its time is included, because it shares the cores with the measured process. [On a real
API server](speed.md), observing takes longer.

## Goals

{goals}

## Repeat it

`make bench` measures all figures and writes this page and its plot. Other work on the same machine
affects the figures. `tox -e bench -- scale` measures only this page. `--help` lists the options for
sizes, runs and output.
"""


def text(figures: list[Figures], contributors: int, runs: int, load: float = 0.0) -> str:
    """Return the page; `load` is the load average before the first run."""
    return _PAGE.format(
        contributors=contributors,
        objects=figures[-1].profiles * (5 + 2 * contributors),
        table=table(figures),
        runs=runs,
        machine=machine(),
        busy=_BUSY.format(load=load) if load > _QUIET else "",
        goals=goals(figures),
    )


def table(figures: list[Figures]) -> str:
    """Return the figures as a Markdown table, one column a size."""
    rows = [
        ["profiles", *(f"{one.profiles:,}" for one in figures)],
        ["---", *("---:" for _ in figures)],
        _row("load and validate, s", figures, lambda one: _seconds(one.of("load"))),
        _row("`yaml.load` alone, s", figures, lambda one: _seconds(one.yaml_load)),
        _row(
            "load and validate, in times of `yaml.load`",
            figures,
            lambda one: _seconds(one.load_ratio()),
        ),
        _row("observe, s", figures, lambda one: _seconds(one.of("observe"))),
        _row("plan, s", figures, lambda one: _seconds(one.of("check", "plan"))),
        _row("**a whole no-op, s**", figures, lambda one: _seconds(one.of("noop"))),
        _row("share of load / observe / plan, %", figures, _shares),
        _row("load and no-op for one profile, ms", figures, _each),
        _row("own processor time of load / no-op, s", figures, _processor),
        _row("requests of a no-op", figures, lambda one: str(one.requests)),
        _row("**peak memory, MB**", figures, lambda one: _megabytes(one.peak)),
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def goals(figures: list[Figures]) -> str:
    """Return each goal at the largest size, and whether it is met."""
    largest = figures[-1]
    ratio, peak = largest.load_ratio().median, largest.peak.median
    half, small = _met(ratio <= HALF), _met(peak < LIMIT)
    lines = [
        f"At {largest.profiles:,} profiles:",
        "",
        f"- Load and validation together in half the time of `yaml.load` alone: {ratio:.2f} of it. {half}",
        f"- The process under {LIMIT} MB: {peak:.0f} MB. {small}",
    ]
    return "\n".join([*lines, *_proportion(figures)])


def _proportion(figures: list[Figures]) -> list[str]:
    if len(figures) < 2:
        return []
    size = figures[-1].profiles / figures[-2].profiles
    steps = {"load": ("load",), "observe": ("observe",), "plan": ("check", "plan")}
    each = ", ".join(f"{name} {growth(figures, *parts)[-1]:.1f}" for name, parts in steps.items())
    whole, most = growth(figures, "load", "noop")[-1], size * NOISE
    processor = growth(figures, "load_cpu", "noop_cpu")[-1]
    return [
        f"- Time in proportion: {size:.0f} times the profiles take {whole:.1f} times as long ({each});",
        f"  up to {most:.0f} counts as in proportion. {_met(whole <= most)} Own processor time: {processor:.1f} times.",
    ]


def _met(holds: bool) -> str:  # noqa: FBT001
    return "**Met.**" if holds else "**Not met.**"


def _row(title: str, figures: list[Figures], cell: Callable[[Figures], str]) -> list[str]:
    return [title, *(cell(one) for one in figures)]


def _seconds(one: Spread) -> str:
    return f"{one.median:.2f} ({one.low:.2f}-{one.high:.2f})"


def _megabytes(one: Spread) -> str:
    return f"{one.median:.0f} ({one.low:.0f}-{one.high:.0f})"


def _shares(one: Figures) -> str:
    parts = (one.share("load"), one.share("observe"), one.share("check", "plan"))
    return " / ".join(f"{100 * part:.0f}" for part in parts)


def _processor(one: Figures) -> str:
    return f"{one.of('load_cpu').median:.2f} / {one.of('noop_cpu').median:.2f}"


def _each(one: Figures) -> str:
    return f"{1000 * one.of('load', 'noop').median / one.profiles:.2f}"
